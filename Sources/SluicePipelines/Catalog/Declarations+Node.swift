import SluiceCatalog
import SluiceCore

extension DatabaseDeclaration {
    /// Reads a file that begins with `database`.
    init(from root: DefinitionNode, connectors: ConnectorRegistry) throws {
        let errors = ValueShape.object(DeclarationKeys.database).errors(in: root, connectors: connectors)
        if !errors.isEmpty { throw DefinitionErrors(errors) }
        let name = try root.require("database")
        self.init(name: try name.databaseName())
        comment = try root[written: "comment"]?.text()
        location = try root[written: "location"]?.text()
        parameters = try root[written: "parameters"]?.texts()
    }
}

extension TableDeclaration {
    /// Reads a file that begins with `table` or `view`.
    ///
    /// - Throws: everything that is wrong with it, placed.
    init(from root: DefinitionNode, kind: String, connectors: ConnectorRegistry) throws {
        let keys = kind == "view" ? DeclarationKeys.view : DeclarationKeys.table
        let errors = ValueShape.object(keys).errors(in: root, connectors: connectors)
        if !errors.isEmpty { throw DefinitionErrors(errors) }
        let name = try root.require(kind)
        self.init(name: try name.tableName(), place: name.location)
        comment = try root[written: "comment"]?.text()
        owner = try root[written: "owner"]?.text()
        tags = try root[written: "tags"]?.texts()
        deprecation = try root[written: "deprecated"]?.text()
        columns = try root[written: "columns"]?.columns()
        partitionKeys = try root[written: "partition_keys"]?.columns()
        location = try root[written: "location"]?.text()
        format = try root[written: "format"]?.text()
        formatOptions = try root[written: "format_options"]?.texts()
        parameters = try root[written: "parameters"]?.texts()
        self.kind = try root[key: "kind"].map { TableKind(rawValue: try $0.string()) }
        storage = try root[written: "storage"].map { try StorageDescriptor(from: $0) }
        if kind == "view" { view = ViewText(sql: try root.require("sql").string(), original: try root[key: "original"]?.string()) }
        let names = (columns ?? []) + (partitionKeys ?? [])
        var seen: Set<String> = []
        for column in names where !seen.insert(column.name.lowercased()).inserted {
            throw SluiceError(
                .duplicateColumn, "column \(column.name.quotedForMessage) is declared twice", at: root[key: "columns"]?.keyLocation)
        }
    }
}

extension StorageDescriptor {
    init(from node: DefinitionNode) throws {
        self.init()
        inputFormat = try node[key: "input_format"]?.string()
        outputFormat = try node[key: "output_format"]?.string()
        isCompressed = try node[key: "compressed"]?.boolean()
        serDe = try node[key: "serde"].map { serDe in
            SerDe(
                name: try serDe[key: "name"]?.string(), library: try serDe[key: "library"]?.string(),
                parameters: try serDe[key: "parameters"]?.texts() ?? [:])
        }
        bucketCount = try node[key: "bucket_count"]?.integer()
        bucketColumns = try node[key: "bucket_columns"]?.list().map { try $0.string() } ?? []
        sortColumns = try node[key: "sort_columns"]?.list().map { try Self.sortColumn(try $0.string()) } ?? []
        parameters = try node[key: "parameters"]?.texts() ?? [:]
        additionalLocations = try node[key: "additional_locations"]?.list().map { try $0.string() } ?? []
        isStoredAsSubDirectories = try node[key: "stored_as_sub_directories"]?.boolean()
        skew = try node[key: "skew"].map { skew in
            Skew(
                columns: try skew.require("columns").list().map { try $0.string() },
                values: try skew[key: "values"]?.list().map { try $0.string() } ?? [], locations: try skew[key: "locations"]?.texts() ?? [:]
            )
        }
        schemaReference = try node[key: "schema_reference"].map { reference in
            SchemaReference(
                registry: try reference[key: "registry"]?.string(), schema: try reference[key: "schema"]?.string(),
                versionID: try reference[key: "version_id"]?.string(), versionNumber: try reference[key: "version_number"]?.integer())
        }
    }

    private static func sortColumn(_ text: String) throws -> SortColumn {
        text.lowercased().hasSuffix(" desc") ? SortColumn(String(text.dropLast(5)), isAscending: false) : SortColumn(text)
    }
}

extension DefinitionNode {
    /// The value of a key that is written, also where nothing stands behind it.
    fileprivate subscript(written key: String) -> DefinitionNode? {
        guard case .mapping(let entries) = content else { return nil }
        return entries.first { $0.key == key }?.value
    }

    /// Nothing is the empty text.
    fileprivate func text() throws(SluiceError) -> String { isNull ? "" : try string() }

    /// A mapping from names to texts; nothing is none.
    fileprivate func texts() throws(SluiceError) -> [String: String] {
        if isNull { return [:] }
        var texts: [String: String] = [:]
        for entry in try mapping() { texts[entry.key] = try entry.value.text() }
        return texts
    }

    fileprivate func columns() throws(SluiceError) -> [CatalogColumn] {
        if isNull { return [] }
        var columns: [CatalogColumn] = []
        for entry in try mapping() {
            if entry.value.isScalar {
                columns.append(CatalogColumn(entry.key, try entry.value.dataType()))
            } else {
                columns.append(
                    CatalogColumn(
                        entry.key, try entry.value.require("type").dataType(),
                        isNullable: try entry.value[key: "nullable"]?.boolean() ?? true,
                        comment: try entry.value[key: "comment"]?.string() ?? "",
                        parameters: try entry.value[key: "parameters"]?.texts() ?? [:]))
            }
        }
        return columns
    }

    fileprivate func tableName() throws(SluiceError) -> TableName {
        do throws(SluiceError) {
            return try TableName(parsing: try string())
        } catch {
            throw error.located(at: location)
        }
    }

    /// A database's name follows the rules of a table's.
    fileprivate func databaseName() throws(SluiceError) -> String {
        do throws(SluiceError) {
            return try TableName(database: try string(), table: "t").database
        } catch {
            throw error.located(at: location)
        }
    }
}
