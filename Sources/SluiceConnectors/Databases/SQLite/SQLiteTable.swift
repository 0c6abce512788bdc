import FoundationEssentials
import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceSQLite

/// A table of a SQLite database as a sink; database and table are made where they are missing.
struct SQLiteTable: DatabaseTable {
    /// Absolute.
    let path: String
    let table: String

    var connector: String { SQLiteConnector.name }
    var name: String { "table \(table) of \(path.split(separator: "/").last ?? "")" }
    var identity: String { "sqlite\n\(path)\n\(table.lowercased())" }

    func target(for schema: Schema, _ write: DatabaseWrite) throws(SluiceError) -> TargetColumns {
        let comparison = TargetComparison(
            table: name, write: write, schema: schema, declaration: SQLiteTypes.declaration, misfit: SQLiteTypes.misfit)
        guard DiskFiles.kind(of: path) != nil else { return try comparison.made() }
        let connection = try SQLiteConnection(path, .read)
        guard let info = try SQLiteTableInfo(table, in: connection) else { return try comparison.made() }
        guard !info.isView else {
            throw SluiceError(.invalidOption, "\"\(info.name)\" of \(path.quotedForMessage) is a view", remedy: "write to a table")
        }
        var target = try comparison.compared(with: info.existing)
        let key = Set(write.keys.map { $0.lowercased() })
        if write.mode == .upsert, !info.uniqueKeys.contains(key) {
            let names = write.keys.map(SQLiteConnection.quoted).joined(separator: ", ")
            throw SluiceError(
                .schemaMismatch, "\(name) has no unique index of exactly the keys \(write.keys.joined(separator: ", "))",
                remedy: "make one: CREATE UNIQUE INDEX … ON \(SQLiteConnection.quoted(info.name)) (\(names))")
        }
        target.hasRules = info.hasRules || info.uniqueKeys.contains { write.mode != .upsert || $0 != key }
        return target
    }

    func columns(for rows: Schema) throws(SluiceError) -> Schema? {
        guard DiskFiles.kind(of: path) != nil, let info = try SQLiteTableInfo(table, in: try SQLiteConnection(path, .read)) else {
            return nil
        }
        return try info.existing.schema(for: rows, foldsCase: true, type: SQLiteTypes.type, misfit: SQLiteTypes.misfit)
    }

    func encoder(_ target: TargetColumns, _ write: DatabaseWrite) -> any RowEncoder {
        SQLiteRowEncoder(table: name, columns: target.columns)
    }

    func settings(_ target: TargetColumns, _ write: DatabaseWrite) throws(SluiceError) -> String {
        try SQLiteTargetSettings(
            path: path, table: table, mode: write.mode, keys: write.keys,
            columns: target.columns.map {
                .init(name: $0.name, declaration: $0.declaration, isRequired: $0.isRequired, mayBeAdded: target.added.contains($0.name))
            }
        ).text()
    }

    func rehearse(_ publication: Publication, settings: String) throws(SluiceError) {
        try SQLiteTarget(settings).rehearse(publication)
    }

    func isRead(by source: any Source) -> Bool {
        guard let source = source as? SQLiteSource, case .table(let info) = source.rows else { return false }
        return source.path == path && info.name.lowercased() == table.lowercased()
    }
}

/// All that is needed to put staged rows into a table, kept with them in the catalog.
struct SQLiteTargetSettings: Codable, Sendable {
    struct Column: Codable, Sendable {
        var name: String
        var declaration: String
        var isRequired: Bool
        var mayBeAdded: Bool
    }

    var path: String
    var table: String
    var mode: DatabaseMode
    var keys: [String]
    /// Of the staged rows, in order.
    var columns: [Column]

    func text() throws(SluiceError) -> String { try SettingsText.text(self) }

    var createStatement: String {
        let defined = columns.map { "\(SQLiteConnection.quoted($0.name)) \($0.declaration)" + ($0.isRequired ? " NOT NULL" : "") }
        let key = keys.isEmpty ? [] : ["PRIMARY KEY (" + keys.map(SQLiteConnection.quoted).joined(separator: ", ") + ")"]
        return "CREATE TABLE \(SQLiteConnection.quoted(table)) (" + (defined + key).joined(separator: ", ") + ")"
    }

    var insertStatement: String {
        let names = columns.map { SQLiteConnection.quoted($0.name) }
        let places = [String](repeating: "?", count: names.count)
        var sql =
            "INSERT INTO \(SQLiteConnection.quoted(table)) (\(names.joined(separator: ", "))) VALUES (\(places.joined(separator: ", ")))"
        guard mode == .upsert else { return sql }
        let keyed = Set(keys.map { $0.lowercased() })
        let changed = columns.filter { !keyed.contains($0.name.lowercased()) }.map { SQLiteConnection.quoted($0.name) }
        sql += " ON CONFLICT (" + keys.map(SQLiteConnection.quoted).joined(separator: ", ") + ")"
        return sql
            + (changed.isEmpty ? " DO NOTHING" : " DO UPDATE SET " + changed.map { "\($0) = excluded.\($0)" }.joined(separator: ", "))
    }
}
