import Glibc
import SluiceCatalog
import SluiceCore
import SluiceFormats
package import SluicePipelines
import SluiceSQLite

extension SQLiteConnector: TableLister {
    package func tables(at place: String, _ request: ListingRequest) async throws -> [ListedTable] {
        let path = DatasetName.absolute(place, in: request.context.directory)
        guard DiskFiles.kind(of: path) != nil else {
            throw SluiceError(
                .fileNotFound, "there is no database \(path.quotedForMessage)", at: .file(path: path), remedy: "check the path")
        }
        let (state, bytes) = Self.state(of: path)
        let connection = try SQLiteConnection(path, .read)
        let list = try connection.prepare(
            "SELECT name, type FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name")
        var tables: [ListedTable] = []
        while try list.step() {
            guard let name = list.text(0), name != SQLiteTarget.marks else { continue }
            var table = ListedTable(
                name: name, location: "sqlite:\(path)#\(name)", connector: Self.name, options: [Self.name: path, "table": name],
                kind: list.text(1) ?? "table", state: state)
            table.byteCount = bytes
            tables.append(table)
        }
        return tables
    }

    /// Size and time of the database's files: whoever writes to it changes one of them.
    private static func state(of path: String) -> (text: String, bytes: Int64) {
        var (text, bytes): (String, Int64) = ("", 0)
        for file in [path, path + "-wal"] {
            var status = stat()
            guard stat(file, &status) == 0, status.st_size > 0 else { continue }
            text += "\(status.st_size):\(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec) "
            bytes += Int64(status.st_size)
        }
        return (text, bytes)
    }

    /// Reads the rows in the types that the database declares. A column with values of other kinds becomes a choice of what there is, and
    /// the rows are read again.
    package func look(at table: ListedTable, _ request: ListingRequest) async throws -> TableLook {
        let path = table.options[Self.name] ?? ""
        let connection = try SQLiteConnection(path, .read)
        guard let info = try SQLiteTableInfo(table.name, in: connection) else { return .unknown("it is not there any more") }
        var types: [String: DataType] = [:]
        var reasons: [String: String] = [:]
        while true {
            let declared = info.columns.compactMap { column in types[column.name].map { DeclaredColumn(column.name, $0) } }
            let source = try SQLiteSource(path, SourceSelection(table: info.name, declared: declared))
            let seen = try await Self.read(source, table.location, limit: request.rowLimit)
            let misfits = Set(seen.evidence.rejects.compactMap(\.error.column)).subtracting(types.keys)
            guard !misfits.isEmpty else { return .table(try Self.seen(source, info, seen, reasons, connection)) }
            for column in misfits {
                let kinds = try Self.kinds(of: column, in: info.name, connection)
                types[column] = kinds.type
                reasons[column] = kinds.reason
            }
        }
    }

    private static func read(_ source: SQLiteSource, _ location: String, limit: Int64?) async throws -> RowEvidence {
        var rows = RowEvidence(location)
        let names = source.schema.fields.map(\.name)
        for split in try await source.splits() {
            let reader = try await source.open(split, SourceRequest(names, keepsRaw: false))
            while limit.map({ rows.evidence.rows < $0 }) ?? true, var piece = try await reader.next() {
                while let read = try piece.next() { rows.take(read.batch, read.rejects) }
            }
        }
        return rows
    }

    /// What a column holds whose values are not all of the type that it declares.
    private static func kinds(
        of column: String, in table: String, _ connection: SQLiteConnection
    ) throws(SluiceError) -> (type: DataType, reason: String) {
        let name = SQLiteConnection.quoted(column)
        let list = try connection.prepare(
            "SELECT typeof(\(name)), count(*) FROM \(SQLiteConnection.quoted(table)) WHERE \(name) IS NOT NULL GROUP BY 1")
        var counts: [String: Int64] = [:]
        while try list.step() { counts[list.text(0) ?? ""] = list.integer(1) }
        let known: [(String, DataType)] = [("integer", .int64), ("real", .float64), ("text", .string), ("blob", .binary)]
        let found = known.filter { counts[$0.0] != nil }
        let listed = found.map { "\($0.0) (\(counts[$0.0] ?? 0))" }.joined(separator: ", ")
        let type = found.count == 1 ? found[0].1 : .choice(found.map(\.1))
        return (type, "not all values are of the declared type; as they are stored: \(listed)")
    }

    private static func seen(
        _ source: SQLiteSource, _ info: SQLiteTableInfo, _ rows: RowEvidence, _ reasons: [String: String], _ connection: SQLiteConnection
    ) throws(SluiceError) -> SeenTable {
        let declared = Dictionary(info.columns.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        var seen = SeenTable(
            columns: source.schema.fields.map { field in
                CatalogColumn(field.name, field.type, isNullable: !(declared[field.name]?.isNotNull ?? false))
            })
        seen.rowCount = rows.evidence.rows
        (seen.rejects, seen.rejected) = (rows.evidence.rejects, rows.evidence.rejected)
        seen.evidence = rows.json(
            source.schema.fields.map { field in
                let text = declared[field.name]?.declared ?? ""
                let isDeclared = SQLiteTypes.type(text) != nil
                let reason = isDeclared ? "the database declares \(text)" : "the database declares no type; all values are such"
                return (field.name, field.type, reasons[field.name] ?? reason)
            })
        for (column, reason) in reasons.sorted(by: { $0.key < $1.key }) {
            seen.notices.append("column \(column.quotedForMessage): \(reason)")
        }
        let key = info.columns.filter { $0.keyPlace > 0 }.sorted { $0.keyPlace < $1.keyPlace }.map(\.name)
        if !key.isEmpty { seen.parameters[TableKeys.primary] = key.joined(separator: ", ") }
        let foreign = try foreignKeys(of: info.name, connection)
        if !foreign.isEmpty { seen.parameters[TableKeys.foreign] = foreign.joined(separator: "; ") }
        return seen
    }

    private static func foreignKeys(of table: String, _ connection: SQLiteConnection) throws(SluiceError) -> [String] {
        let list = try connection.prepare(
            "SELECT id, \"table\", \"from\", coalesce(\"to\", '') FROM pragma_foreign_key_list(?) ORDER BY id, seq")
        try list.bind(.text(table), at: 0)
        var keys: [(id: Int64, table: String, from: [String], to: [String])] = []
        while try list.step() {
            if keys.last?.id != list.integer(0) { keys.append((list.integer(0), list.text(1) ?? "", [], [])) }
            keys[keys.count - 1].from.append(list.text(2) ?? "")
            if let to = list.text(3), !to.isEmpty { keys[keys.count - 1].to.append(to) }
        }
        return keys.map { key in
            TableKeys.text(key.from, key.table, key.to)
        }
    }
}

/// Parameters of catalog tables that name the keys of a database's table.
enum TableKeys {
    static let primary = "primaryKey"
    static let foreign = "foreignKeys"

    /// `customer → customers(id)`.
    static func text(_ columns: [String], _ table: String, _ target: [String]) -> String {
        "\(columns.joined(separator: ", ")) → \(table)" + (target.isEmpty ? "" : "(\(target.joined(separator: ", ")))")
    }
}
