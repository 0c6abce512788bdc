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
        try home.catalog.putTable(
            TableDefinition(
                name: name, columns: schema.fields.map { CatalogColumn($0) }, comment: flow.document["description"]?.string ?? "",
                location: "\(home.world.directory)/buckets/\(bucket.name)/\(folder)", format: OutputKeys.format(output)))
    }
}
