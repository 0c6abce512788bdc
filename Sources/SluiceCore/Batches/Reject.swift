/// One record that could not be processed, with all that a dead letter keeps.
public struct Reject: Error, Sendable {
    public var error: RowError
    public var location: SourceLocation?
    /// The record's bytes as they came; where only the decoded row is left, that row as JSON.
    public var raw: [UInt8]
    /// The ordinal of the row that the record was, or of the first row behind it where it never became one; nil where it is not known.
    public var ordinal: Int64?
    /// The row that failed, as it came to the step that rejects it; nil where the record never became one.
    public var row: RejectedRow?

    public init(_ error: RowError, at location: SourceLocation?, raw: [UInt8], ordinal: Int64? = nil) {
        self.error = error
        self.location = location
        self.raw = raw
        self.ordinal = ordinal
    }
}

/// A row of a batch, by its place there.
public struct RejectedRow: Sendable {
    public let batch: Batch
    public let index: Int

    public init(_ index: Int, of batch: Batch) {
        self.batch = batch
        self.index = index
    }

    /// A batch of this row alone.
    public var alone: Batch { batch.slice(index..<(index + 1)) }
}

/// Errors of single rows of a batch, by row; empty almost always, so it costs nothing then.
public struct RowErrors: Sendable {
    public private(set) var byRow: [Int: RowError] = [:]

    public init() {}

    public var isEmpty: Bool { byRow.isEmpty }
    public var count: Int { byRow.count }
    public subscript(row: Int) -> RowError? { byRow[row] }

    /// Keeps the first error of a row.
    public mutating func add(_ error: RowError, row: Int) {
        if byRow[row] == nil { byRow[row] = error }
    }

    public mutating func merge(_ other: RowErrors) {
        if !other.isEmpty { byRow.merge(other.byRow) { first, _ in first } }
    }

    /// Only the errors of rows that `keep` accepts.
    public func filter(_ keep: (Int) -> Bool) -> RowErrors {
        var result = RowErrors()
        result.byRow = byRow.filter { keep($0.key) }
        return result
    }

    /// Row `i` of this becomes row `positions[i]` of the result: errors of a compacted batch, brought back to the whole one.
    public func scattered(to positions: [Int32]) -> RowErrors {
        var result = RowErrors()
        for (row, error) in byRow { result.byRow[Int(positions[row])] = error }
        return result
    }
}

extension Batch {
    /// The rows without an error, and a reject for each row with one, in row order.
    public func separating(_ errors: RowErrors) -> (kept: Batch, rejects: [Reject]) {
        if errors.isEmpty { return (self, []) }
        let rejects = errors.byRow.keys.sorted().map { row -> Reject in
            var reject = Reject(errors[row]!, at: origin?.location(row), raw: rawRecord(row), ordinal: ordinals?[row])
            reject.row = RejectedRow(row, of: self)
            return reject
        }
        var selection = Bitmap(repeating: true, count: rowCount)
        for row in errors.byRow.keys { selection[row] = false }
        return (filter(selection), rejects)
    }

    /// The record as it came, or the row as JSON where its bytes were not kept.
    public func rawRecord(_ index: Int) -> [UInt8] {
        if let raw = origin?.raw { return Array(raw[index]) }
        var bytes: [UInt8] = []
        row(index).appendJSON(to: &bytes)
        return bytes
    }
}
