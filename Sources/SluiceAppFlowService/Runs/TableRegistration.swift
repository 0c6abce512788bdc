import SluiceCatalog
import SluiceCore
import SluiceServer

/// The table of a flow's objects in the catalog.
enum TableRegistration {
    /// `PREFIX_FLOW` in the database that the flow names.
    ///
    /// - Throws: For what cannot be a name.
    static func name(_ glue: WireValue, _ flow: String) throws(SluiceError) -> TableName {
        let prefix = glue["tablePrefix"]?.string ?? ""
        let text = (prefix.isEmpty ? "" : prefix + "_") + flow
        let plain = String(String.UnicodeScalarView(text.unicodeScalars.map { isPlain($0) ? $0 : "_" }))
        return try TableName(database: glue["databaseName"]?.string ?? "", table: plain)
    }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || scalar == "_")
    }

    /// Makes the table, or a new version of it where the columns are others now.
    static func register(
        _ name: TableName, _ schema: Schema, _ bucket: FlowEnds.Bucket, _ flow: FlowRecord, _ execution: ExecutionRecord,
        _ home: AppFlowHome
    ) throws {
        let output = bucket.properties["s3OutputFormatConfig"] ?? .object([])
        let folder = OutputKeys(
            bucket: bucket, flow: flow.name, schemaVersion: flow.schemaVersion, execution: execution.id, micros: execution.startedMicros
        ).folder
        var table = TableDefinition(
            name: name, columns: schema.fields.map { CatalogColumn($0) }, comment: flow.document["description"]?.string ?? "",
            location: "\(home.world.directory)/buckets/\(bucket.name)/\(folder)", format: OutputKeys.format(output))
        if let before = try home.catalog.findTable(name)?.definition { table.hold(columnsOf: before) }
        try home.catalog.putTable(table)
    }
}

extension TableDefinition {
    /// Objects of earlier executions stay: the table has their columns, too, and a column whose type has changed since has both.
    fileprivate mutating func hold(columnsOf before: TableDefinition) {
        guard before.location == location, before.format == format else { return }
        for old in before.columns {
            guard let index = columns.firstIndex(where: { $0.name == old.name }) else {
                columns.append(old)
                continue
            }
            guard columns[index].type != old.type else { continue }
            // Values of delimited files are texts.
            columns[index].type = format == "csv" ? .string : old.type.joined(with: columns[index].type) ?? .string
        }
    }
}
