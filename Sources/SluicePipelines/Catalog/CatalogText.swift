package import SluiceCatalog
import SluiceCore

/// Declarations as YAML: the same catalog gives the same text, whatever was done to it before.
package enum CatalogText {
    /// A database with all that is known of it.
    package static func yaml(_ database: DatabaseRecord) -> String {
        var entries: [(String, DefinitionNode)] = [("database", .text(database.name))]
        add("comment", database.comment, to: &entries)
        add("location", database.location ?? "", to: &entries)
        add("parameters", database.parameters, to: &entries)
        return DefinitionText.yaml(.mapping(entries))
    }

    /// A table or view with all that is known of it, counts and files apart.
    package static func yaml(_ table: TableDefinition) -> String {
        var table = table
        // A mark of another program stays where it is, among the parameters.
        let deprecation = table.parameters["deprecated"]
        if deprecation != nil { table.parameters["deprecated"] = nil }
        var entries: [(String, DefinitionNode)] = [(table.isView ? "view" : "table", .text(table.name.description))]
        add("comment", table.comment, to: &entries)
        add("owner", table.owner, to: &entries)
        add("tags", table.tags, to: &entries)
        add("deprecated", deprecation ?? "", to: &entries)
        if !table.isView {
            entries.append(("location", .text(table.location)))
            entries.append(("format", .text(table.format)))
            add("format_options", table.formatOptions, to: &entries)
        }
        if let original = table.view?.original { add("original", original, to: &entries) }
        entries.append(("columns", columns(table.columns)))
        if !table.isView, !table.partitionKeys.isEmpty { entries.append(("partition_keys", columns(table.partitionKeys))) }
        add("parameters", table.parameters, to: &entries)
        if !table.isView {
            if table.kind != .external { add("kind", table.kind.rawValue, to: &entries) }
            if !table.storage.isEmpty { entries.append(("storage", storage(table.storage))) }
        }
        return DefinitionText.yaml(.mapping(entries)) + (table.view.map { block("sql", $0.sql, fromLines: 2) } ?? "")
    }

    /// A schema with its latest version.
    package static func yaml(_ schema: StoredSchema, _ version: StoredSchemaVersion) -> String {
        var entries: [(String, DefinitionNode)] = [
            ("schema", .text("\(schema.registry)/\(schema.name)")), ("format", .text(schema.format.lowercased())),
            ("compatibility", .text(schema.compatibility)),
        ]
        add("description", schema.description, to: &entries)
        return DefinitionText.yaml(.mapping(entries)) + block("definition", version.definition, fromLines: 1)
    }

    /// A text of so many lines stays as it is, so that a difference shows its lines.
    private static func block(_ key: String, _ text: String, fromLines least: Int) -> String {
        let ending = text.hasSuffix("\n") && !text.hasSuffix("\n\n") ? "|" : "|-"
        let lines = (ending == "|" ? text.dropLast() : text[...]).split(separator: "\n", omittingEmptySubsequences: false)
        let isPlain = lines.allSatisfy { line in
            !line.hasSuffix(" ") && line.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control && $0 != "\u{FEFF}" }
        }
        guard lines.count >= least, isPlain, let first = lines.first, !first.isEmpty, !first.hasPrefix(" "), lines.last?.isEmpty == false
        else {
            return DefinitionText.yaml(.mapping([(key, .text(text))]))
        }
        return "\(key): \(ending)\n" + lines.map { $0.isEmpty ? "\n" : "  \($0)\n" }.joined()
    }

    private static func add(_ key: String, _ text: String, to entries: inout [(String, DefinitionNode)]) {
        if !text.isEmpty { entries.append((key, .text(text))) }
    }

    private static func add(_ key: String, _ texts: [String: String], to entries: inout [(String, DefinitionNode)]) {
        if !texts.isEmpty { entries.append((key, mapping(texts))) }
    }

    private static func mapping(_ texts: [String: String]) -> DefinitionNode {
        .mapping(texts.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map { ($0.key, .text($0.value)) })
    }

    private static func columns(_ columns: [CatalogColumn]) -> DefinitionNode {
        .mapping(
            columns.map { column in
                let type = DefinitionNode.text(column.type.description)
                if column.isNullable, column.comment.isEmpty, column.parameters.isEmpty { return (column.name, type) }
                var entries: [(String, DefinitionNode)] = [("type", type)]
                if !column.isNullable { entries.append(("nullable", .boolean(false))) }
                add("comment", column.comment, to: &entries)
                add("parameters", column.parameters, to: &entries)
                return (column.name, .mapping(entries))
            })
    }

    private static func storage(_ storage: StorageDescriptor) -> DefinitionNode {
        var entries: [(String, DefinitionNode)] = []
        func texts(_ texts: [String]) -> DefinitionNode { .list(texts.map { .text($0) }) }
        add("input_format", storage.inputFormat ?? "", to: &entries)
        add("output_format", storage.outputFormat ?? "", to: &entries)
        if let isCompressed = storage.isCompressed { entries.append(("compressed", .boolean(isCompressed))) }
        if let serDe = storage.serDe {
            var members: [(String, DefinitionNode)] = []
            add("name", serDe.name ?? "", to: &members)
            add("library", serDe.library ?? "", to: &members)
            add("parameters", serDe.parameters, to: &members)
            entries.append(("serde", .mapping(members)))
        }
        if let count = storage.bucketCount { entries.append(("bucket_count", .integer(count))) }
        if !storage.bucketColumns.isEmpty { entries.append(("bucket_columns", texts(storage.bucketColumns))) }
        if !storage.sortColumns.isEmpty {
            entries.append(("sort_columns", texts(storage.sortColumns.map { $0.isAscending ? $0.column : "\($0.column) desc" })))
        }
        add("parameters", storage.parameters, to: &entries)
        if !storage.additionalLocations.isEmpty { entries.append(("additional_locations", texts(storage.additionalLocations))) }
        if let isNested = storage.isStoredAsSubDirectories { entries.append(("stored_as_sub_directories", .boolean(isNested))) }
        if let skew = storage.skew {
            var members: [(String, DefinitionNode)] = [("columns", texts(skew.columns)), ("values", texts(skew.values))]
            add("locations", skew.locations, to: &members)
            entries.append(("skew", .mapping(members)))
        }
        if let reference = storage.schemaReference { entries.append(("schema_reference", self.reference(reference))) }
        return .mapping(entries)
    }

    private static func reference(_ reference: StorageDescriptor.SchemaReference) -> DefinitionNode {
        var members: [(String, DefinitionNode)] = []
        add("registry", reference.registry ?? "", to: &members)
        add("schema", reference.schema ?? "", to: &members)
        add("version_id", reference.versionID ?? "", to: &members)
        if let number = reference.versionNumber { members.append(("version_number", .integer(number))) }
        return .mapping(members)
    }
}
