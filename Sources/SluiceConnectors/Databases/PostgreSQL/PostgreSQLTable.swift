#if PostgreSQL
import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluicePostgreSQL

/// A table of a PostgreSQL database as a sink; the table is made where it is missing.
struct PostgreSQLTable: DatabaseTable {
    let place: PostgreSQLPlace
    let access: PostgreSQLAccess
    let table: PostgreSQLName

    var connector: String { PostgreSQLConnector.name }
    var name: String { "table \(table.shown) of \(access.name)" }
    var identity: String { "postgresql\n\(place.named ?? "")\n\(place.connection)\n\(table.shown)" }

    func target(for schema: Schema, _ write: DatabaseWrite) throws(SluiceError) -> TargetColumns {
        let comparison = TargetComparison(
            table: name, write: write, schema: schema, declaration: PostgreSQLTypes.declaration, misfit: PostgreSQLTypes.misfit,
            foldsCase: false)
        guard let info = try PostgreSQLTableInfo(table, in: try access.connect()) else { return try comparison.made() }
        guard info.takesRows else { throw SluiceError(.invalidOption, "\(name) is no table", remedy: "write to a table") }
        var target = try comparison.compared(with: info.columns)
        let key = Set(write.keys)
        if write.mode == .upsert, !info.uniqueKeys.contains(key) {
            let names = write.keys.map(PostgreSQLConnection.quoted).joined(separator: ", ")
            throw SluiceError(
                .schemaMismatch, "\(name) has no unique index of exactly the keys \(write.keys.joined(separator: ", "))",
                remedy: "make one: CREATE UNIQUE INDEX ON \(table.quoted) (\(names))")
        }
        let refuses = target.columns.contains { PostgreSQLTypes.mayRefuse(schema.fields[$0.index].type, $0.declaration) }
        target.hasRules = info.hasRules || refuses || info.uniqueKeys.contains { write.mode != .upsert || $0 != key }
        return target
    }

    func columns(for rows: Schema) throws(SluiceError) -> Schema? {
        guard let info = try PostgreSQLTableInfo(table, in: try access.connect()) else { return nil }
        return try info.columns.schema(for: rows, foldsCase: false, type: PostgreSQLTypes.type, misfit: PostgreSQLTypes.misfit)
    }

    func encoder(_ target: TargetColumns, _ write: DatabaseWrite) -> any RowEncoder {
        PostgreSQLRowEncoder(table: name, columns: target.columns)
    }

    func settings(_ target: TargetColumns, _ write: DatabaseWrite) throws(SluiceError) -> String {
        try SettingsText.text(
            PostgreSQLTargetSettings(
                place: place, table: table, mode: write.mode, keys: write.keys,
                columns: target.columns.map {
                    .init(name: $0.name, declaration: $0.declaration, isRequired: $0.isRequired, mayBeAdded: target.added.contains($0.name))
                }))
    }

    func rehearse(_ publication: Publication, settings: String) throws(SluiceError) {
        try PostgreSQLTarget(settings, catalog: access.catalog).rehearse(publication)
    }

    func isRead(by source: any Source) -> Bool {
        guard let source = source as? PostgreSQLSource, case .table(let name, _) = source.rows else { return false }
        return source.access.database == access.database && name == table
    }
}

/// All that is needed to put staged rows into a table, kept with them in the catalog.
struct PostgreSQLTargetSettings: Codable, Sendable {
    struct Column: Codable, Sendable {
        var name: String
        var declaration: String
        var isRequired: Bool
        var mayBeAdded: Bool
    }

    var place: PostgreSQLPlace
    var table: PostgreSQLName
    var mode: DatabaseMode
    var keys: [String]
    /// Of the staged rows, in order.
    var columns: [Column]

    var columnList: String { columns.map { PostgreSQLConnection.quoted($0.name) }.joined(separator: ", ") }
    var keyList: String { keys.map(PostgreSQLConnection.quoted).joined(separator: ", ") }

    var createStatement: String {
        let defined = columns.map { "\(PostgreSQLConnection.quoted($0.name)) \($0.declaration)" + ($0.isRequired ? " NOT NULL" : "") }
        let key = keys.isEmpty ? [] : ["PRIMARY KEY (\(keyList))"]
        return "CREATE TABLE \(table.quoted) (" + (defined + key).joined(separator: ", ") + ")"
    }

    /// The rows of an upsert before they meet the table's, numbered in their order.
    static let staging = "pg_temp.sluice_rows"
    static let ordinal = "\"sluice ordinal\""

    var stagingStatement: String {
        "CREATE TEMPORARY TABLE sluice_rows ON COMMIT DROP AS SELECT 0::bigint AS \(Self.ordinal), \(columnList) FROM \(table.quoted) WITH NO DATA"
    }

    /// Moves the last row of each key.
    var mergeStatement: String {
        let keyed = Set(keys)
        let changed = columns.filter { !keyed.contains($0.name) }.map { PostgreSQLConnection.quoted($0.name) }
        let change = changed.isEmpty ? "DO NOTHING" : "DO UPDATE SET " + changed.map { "\($0) = excluded.\($0)" }.joined(separator: ", ")
        return """
            INSERT INTO \(table.quoted) (\(columnList)) OVERRIDING SYSTEM VALUE
            SELECT \(columnList) FROM (
                SELECT DISTINCT ON (\(keyList)) * FROM \(Self.staging) ORDER BY \(keyList), \(Self.ordinal) DESC) AS last
            ON CONFLICT (\(keyList)) \(change)
            """
    }

    var copyStatement: String {
        mode == .upsert
            ? "COPY \(Self.staging) (\(Self.ordinal), \(columnList)) FROM STDIN" : "COPY \(table.quoted) (\(columnList)) FROM STDIN"
    }
}
#endif
