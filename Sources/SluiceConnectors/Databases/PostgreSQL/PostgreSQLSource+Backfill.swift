#if PostgreSQL
import SluiceCore
import SluicePipelines
import SluicePostgreSQL

/// Rows by the time, or the number, in their cursor column.
extension PostgreSQLSource: BackfillSource {
    func cut(_ request: BackfillRequest) async throws -> BackfillCut {
        // What the server compares is its own type, whatever the definition reads the column as.
        let own = try cursor.map { cursor throws(SluiceError) in try Schema([Field(cursor.name, PostgreSQLTypes.type(cursor.type))]) }
        var units = try CursorUnits(request, cursor: cursor?.name, of: rowsName, own ?? schema)
        guard let cursor else { preconditionFailure("units are those of a cursor") }
        let range = PostgreSQLRange(source: self, cursor: cursor, span: units.span)
        let connection = try access.connect()
        let place = units.numberStep.map { "\(range.name) / \($0)" } ?? range.beginning(ofEach: units.unit)
        let counts = try connection.rows(
            "SELECT \(place), count(*), max(\(range.name)) FROM \(from) WHERE \(range.condition) GROUP BY 1")
        for row in counts {
            guard let place = row[0].flatMap({ Int64($0) }), let count = row[1].flatMap({ Int64($0) }) else { continue }
            try units.count(at: place, CursorTally(rowCount: count, last: row[2] ?? ""))
        }
        return units.cut(notices: try missing(cursor, connection)) { PostgreSQLRange(source: self, cursor: cursor, span: $0) }
    }
}

/// Rows of a source whose cursor is in a stretch.
struct PostgreSQLRange: Source {
    let source: PostgreSQLSource
    let cursor: PostgreSQLSource.Cursor
    let span: CursorSpan

    var schema: Schema { source.schema }
    var notices: [String] { source.notices }

    /// The cursor in a statement.
    var name: String { PostgreSQLSource.alias + "." + PostgreSQLConnection.quoted(cursor.name) }

    private var isZoned: Bool { PostgreSQLTypes.type(cursor.type) == .timestamp(zoned: true) }

    /// Limits a statement to the stretch.
    var condition: String {
        switch span {
        case .numbers(let range): return "\(name) >= \(range.lowerBound) AND \(name) < \(range.upperBound)"
        case .time(let range): return "\(name) >= \(literal(range.startMicros)) AND \(name) < \(literal(range.endMicros))"
        }
    }

    private func literal(_ micros: Int64) -> String {
        let text = Value.timestamp(micros, zoned: false).description
        return isZoned ? "TIMESTAMPTZ '\(text)+00'" : "TIMESTAMP '\(text)'"
    }

    /// Where the unit of the cursor's time begins, in microseconds since 1970.
    func beginning(ofEach unit: CalendarUnit) -> String {
        let time = isZoned ? "(\(name) AT TIME ZONE 'UTC')" : "\(name)::timestamp"
        return "(extract(epoch FROM date_trunc('\(unit.rawValue)', \(time))) * 1000000)::bigint"
    }

    func splits() async throws -> [SourceSplit] { [SourceSplit(id: "rows of \(span.name)", bytes: nil)] }

    func open(_ split: SourceSplit, _ request: SourceRequest) async throws -> any SplitReader {
        let rows = try PostgreSQLRowReader(source, request)
        return try PostgreSQLSplitReader(
            rows, "SELECT \(rows.columnList) FROM \(source.from) WHERE \(condition)", in: try source.access.connect())
    }
}
#endif
