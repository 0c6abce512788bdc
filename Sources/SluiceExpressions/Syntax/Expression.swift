package import SluiceCore

/// A parsed expression: its text and the syntax tree, not yet bound to a schema.
package struct Expression: Sendable {
    package let text: String
    package let root: SyntaxNode

    /// Parses a whole text.
    ///
    /// - Throws: `syntaxError`, or `limitExceeded` past the bounds of `ExpressionLimits`.
    package init(parsing text: String) throws(ExpressionError) {
        var parser = try Parser(text)
        self.text = text
        root = try parser.wholeExpression()
    }

    init(text: String, root: SyntaxNode) {
        self.text = text
        self.root = root
    }

    /// Names of top-level columns, each once, in the order in which they first stand in the text; parameters of lambdas are none.
    package var referencedColumns: [String] {
        var names: [String] = []
        var seen: Set<String> = []
        collect(root, bound: [], &names, &seen)
        return names
    }

    private func collect(_ node: SyntaxNode, bound: Set<String>, _ names: inout [String], _ seen: inout Set<String>) {
        switch node.kind {
        case .column(let name, _):
            if !bound.contains(name), seen.insert(name).inserted { names.append(name) }
        case .lambda(let parameters, let body): collect(body, bound: bound.union(parameters), &names, &seen)
        default: for child in node.kind.children { collect(child, bound: bound, &names, &seen) }
        }
    }

    /// The column's name if the whole expression is one plain column.
    package var soleColumn: String? {
        if case .column(let name, _) = root.kind { name } else { nil }
    }

    /// Resolves columns and functions, checks all types, and folds constants.
    ///
    /// - Throws: `unknownColumn`, `unknownFunction`, `typeError`, or a constant's own error, with the place in the text.
    package func bind(to schema: Schema) throws(ExpressionError) -> BoundExpression {
        let binder = Binder(schema)
        return BoundExpression(try binder.bind(root).node, schema, text: text)
    }

    /// As `bind`, for a condition.
    ///
    /// - Throws: also `typeError` where the expression is not boolean.
    package func bindPredicate(to schema: Schema) throws(ExpressionError) -> BoundExpression {
        let binder = Binder(schema)
        return BoundExpression(try binder.condition(root).node, schema, text: text)
    }
}
