#if PostgreSQL
import SluiceCore
import SluicePipelines
import SluicePostgreSQL
import Synchronization

/// Rows of a table, view or query of a PostgreSQL database. A split is a range of the table's pages; all splits of a reading see one state.
struct PostgreSQLSource: Source {
    enum Rows: Sendable {
        case table(PostgreSQLName, pages: Int64?)
        case query(String)
    }

    let access: PostgreSQLAccess
    let rows: Rows
    let schema: Schema
    let notices: [String]
    let cursor: Cursor?
    private let snapshots: PostgreSQLSnapshots
    let counter: PostgreSQLCounter

    /// A column that grows.
    struct Cursor: Sendable {
        var name: String
        /// As PostgreSQL writes it.
        var type: String
    }

    init(_ access: PostgreSQLAccess, _ selection: SourceSelection) throws(SluiceError) {
        let connection = try access.connect()
        let rows: Rows
        switch selection.rows {
        case .query(let query): rows = .query(query.trimmedOfSemicolons)
        case .table(let text):
            let name = try PostgreSQLName(text)
            guard let info = try PostgreSQLTableInfo(name, in: connection) else { throw try Self.missing(name, connection) }
            rows = .table(name, pages: try info.pages(connection))
        }
        self.access = access
        self.rows = rows
        let described = try connection.describe("SELECT * FROM \(Self.from(rows))")
        (schema, notices) = try Self.schema(described, selection.declared)
        cursor = try Self.cursor(selection.cursor, schema, described)
        snapshots = PostgreSQLSnapshots(access)
        counter = PostgreSQLCounter(access)
    }

    private static func cursor(
        _ name: String?, _ schema: Schema, _ columns: [PostgreSQLConnection.DescribedColumn]
    ) throws(SluiceError) -> Cursor? {
        guard let name else { return nil }
        _ = try schema.require(name)
        let type = columns.first { $0.name == name }?.type ?? "text"
        guard PostgreSQLTypes.isCursor(type) else {
            throw SluiceError(
                .invalidOption, "column \"\(name)\" is \(type), behind whose values nothing can be read",
                remedy: "use a number, a date, a time, a uuid or a text")
        }
        return Cursor(name: name, type: type)
    }

    private static func missing(_ name: PostgreSQLName, _ connection: PostgreSQLConnection) throws(SluiceError) -> SluiceError {
        let known = try connection.rows(
            """
            SELECT CASE WHEN pg_table_is_visible(oid) THEN '' ELSE relnamespace::regnamespace || '.' END || relname FROM pg_class
            WHERE relkind IN ('r', 'v', 'm', 'p', 'f') AND relnamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema')
            ORDER BY 1
            """
        ).compactMap { $0.first.flatMap(\.self) }
        return SluiceError(
            .notFound, "\(connection.name) has no table \(name.shown.quotedForMessage)",
            remedy: Suggestion.remedy(for: name.shown, in: known, noun: "its tables") ?? "it has no tables that this user sees")
    }

    private static func schema(
        _ columns: [PostgreSQLConnection.DescribedColumn], _ declared: [DeclaredColumn]
    ) throws(SluiceError) -> (Schema, [String]) {
        var types = columns.map { PostgreSQLTypes.type($0.type) }
        for column in declared {
            guard let index = columns.firstIndex(where: { $0.name == column.name }) else {
                throw SluiceError(
                    .unknownColumn, "there is no column \"\(column.name)\"", at: column.location,
                    remedy: Suggestion.remedy(for: column.name, in: columns.map(\.name), noun: "columns"))
            }
            switch column.type {
            case .null, .structure, .map, .choice:
                throw SluiceError(
                    .unsupported, "no value of a PostgreSQL column is a \(column.type)", at: column.location,
                    remedy: "declare \(column.name): string, and take the text apart in a step")
            default: types[index] = column.type
            }
        }
        let open = columns.filter { column in PostgreSQLTypes.isUnbounded(column.type) && !declared.contains { $0.name == column.name } }
        let notices = open.map {
            "column \"\($0.name)\" is \($0.type), of any number of digits, and read as a text; declare it as a decimal"
        }
        return (try Schema(zip(columns, types).map { Field($0.name, $1) }), notices)
    }

    /// What messages and dead letters name the rows by.
    var rowsName: String { if case .table(let name, _) = rows { name.shown } else { "query" } }

    /// What a statement calls the rows.
    static let alias = "source_rows"

    /// The rows as a part of a statement.
    var from: String { Self.from(rows) }

    private static func from(_ rows: Rows) -> String {
        switch rows {
        case .table(let name, _): "\(name.quoted) AS \(alias)"
        case .query(let query): "(\n\(query)\n) AS \(alias)"
        }
    }

    func splits() async throws -> [SourceSplit] {
        let ranges = pageRanges
        snapshots.expect(ranges.count)
        return ranges.map { SourceSplit(id: $0.description, bytes: nil) }
    }

    private var pageRanges: [RowRange] {
        guard case .table(_, let pages?) = rows else { return [RowRange()] }
        let count = min(Int64(DatabaseLimits.splits), pages / DatabaseLimits.splitPages + 1)
        return (0..<count).map { number in
            RowRange(from: number == 0 ? nil : pages * number / count, below: number == count - 1 ? nil : pages * (number + 1) / count)
        }
    }

    func open(_ split: SourceSplit, _ request: SourceRequest) async throws -> any SplitReader {
        guard let range = RowRange(split.id) else { throw SluiceError(.notFound, "no part \(split.id.quotedForMessage) of \(rowsName)") }
        let rows = try PostgreSQLRowReader(self, request)
        var bounds: [String] = []
        if let from = range.from { bounds.append("ctid >= '(\(from),0)'") }
        if let below = range.below { bounds.append("ctid < '(\(below),0)'") }
        let condition = bounds.isEmpty ? "" : " WHERE " + bounds.joined(separator: " AND ")
        return try PostgreSQLSplitReader(rows, "SELECT \(rows.columnList) FROM \(from)\(condition)", in: try snapshots.take())
    }
}

/// Connections of which those for one reading see one state of the database.
final class PostgreSQLSnapshots: Sendable {
    private struct State {
        /// Splits of the next reading.
        var expected = 1
        var connections: [PostgreSQLConnection] = []
    }

    private let access: PostgreSQLAccess
    private let state = Mutex(State())

    init(_ access: PostgreSQLAccess) { self.access = access }

    /// A reading of so many splits follows.
    func expect(_ splits: Int) {
        state.withLock { state in
            state.expected = max(1, splits)
            state.connections = []
        }
    }

    /// A connection in a transaction that only reads.
    func take() throws(SluiceError) -> PostgreSQLConnection {
        try state.withLock { state throws(SluiceError) in
            if state.connections.isEmpty { state.connections = try open(state.expected) }
            return state.connections.removeLast()
        }
    }

    /// The first one exports its state, and the others import it.
    private func open(_ count: Int) throws(SluiceError) -> [PostgreSQLConnection] {
        let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
        let first = try access.connect()
        try first.execute(begin)
        guard count > 1 else { return [first] }
        let snapshot = try first.rows("SELECT pg_export_snapshot()").first?.first.flatMap(\.self) ?? ""
        var connections: [PostgreSQLConnection] = []
        for _ in 1..<count {
            let connection = try access.connect()
            try connection.execute(begin + "; SET TRANSACTION SNAPSHOT " + PostgreSQLConnection.literal(snapshot))
            connections.append(connection)
        }
        return connections + [first]
    }
}
#endif
