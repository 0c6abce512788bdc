import SluiceCore
import SluicePipelines
import SluiceSQLite
import Synchronization

/// Rows of a table, view or query of a SQLite database. A split is a range of the table's row numbers; all splits of a reading see one state.
struct SQLiteSource: Source {
    enum Rows: Sendable {
        case table(SQLiteTableInfo)
        case query(String)

        /// As a part of a statement: a name, or a query in brackets.
        var from: String {
            switch self {
            case .table(let info): SQLiteConnection.quoted(info.name)
            case .query(let query): "(\n\(query.trimmedOfSemicolons)\n)"
            }
        }
    }

    /// Absolute.
    let path: String
    let rows: Rows
    let schema: Schema
    let notices: [String]
    let cursor: String?
    private let snapshots: SQLiteSnapshots

    init(_ path: String, _ selection: SourceSelection) throws(SluiceError) {
        guard DiskFiles.kind(of: path) != nil else {
            throw SluiceError(
                .fileNotFound, "there is no database \(path.quotedForMessage)", at: .file(path: path), remedy: "check the path")
        }
        let connection = try SQLiteConnection(path, .read)
        let rows = try Self.rows(selection, in: connection)
        let columns = try SQLiteColumns(rows, declared: selection.declared, in: connection)
        if let cursor = selection.cursor { _ = try columns.schema.require(cursor) }
        self.path = path
        self.rows = rows
        schema = columns.schema
        notices = columns.notices
        cursor = selection.cursor
        snapshots = SQLiteSnapshots(path)
    }

    private static func rows(_ selection: SourceSelection, in connection: SQLiteConnection) throws(SluiceError) -> Rows {
        switch selection.rows {
        case .table(let name):
            if let info = try SQLiteTableInfo(name, in: connection) { return .table(info) }
            let known = try SQLiteTableInfo.names(in: connection)
            throw SluiceError(
                .notFound, "\(connection.path.quotedForMessage) has no table \(name.quotedForMessage)",
                remedy: Suggestion.remedy(for: name, in: known, noun: "its tables") ?? "it has no tables")
        case .query(let query):
            let statement = try connection.prepare(query)
            guard statement.isReadOnly, statement.columnCount > 0 else {
                throw SluiceError(.databaseStatement, "the query gives no rows", remedy: "write a SELECT statement")
            }
            guard statement.parameterCount == 0 else {
                throw SluiceError(
                    .databaseStatement, "the query has parameters", remedy: "write values in their place, or the definition's ${parameters}"
                )
            }
            return .query(query)
        }
    }

    /// `shop.db`.
    var databaseName: String { String(path.split(separator: "/").last ?? "") }

    /// What messages and dead letters name the rows by.
    var rowsName: String {
        switch rows {
        case .table(let info): info.name
        case .query: "query"
        }
    }

    var from: String { rows.from }

    var rowid: String? { if case .table(let info) = rows { info.rowid } else { nil } }

    func splits() async throws -> [SourceSplit] {
        let ranges = try ranges()
        snapshots.expect(ranges.count)
        return ranges.map { SourceSplit(id: $0.description, bytes: nil) }
    }

    /// Ranges of row numbers, open at both ends, so that rows that come meanwhile are in one.
    private func ranges() throws(SluiceError) -> [RowRange] {
        guard let rowid else { return [RowRange()] }
        let connection = try SQLiteConnection(path, .read)
        guard let first = try connection.integer("SELECT min(\(rowid)) FROM \(from)"),
            let last = try connection.integer("SELECT max(\(rowid)) FROM \(from)")
        else { return [RowRange()] }
        let (span, isHuge) = last.subtractingReportingOverflow(first)
        let count = isHuge ? Int64(DatabaseLimits.splits) : min(Int64(DatabaseLimits.splits), span / DatabaseLimits.splitRows + 1)
        let step = isHuge ? Int64.max / count : span / count
        var ranges: [RowRange] = []
        for number in 0..<count {
            ranges.append(
                RowRange(
                    from: number == 0 ? nil : first + number * step, below: number == count - 1 ? nil : first + (number + 1) * step))
        }
        return ranges
    }

    func open(_ split: SourceSplit, _ request: SourceRequest) async throws -> any SplitReader {
        guard let range = RowRange(split.id) else { throw SluiceError(.notFound, "no part \(split.id.quotedForMessage) of \(rowsName)") }
        return try SQLiteSplitReader(self, range, request, in: try snapshots.take())
    }
}

/// A range of row numbers; nil is no bound.
struct RowRange: CustomStringConvertible, Sendable {
    var from: Int64?
    var below: Int64?

    init(from: Int64? = nil, below: Int64? = nil) {
        self.from = from
        self.below = below
    }

    /// Reads `description`.
    init?(_ text: String) {
        guard text.hasPrefix("rows "), let middle = text.firstRange(of: "..<") else { return nil }
        from = Int64(text[text.index(text.startIndex, offsetBy: 5)..<middle.lowerBound])
        below = Int64(text[middle.upperBound...])
    }

    var description: String { "rows \(from.map(String.init) ?? "")..<\(below.map(String.init) ?? "")" }
}

extension String {
    /// A statement without what may stand behind it.
    var trimmedOfSemicolons: String {
        var text = self[...]
        while let last = text.last, last == ";" || last.isWhitespace { text.removeLast() }
        return String(text)
    }
}
