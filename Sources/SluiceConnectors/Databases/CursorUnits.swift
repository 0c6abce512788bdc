import SluiceCore
import SluicePipelines

/// Rows that the cursor column puts into a stretch.
enum CursorSpan: Hashable, Sendable {
    case time(TimeRange)
    /// From the first number on, up to the second, which is not in it.
    case numbers(Range<Int64>)

    var name: String {
        switch self {
        case .time(let range): range.description
        case .numbers(let range): "\(range.lowerBound)-\(range.upperBound)"
        }
    }

    fileprivate var start: Int64 {
        switch self {
        case .time(let range): range.startMicros
        case .numbers(let range): range.lowerBound
        }
    }
}

/// What the rows of one stretch are, as far as it takes to tell whether others came.
struct CursorTally: Sendable {
    var rowCount: Int64 = 0
    /// The greatest value, as the database writes it.
    var last = ""
}

/// How a range of a table's rows is cut by its cursor column.
struct CursorUnits {
    private let cursor: String
    private let rowsName: String
    private let request: BackfillRequest
    /// The range as a whole.
    let span: CursorSpan
    let unit: CalendarUnit
    private var tallies: [CursorSpan: CursorTally] = [:]

    /// - Parameters:
    ///   - cursor: Nil where the source has none.
    ///   - type: Of the column.
    /// - Throws: `noBackfill` for a column by which no range can be cut; `usage` for a range that is none of its.
    init(_ request: BackfillRequest, cursor: String?, of rowsName: String, _ schema: Schema) throws(SluiceError) {
        guard let cursor else {
            throw SluiceError(
                .noBackfill, "this pipeline cannot be backfilled: nothing says when a row of \(rowsName) happened",
                remedy: "name a column with its time, or its number: cursor: created_at")
        }
        self.cursor = cursor
        self.rowsName = rowsName
        self.request = request
        unit = [request.unit ?? .day, request.leastUnit].compactMap(\.self).max() ?? .day
        let type = schema.fields[try schema.require(cursor)].type
        switch type {
        case .date, .timestamp: span = .time(try Self.time(request))
        case .int8, .int16, .int32, .int64: span = .numbers(try Self.numbers(request, cursor))
        default:
            throw SluiceError(
                .noBackfill,
                "this pipeline cannot be backfilled: the cursor \"\(cursor)\" of \(rowsName) is neither a time nor a whole number, but \(type)",
                remedy: "name a column that is, or declare its type: columns: {\(cursor): timestamp}")
        }
    }

    private static func time(_ request: BackfillRequest) throws(SluiceError) -> TimeRange {
        let range = try request.range.time()
        if range.endMicros <= request.nowMicros { return range }
        throw SluiceError(
            .usage, "the range ends at \(TimeRange.text(range.endMicros)), and rows may come until then",
            remedy: "end it now or earlier: a unit that is done is not looked at again")
    }

    private static func numbers(_ request: BackfillRequest, _ cursor: String) throws(SluiceError) -> Range<Int64> {
        guard let range = try request.range.sequences(), let end = Int64(exactly: range.upperBound) else {
            throw SluiceError(
                .usage, "the cursor \"\(cursor)\" is a number, and \(request.range.from.text) and \(request.range.to.text) are not",
                remedy: "give two numbers, such as --from 1 --to 100001, or a cursor that is a time")
        }
        guard request.splitsShards else {
            throw SluiceError(
                .usage, "rows \(range.lowerBound) to \(range.upperBound) are no stretch of time, so no partitions of the output are theirs",
                remedy: "add the rows with --append, or take a cursor that is a time")
        }
        return Int64(range.lowerBound)..<end
    }

    /// Counts a row whose cursor is a time.
    mutating func count(micros: Int64, _ stored: @autoclosure () -> String) throws(SluiceError) {
        guard case .time(let range) = span, range.contains(micros) else { return }
        let key = CursorSpan.time(unit.range(around: micros).clamped(to: range))
        var tally = tallies[key] ?? CursorTally()
        tally.rowCount += 1
        let text = stored()
        if text > tally.last { tally.last = text }
        try put(tally, key)
    }

    /// The stretch of so many numbers that a unit has; nil where rows are cut by time.
    var numberStep: Int64? { if case .numbers = span { Int64(ConnectorLimits.backfillRecords) } else { nil } }

    /// Counts the rows of a unit.
    ///
    /// - Parameter place: Where it begins, in microseconds since 1970; of numbers the multiple of `numberStep`. The first one may begin later.
    mutating func count(at place: Int64, _ tally: CursorTally) throws(SluiceError) {
        switch span {
        case .numbers(let range):
            guard let step = numberStep else { return }
            let (start, isForeign) = place.multipliedReportingOverflow(by: step)
            guard !isForeign else {
                throw SluiceError(.unreadable, "the database counted rows of \(rowsName) by \(cursor) that it was not asked for")
            }
            // The last unit that there is has less room than the others.
            let (end, isBeyond) = start.addingReportingOverflow(step)
            try put(tally, .numbers((start..<(isBeyond ? .max : end)).clamped(to: range)))
        case .time(let range): try put(tally, .time(unit.range(around: place).clamped(to: range)))
        }
    }

    private mutating func put(_ tally: CursorTally, _ key: CursorSpan) throws(SluiceError) {
        tallies[key] = tally
        guard tallies.count > ConnectorLimits.backfillUnits else { return }
        throw SluiceError(
            .limitExceeded, "the range has more than \(ConnectorLimits.backfillUnits) units",
            remedy: numberStep == nil ? "take a longer --unit" : "backfill it in parts")
    }

    /// - Parameter source: The rows of a unit.
    func cut(notices: [String], _ source: (CursorSpan) -> any Source) -> BackfillCut {
        let units = tallies.sorted { $0.key.start < $1.key.start }.map { key, tally in
            var time: TimeRange?
            if case .time(let range) = key { time = range }
            let input = BackfillUnit.Input(
                name: "\(rowsName), \(tally.rowCount) rows by \(cursor)", byteCount: nil, version: "\(tally.rowCount) to \(tally.last)")
            return BackfillUnit(name: key.name, time: time, source: source(key), inputs: [input])
        }
        let (from, to) =
            switch span {
            case .time(let range): (TimeRange.text(range.startMicros), TimeRange.text(range.endMicros))
            case .numbers(let range): (String(range.lowerBound), String(range.upperBound))
            }
        return BackfillCut(units: units, basis: "the column \(cursor)", from: from, to: to, notices: notices)
    }
}
