package import SluiceCore

/// What a file of declarations says should be in the catalog. What it does not say (nil) stays as it is.
package enum CatalogDeclaration: Hashable, Sendable {
    case database(DatabaseDeclaration)
    case table(TableDeclaration)
    case schema(SchemaDeclaration)
    case other(OtherDeclaration)

    /// `database`, `table`, `view`, or the kind of another.
    package var kind: String {
        switch self {
        case .database: "database"
        case .table(let table): table.view == nil ? "table" : "view"
        case .schema: "schema"
        case .other(let other): other.kind
        }
    }

    package var name: String {
        switch self {
        case .database(let database): database.name
        case .table(let table): table.name.description
        case .schema(let schema): "\(schema.registry)/\(schema.name)"
        case .other(let other): other.name
        }
    }

    /// Databases come before their tables, tables before views over them.
    var order: Int {
        switch self {
        case .database: 0
        case .table(let table): table.view == nil ? 1 : 2
        case .schema: 3
        case .other: 4
        }
    }
}

/// A database as it should be.
package struct DatabaseDeclaration: Hashable, Sendable {
    package var name: String
    package var comment: String?
    package var location: String?
    package var parameters: [String: String]?

    package init(name: String) { self.name = name.lowercased() }
}

/// A table or view as it should be.
package struct TableDeclaration: Hashable, Sendable {
    package var name: TableName
    /// Where it is declared, for errors.
    package var place: SourceLocation?
    package var columns: [CatalogColumn]?
    package var partitionKeys: [CatalogColumn]?
    package var comment: String?
    package var owner: String?
    package var tags: [String: String]?
    package var location: String?
    package var format: String?
    package var formatOptions: [String: String]?
    package var parameters: [String: String]?
    /// Why it should not be used any more; empty: it is in use.
    package var deprecation: String?
    package var storage: StorageDescriptor?
    package var view: ViewText?
    package var kind: TableKind?

    package init(name: TableName, place: SourceLocation? = nil) {
        self.name = name
        self.place = place
    }

    /// The table as it is after the declaration is applied.
    ///
    /// - Parameter current: Nil for a table that is new.
    /// - Throws: `missingKey` for a new table without columns, location or format.
    package func definition(over current: TableDefinition?) throws(SluiceError) -> TableDefinition {
        var definition: TableDefinition
        if let current {
            definition = current
        } else if let view {
            guard let columns else { throw missing("columns", "a view") }
            definition = TableDefinition(view: view, name: name, columns: columns)
        } else {
            guard let columns else { throw missing("columns", "a new table") }
            guard let location else { throw missing("location", "a new table") }
            guard let format else { throw missing("format", "a new table") }
            definition = TableDefinition(name: name, columns: columns, location: location, format: format)
        }
        if let columns { definition.columns = columns }
        if let partitionKeys { definition.partitionKeys = partitionKeys }
        if let comment { definition.comment = comment }
        if let owner { definition.owner = owner }
        if let tags { definition.tags = tags }
        if let location { definition.location = location }
        if let format { definition.format = format }
        if let formatOptions { definition.formatOptions = formatOptions }
        if let parameters { definition.parameters = parameters }
        if let deprecation { definition.deprecation = deprecation.isEmpty ? nil : deprecation }
        if let storage { definition.storage = storage }
        if let view {
            definition.view = view
            definition.kind = .view
        }
        if let kind { definition.kind = kind }
        return definition
    }

    private func missing(_ key: String, _ noun: String) -> SluiceError {
        SluiceError(
            .missingKey, "\(noun) needs the key \"\(key)\", and the catalog has no \"\(name)\" yet", at: place,
            remedy: "a declaration without it adds to a table that a pipeline or crawler makes first")
    }
}

/// Something that the catalog only keeps: a rule set, crawler, connection, function.
package struct OtherDeclaration: Hashable, Sendable {
    package var kind: String
    package var name: String
    /// The file's text, unchanged.
    package var text: String

    package init(kind: String, name: String, text: String) {
        self.kind = kind
        self.name = name
        self.text = text
    }
}
