package import SluiceCore

/// Where some of the rows go beside or in place of a definition's one `sink`: a route, or a step's side output.
package struct OutputDefinition: Sendable {
    /// Which rows it gets.
    package enum Role: Sendable {
        /// Those behind the steps for which the condition is true; all of them without one.
        case route(when: ExpressionArgument?)
        /// Those behind the steps that no route took.
        case otherwise
        /// Those that a step puts aside under the output's name.
        case side
    }

    package var name: String
    package var role: Role
    /// What happens to its rows only.
    package var steps: [any StepDefinition]
    package var sink: EndDefinition
    package var location: SourceLocation?

    package init(name: String, role: Role, steps: [any StepDefinition] = [], sink: EndDefinition, location: SourceLocation? = nil) {
        self.name = name
        self.role = role
        self.steps = steps
        self.sink = sink
        self.location = location
    }

    package var isSide: Bool { if case .side = role { true } else { false } }
}

/// Which routes a row goes into.
package enum RouteMatch: String, Sendable, CaseIterable {
    /// The first one whose condition is true.
    case first
    /// Every one whose condition is true.
    case all
}
