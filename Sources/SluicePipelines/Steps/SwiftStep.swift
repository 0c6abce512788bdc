package import SluiceCore

/// `swift: name-of-a-closure`
package struct SwiftStep: StepDefinition {
    package static let manual = StepManual(
        key: "swift", summary: "Calls a closure that a Swift program registered under this name.", arguments: .name,
        notes: ["`sluice` itself knows no closures; `Examples/` shows a program that registers some and has all of sluice's commands."],
        examples: ["- swift: flag-late-flights"])

    package let location: SourceLocation?
    private let name: String
    private let place: SourceLocation?

    package init(from node: DefinitionNode) throws {
        location = node.keyLocation ?? node.location
        place = node.location
        name = try node.string()
    }

    package func plan(_ input: Schema, in context: PlanContext) throws -> StepPlan {
        guard let closure = context.closures[name] else {
            let known = context.closures.names
            throw SluiceError(
                .unknownClosure, "no closure is registered under \(name.quotedForMessage)", at: place,
                remedy: Suggestion.remedy(for: name, in: known, noun: "closures")
                    ?? "run the pipeline with the Swift program that registers it (`swift run NAME run …`)")
        }
        do {
            return StepPlan(operation: .closure(closure), outputSchema: try closure.outputSchema(input), summary: name)
        } catch let error as SluiceError {
            throw error.located(at: place)
        }
    }
}
