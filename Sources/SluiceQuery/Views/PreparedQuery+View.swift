package import SluiceCatalog
package import SluiceCore

extension PreparedQuery {
    /// Puts the query's SELECT into the catalog as a view. Its names are written out with their databases, so that it reads the same tables
    /// whoever names it; comments, owner and tags of a view that is replaced stay.
    ///
    /// - Parameters:
    ///   - replaces: Whether a view of that name may be there.
    ///   - comment: What the view shows; nil leaves what is said already.
    ///   - path: The whole path of a file, from one that may begin where the program runs.
    /// - Returns: The view as the catalog has it.
    /// - Throws: `alreadyExists`, placed at the view's name; `concurrentChange` where somebody else made or changed it meanwhile.
    package func makeView(
        _ name: TableName, replaces: Bool, comment: String? = nil, in catalog: Catalog, path: @escaping @Sendable (String) -> String
    ) throws(SluiceError) -> TableRecord {
        let original = statement.written.text(from: statement.body)
        let sql = try ViewExpansion.named(QueryText(original), catalog, path: path)
        let columns = schema.fields.map { CatalogColumn($0.name, $0.type) }
        let view = ViewText(sql: sql, original: sql == original ? nil : original)
        var definition = TableDefinition(view: view, name: name, columns: columns)
        var expected = TableExpectation.absent
        if let current = try catalog.findTable(name) {
            try checkReplaced(current.definition, replaces)
            expected = .revision(current.revision)
            definition = current.definition
            (definition.view, definition.columns) = (view, columns)
        }
        if let comment { definition.comment = comment }
        try catalog.putTable(definition, expecting: expected)
        return try catalog.table(name)
    }

    private func checkReplaced(_ current: TableDefinition, _ replaces: Bool) throws(SluiceError) {
        guard current.isView else {
            throw SluiceError(
                .alreadyExists, "\(current.name) is a table, and no view takes its place", at: viewPlace,
                remedy: "choose another name, or forget the table with `catalog drop`; its files stay")
        }
        guard replaces else {
            throw SluiceError(
                .alreadyExists, "view \(current.name) exists already", at: viewPlace,
                remedy: "CREATE OR REPLACE VIEW changes it, and so does `catalog view --replace`")
        }
    }

    /// Where CREATE VIEW has the name.
    private var viewPlace: SourceLocation? {
        guard case .createView = statement.action else { return nil }
        return statement.text.location(statement.text.tokens[statement.target].range.lowerBound)
    }
}
