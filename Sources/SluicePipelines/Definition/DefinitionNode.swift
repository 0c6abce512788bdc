package import SluiceCore

/// One value of a definition: a scalar, a list or a mapping, with its path (`steps[2].filter`) and its place in the text.
///
/// Comes from YAML, or from the Swift builder (then the place is the line of Swift that wrote it). Typed access is in
/// `DefinitionNode+Access.swift`; everything it throws is placed.
package struct DefinitionNode: Sendable {
    /// What YAML can hold.
    package indirect enum Content: Sendable {
        /// Nothing, `~` or `null`, unquoted.
        case null
        case scalar(String, ScalarStyle)
        case list([DefinitionNode])
        case mapping([Entry])
    }

    /// How a scalar was written: only a plain one can be a number or a boolean.
    package enum ScalarStyle: Sendable { case plain, singleQuoted, doubleQuoted, block }

    /// One entry of a mapping, in the order of the text; keys are unique.
    package struct Entry: Sendable {
        package var key: String
        package var keyLocation: SourceLocation?
        package var value: DefinitionNode

        package init(key: String, keyLocation: SourceLocation?, value: DefinitionNode) {
            self.key = key
            self.keyLocation = keyLocation
            self.value = value
        }
    }

    package var content: Content
    /// Keys and positions from the top; empty at the top.
    package var path: String
    package var location: SourceLocation?
    /// Place of the key that this is the value of.
    package var keyLocation: SourceLocation?
    /// The text behind it and where the value begins there; nil from the builder.
    var origin: (document: DefinitionDocument, start: TextPosition)?
    /// What stood in the text where values were put into a scalar's references.
    var written: WrittenScalar?

    package init(_ content: Content, path: String = "", location: SourceLocation? = nil, keyLocation: SourceLocation? = nil) {
        self.content = content
        self.path = path
        self.location = location
        self.keyLocation = keyLocation
    }

    /// The place of a scalar's character, `offset` Unicode scalars into its value: inside quotes, escapes and block scalars as well.
    package func location(ofScalar offset: Int) -> SourceLocation? {
        guard let origin, case .scalar(let value, let style) = content else { return location }
        return origin.document.location(
            ScalarPositions.position(
                of: written?.offset(of: offset) ?? offset, in: written?.text ?? value, style: written?.style ?? style, from: origin.start,
                in: origin.document))
    }
}

// Values from Swift, for the builder and for tests.
extension DefinitionNode {
    package static func text(_ value: String, at location: SourceLocation? = nil) -> DefinitionNode {
        DefinitionNode(.scalar(value, DefinitionText.needsQuotes(value) ? .doubleQuoted : .plain), location: location)
    }

    package static func number(_ value: Double, at location: SourceLocation? = nil) -> DefinitionNode {
        DefinitionNode(.scalar("\(value)", .plain), location: location)
    }

    package static func integer(_ value: Int, at location: SourceLocation? = nil) -> DefinitionNode {
        DefinitionNode(.scalar(String(value), .plain), location: location)
    }

    package static func boolean(_ value: Bool, at location: SourceLocation? = nil) -> DefinitionNode {
        DefinitionNode(.scalar(value ? "true" : "false", .plain), location: location)
    }

    package static func list(_ items: [DefinitionNode], at location: SourceLocation? = nil) -> DefinitionNode {
        DefinitionNode(.list(items), location: location)
    }

    package static func mapping(_ entries: [(String, DefinitionNode)], at location: SourceLocation? = nil) -> DefinitionNode {
        DefinitionNode(
            .mapping(entries.map { Entry(key: $0, keyLocation: location, value: $1.keyed(at: location)) }), location: location)
    }

    private func keyed(at location: SourceLocation?) -> DefinitionNode {
        var copy = self
        copy.keyLocation = location
        return copy
    }
}
