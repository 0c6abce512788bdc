package import SluiceCore
package import SluiceExpressions

/// An expression in a definition: parsed, and with the node whose text it is, so that errors are placed at the character.
package struct ExpressionArgument: Sendable {
    package let expression: Expression
    package let node: DefinitionNode

    package init(_ node: DefinitionNode) throws(SluiceError) {
        self.node = node
        let text = try node.string()
        do {
            expression = try Expression(parsing: text)
        } catch {
            throw Self.placed(error, in: node)
        }
    }

    /// A column's name as an expression: only the name, quoted.
    init(column node: DefinitionNode) throws(SluiceError) {
        var quoted = node
        quoted.content = .scalar(QuotedName.of(try node.string()), .plain)
        // The place of the whole name serves for every character of it.
        quoted.origin = nil
        try self.init(quoted)
    }

    package var text: String { expression.text }

    package func bind(to schema: Schema) throws(SluiceError) -> BoundExpression {
        do {
            return try expression.bind(to: schema)
        } catch {
            throw Self.placed(error, in: node)
        }
    }

    package func bindPredicate(to schema: Schema) throws(SluiceError) -> BoundExpression {
        do {
            return try expression.bindPredicate(to: schema)
        } catch {
            throw Self.placed(error, in: node)
        }
    }

    static func placed(_ error: ExpressionError, in node: DefinitionNode) -> SluiceError {
        SluiceError(error.code, error.message, at: node.location(ofScalar: error.range.lowerBound), remedy: error.remedy)
    }
}

/// A named expression: one entry of a mapping, in the order of the text.
package struct NamedExpression: Sendable {
    package let name: String
    package let location: SourceLocation?
    package let argument: ExpressionArgument

    private init(name: String, location: SourceLocation?, argument: ExpressionArgument) {
        self.name = name
        self.location = location
        self.argument = argument
    }

    /// A column under its own name, whatever is in the name.
    init(column node: DefinitionNode) throws(SluiceError) {
        name = try node.string()
        location = node.location
        argument = try ExpressionArgument(column: node)
    }

    static func list(from node: DefinitionNode) throws -> [NamedExpression] {
        var errors = ErrorCollector()
        var result: [NamedExpression] = []
        for entry in try node.mapping() {
            guard let argument = try errors.attempt({ try ExpressionArgument(entry.value) }) else { continue }
            result.append(NamedExpression(name: entry.key, location: entry.keyLocation, argument: argument))
        }
        try errors.throwIfAny()
        return result
    }
}

/// A column's name in a definition, with its place.
package struct ColumnArgument: Sendable {
    package let name: String
    package let location: SourceLocation?

    init(_ node: DefinitionNode) throws(SluiceError) {
        name = try node.string()
        location = node.location
    }

    init(name: String, location: SourceLocation?) {
        self.name = name
        self.location = location
    }

    /// The column's position in `schema`.
    ///
    /// - Throws: `unknownColumn`, placed, with the nearest name.
    func position(in schema: Schema) throws(SluiceError) -> Int {
        do {
            return try schema.require(name)
        } catch {
            throw error.located(at: location)
        }
    }

    static func list(_ nodes: [DefinitionNode]) throws -> [ColumnArgument] { try nodes.map { try ColumnArgument($0) } }
}
