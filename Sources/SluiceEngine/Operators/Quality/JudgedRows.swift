import SluiceCore
import SluicePipelines

/// The rows of windows that are judged when they end: in the files of epochs only, with the columns that the rules read. Owned by one task at a
/// time, but for reading.
final class JudgedRows: StepState, @unchecked Sendable {
    private let window: QualityWindow
    private let schema: Schema
    /// Columns of `schema` that are kept.
    private let columns: [Int]
    /// The begin of the row's window, and the columns.
    let keptSchema: Schema
    private(set) var watermark: Watermark
    /// Windows that end by it were judged.
    private(set) var closedThrough = Int64.min
    var changes: StateFileWriter?
    var stored: [StoredRows] = []

    /// - Parameter schema: Of the rows that pass.
    init(_ window: QualityWindow, columns: [Int]?, _ schema: Schema) {
        self.window = window
        self.schema = schema
        self.columns = columns ?? Array(schema.fields.indices)
        keptSchema = Schema(unchecked: [Field("window", .int64, isNullable: false)] + self.columns.map { schema.fields[$0] })
        watermark = Watermark(delay: window.delay, idle: window.idle)
    }

    /// Where the window of a time begins.
    func start(of time: Int64) -> Int64 { time.floorDivided(by: window.size) * window.size }

    /// Whether the window that begins at a time was judged.
    func isClosed(_ start: Int64) -> Bool { start.clampedAdding(window.size) <= closedThrough }

    /// Rows as they are kept.
    func kept(_ batch: Batch, _ starts: [Int64]) -> Batch {
        Batch(keptSchema, [.integers(starts)] + columns.map { batch.columns[$0].flattened }, rowCount: batch.rowCount)
    }

    /// Kept rows with all columns; those that no rule reads are null.
    private func whole(_ kept: Batch) -> Batch {
        let all = schema.fields.enumerated().map { position, field in
            columns.firstIndex(of: position).map { kept.columns[$0 + 1] } ?? .nulls(field.type, count: kept.rowCount)
        }
        return Batch(schema, all, rowCount: kept.rowCount)
    }

    /// Moves the watermark.
    ///
    /// - Returns: Whether windows may have ended.
    func advance(_ newest: [String: Int64], open: Set<String>, now: Int64) -> Bool {
        watermark.advance(newest, open: open, now: now)
        guard watermark.time > closedThrough else { return false }
        let before = oldestOpen
        closedThrough = watermark.time
        return before != oldestOpen
    }

    /// The rows of windows that ended since a watermark, by the begin of their window.
    ///
    /// - Parameter new: Those that the epoch brought.
    func forEachEnded(since earlier: Int64, _ new: [Batch], _ body: (Int64, Batch) throws -> Void) throws {
        func take(_ batch: Batch) throws {
            var rows: [Int64: [Int32]] = [:]
            for (row, start) in (batch.columns[0].flattened.integers ?? []).enumerated() {
                let end = start.clampedAdding(window.size)
                if end > earlier, end <= closedThrough { rows[start, default: []].append(Int32(truncatingIfNeeded: row)) }
            }
            for (start, rows) in rows { try body(start, whole(batch.gather(rows))) }
        }
        for rows in stored { try rows.forEach(take) }
        for batch in new { try take(batch) }
    }

    // MARK: Between runs

    private var oldestOpen: Int64 { closedThrough == .min ? .min : start(of: closedThrough) }

    var facts: StepFacts { StepFacts(watermark: watermark, closedThrough: closedThrough, oldest: oldestOpen) }

    var signature: StateSignature {
        StateSignature(
            "quality",
            [
                .init(name: "windows", value: "of \(TimeSpan(micros: window.size))"), .init(name: "the time", value: window.timeText),
            ], keptSchema, labels: ["the window"] + keptSchema.fields.dropFirst().map { "column \"\($0.name)\"" })
    }

    func writeAll(to file: StateFileWriter) throws {
        let oldest = oldestOpen
        for rows in stored {
            try rows.forEach { batch in
                let kept = batch.filter(Bitmap((batch.columns[0].flattened.integers ?? []).map { $0 >= oldest }))
                if kept.rowCount > 0 { try file.append(kept) }
            }
        }
    }

    func restore(_ facts: StepFacts) {
        watermark.resume(facts.watermark)
        closedThrough = facts.closedThrough
    }

    func restore(_ rows: Batch) {}
    func finishRestoring() {}
}
