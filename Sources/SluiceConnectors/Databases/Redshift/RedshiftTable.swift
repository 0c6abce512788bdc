#if PostgreSQL
import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluicePostgreSQL

/// A table of Redshift as a sink; the table is made where it is missing.
struct RedshiftTable: DatabaseTable {
    let access: PostgreSQLAccess
    /// With its schema.
    let table: PostgreSQLName
    let staging: RedshiftStaging

    var connector: String { RedshiftConnector.name }
    var name: String { "table \(table.shown) of \(access.name)" }
    var identity: String { "redshift\n\(access.place.named ?? "")\n\(table.shown)" }

    func target(for schema: Schema, _ write: DatabaseWrite) throws(SluiceError) -> TargetColumns {
        if let field = schema.fields.first(where: { $0.type == .binary }) {
            throw SluiceError(
                .unsupported, "column \"\(field.name)\" is binary, which Redshift does not load from files of JSON",
                remedy: "leave it out with the step drop")
        }
        let comparison = TargetComparison(
            table: name, write: write, schema: schema, declaration: RedshiftTypes.declaration, misfit: RedshiftTypes.misfit)
        guard let info = try RedshiftTableInfo(table, in: try access.connect()) else { return Self.folded(try comparison.made()) }
        guard info.kind == "r" else { throw SluiceError(.invalidOption, "\(name) is no table", remedy: "write to a table") }
        return Self.folded(try comparison.compared(with: info.columns))
    }

    /// Redshift makes names lower-case, and COPY finds a member by its column's name as it is.
    private static func folded(_ target: TargetColumns) -> TargetColumns {
        var folded = target
        for (place, column) in target.columns.enumerated() where !target.exists || target.added.contains(column.name) {
            folded.columns[place].name = column.name.lowercased()
        }
        folded.added = Set(target.added.map { $0.lowercased() })
        return folded
    }

    func columns(for rows: Schema) throws(SluiceError) -> Schema? {
        guard let info = try RedshiftTableInfo(table, in: try access.connect()) else { return nil }
        return try info.columns.schema(for: rows, foldsCase: true, type: PostgreSQLTypes.type, misfit: RedshiftTypes.misfit)
    }

    func encoder(_ target: TargetColumns, _ write: DatabaseWrite) -> any RowEncoder {
        RedshiftRowEncoder(table: name, columns: target.columns)
    }

    func settings(_ target: TargetColumns, _ write: DatabaseWrite) throws(SluiceError) -> String {
        let keys = write.keys.map { key in target.columns.first { $0.name.lowercased() == key.lowercased() }?.name ?? key }
        return try SettingsText.text(
            RedshiftTargetSettings(
                place: access.place, table: table, mode: write.mode, keys: keys,
                columns: target.columns.map {
                    .init(name: $0.name, declaration: $0.declaration, isRequired: $0.isRequired, mayBeAdded: target.added.contains($0.name))
                }, staging: staging))
    }

    /// Redshift checks nothing that `target` does not compare and the encoder does not look at, so there is nothing to try.
    func rehearse(_ publication: Publication, settings: String) throws(SluiceError) {}

    func isRead(by source: any Source) -> Bool { false }
}

/// All that is needed to load staged rows into a table, kept with them in the catalog.
struct RedshiftTargetSettings: Codable, Sendable {
    typealias Column = PostgreSQLTargetSettings.Column

    var place: PostgreSQLPlace
    var table: PostgreSQLName
    var mode: DatabaseMode
    var keys: [String]
    /// Of the staged rows, in order.
    var columns: [Column]
    var staging: RedshiftStaging
}
#endif
