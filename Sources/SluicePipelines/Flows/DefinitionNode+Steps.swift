import SluiceCore

extension DefinitionNode {
    /// An item of `steps`.
    static func step(_ key: String, _ arguments: DefinitionNode) -> DefinitionNode {
        var placed = arguments
        placed.keyLocation = arguments.keyLocation ?? arguments.location
        return DefinitionNode(
            .mapping([.init(key: key, keyLocation: placed.keyLocation, value: placed)]), path: arguments.path, location: arguments.location,
            keyLocation: placed.keyLocation)
    }

    /// A mapping that stands where another node does.
    static func entries(_ entries: [Entry], like node: DefinitionNode) -> DefinitionNode {
        DefinitionNode(.mapping(entries), path: node.path, location: node.location, keyLocation: node.keyLocation ?? node.location)
    }

    /// An expression that the flow does not have in its text; its mistakes are placed where its fields are named.
    static func expression(_ text: String, at location: SourceLocation?) -> DefinitionNode {
        DefinitionNode(.scalar(text, .plain), location: location, keyLocation: location)
    }

    /// The condition, or a column that is true. The condition keeps its place in the text, and may end with a comment.
    func orElse(_ column: String) -> DefinitionNode {
        guard let text = try? string() else { return self }
        var either = self
        either.content = .scalar("\(text)\nOR \(QuotedName.of(column))", .plain)
        return either
    }

    /// The column that an expression is, where it is nothing else.
    var plainColumn: String? {
        guard let text = try? string(), !["true", "false", "null"].contains(text.lowercased()), let first = text.utf8.first,
            !(0x30...0x39).contains(first),
            text.utf8.allSatisfy({ $0 == UInt8(ascii: "_") || (0x30...0x39).contains($0) || (0x61...0x7A).contains($0 | 0x20) })
        else { return nil }
        return text
    }
}
