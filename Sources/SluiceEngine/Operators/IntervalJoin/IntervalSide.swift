import SluiceCore
import SluicePipelines

/// One side of a join within a time: its rows, as long as matches of them may come, and how far it has come. What is kept between epochs.
///
/// Rows are held by spans of time that are at least as long as the way from the earliest to the latest match, so the matches of a row are in at
/// most two of them. All times are microseconds since 1970. Owned by one task at a time, but for reading.
final class IntervalSide: StepState, @unchecked Sendable {
    /// Columns that are compared.
    private let keys: [Int]
    private let name: String
    /// What the join of which it is a side compares, in words.
    var compared = ""
    /// A row is kept so long behind the watermark.
    private let retention: Int64
    private let length: Int64
    private(set) var spans: [Int64: IntervalSpan] = [:]
    var watermark: Watermark
    /// Rows before it are late.
    private(set) var closedThrough = Int64.min
    /// Whether rows were restored for which it is not known whether they have found others.
    var hasForgottenMarks = false
    var changes: StateFileWriter?
    var stored: [StoredRows] = []
    /// What rows may take in memory while they are restored.
    private let limitBytes: Int
    /// Another of the same side, while rows are read into it beside the epochs.
    private var loading: StateLoading<IntervalSide>?
    /// Whether rows are in `stored` and not in memory, which does not hold them.
    private(set) var isSpilled = false
    /// The time of a row, and its columns.
    let keptSchema: Schema

    /// - Parameter width: From the earliest to the latest match of a row.
    init(
        _ name: String, _ schema: Schema, keys: [Int], retention: Int64, width: Int64, _ match: IntervalMatch,
        limitBytes: Int = EngineLimits.stateBytes
    ) {
        self.limitBytes = limitBytes
        self.name = name
        self.keys = keys
        self.retention = retention
        length = max(width, Self.leastLength)
        watermark = Watermark(delay: match.delay, idle: match.idle)
        keptSchema = Schema(unchecked: [Field("time", .int64, isNullable: false)] + schema.fields)
    }

    /// An empty one that is as far as another.
    private init(like other: IntervalSide) {
        (name, keys, compared, keptSchema) = (other.name, other.keys, other.compared, other.keptSchema)
        (limitBytes, retention, length) = (other.limitBytes, other.retention, other.length)
        (watermark, closedThrough) = (other.watermark, other.closedThrough)
    }

    deinit { loading?.stop() }

    /// Shorter spans would cost more than what is found in them.
    private static let leastLength: Int64 = 1_000_000

    var byteCount: Int { spans.values.reduce(0) { $0 + $1.byteCount } }

    /// Rows as they are kept.
    func kept(_ rows: Batch, _ times: [Int64]) -> Batch {
        Batch(keptSchema, [.integers(times)] + rows.columns.map(\.flattened), rowCount: rows.rowCount)
    }

    /// Takes in rows that have keys.
    func add(_ rows: Batch, isMatched: [Bool]? = nil) {
        guard rows.rowCount > 0, case .int64(let times) = rows.columns[0].storage else { return }
        var lists: [Int64: [Int32]] = [:]
        for (row, time) in times.enumerated() { lists[time.floorDivided(by: length), default: []].append(Int32(truncatingIfNeeded: row)) }
        for (number, list) in lists {
            let some = list.count == rows.rowCount ? rows : rows.gather(list)
            let span = spans[number] ?? IntervalSpan()
            spans[number] = span
            span.add(
                some, HashKeyEncoder.encode(keys.map { some.columns[$0 + 1] }, rowCount: some.rowCount), list.map { times[Int($0)] },
                isMatched: list.map { isMatched?[Int($0)] ?? false })
        }
    }

    /// The rows of a key within a range of times that is no longer than a span.
    func forEach(_ key: UnsafeBufferPointer<UInt8>, in range: ClosedRange<Int64>, _ body: (IntervalSpan, Int32) -> Void) {
        let hash = KeyHash.hash(key, seed: KeyHash.seed)
        for number in range.lowerBound.floorDivided(by: length)...range.upperBound.floorDivided(by: length) {
            guard let span = spans[number] else { continue }
            span.forEach(key, hash, in: range) { body(span, $0) }
        }
    }

    /// Rows that have found no other, oldest span first.
    ///
    /// - Parameter range: Of their times; nil: any.
    func unmatched(in range: Range<Int64>? = nil) -> [Batch] {
        spans.sorted { $0.key < $1.key }.compactMap { _, span in
            let rows = (0..<span.rowCount).filter { !span.isMatched[$0] && range?.contains(span.times[$0]) ?? true }
            if rows.isEmpty { return nil }
            let pairs = rows.map { IntervalPair(span: span, row: Int32(truncatingIfNeeded: $0)) }
            let schema = Schema(unchecked: Array(keptSchema.fields.dropFirst()))
            return Batch(schema, pairs.columns(Array(0..<schema.count), of: schema), rowCount: rows.count)
        }
    }

    /// No more rows before `time` are taken; those that nothing can match any more are forgotten.
    func close(through time: Int64) {
        closedThrough = max(closedThrough, time)
        let first = oldestNeeded.floorDivided(by: length)
        spans = spans.filter { $0.key >= first }
    }

    /// Rows before it are out of date.
    var oldestNeeded: Int64 { closedThrough == .min ? .min : closedThrough.clampedAdding(-retention) }

    // MARK: Beyond memory

    /// An empty place on disk for rows as they are kept, spread by their keys.
    func makeSpill(_ spill: SpillDirectory) -> KeyedSpill { KeyedSpill(keptSchema, keys: keys.map { $0 + 1 }, spill) }

    /// Adds the keys of rows as they are kept.
    func addKeys(of rows: Batch, to set: KeySet) { set.insert(keys.map { rows.columns[$0 + 1] }, rowCount: rows.rowCount) }

    /// Those of rows as they are kept that have some keys; nil where there are none.
    func having(_ wanted: KeySet?, _ rows: Batch) -> Batch? {
        guard let wanted else { return rows }
        return wanted.matching(rows, keys: keys.map { $0 + 1 })
    }

    /// Forgets rows that are too many for memory; all of them are in the files of epochs.
    func leaveMemory() {
        isSpilled = true
        spans = [:]
    }

    /// Takes rows back into memory that have become few.
    func returnToMemory() throws {
        guard isSpilled else { return }
        isSpilled = false
        for rows in stored { try rows.forEach { restore($0) } }
        finishRestoring()
    }

    var isLoading: Bool { loading != nil }
    /// Whether rows that were to be read beside the epochs are there.
    var isLoaded: Bool { loading?.isDone ?? true }

    func restoreBeside(_ rows: [StoredRows], on background: BackgroundWork) throws -> Bool {
        isSpilled = true
        loading = try StateLoading(rows, into: IntervalSide(like: self), on: background) { side, rows in
            side.restore(rows)
            return !side.isSpilled
        } finishing: { side in
            side.finishRestoring()
        }
        return true
    }

    /// Goes on in memory with what was read, and with what epochs brought meanwhile.
    ///
    /// - Precondition: It is loaded.
    /// - Returns: Whether memory holds the rows.
    func takeOver() throws -> Bool {
        guard let loading else {
            try returnToMemory()
            return !isSpilled
        }
        self.loading = nil
        guard let loaded = try loading.content() else { return false }
        (spans, hasForgottenMarks, isSpilled) = (loaded.spans, true, false)
        for rows in stored where !loading.paths.contains(rows.path) { try rows.forEach { restore($0) } }
        finishRestoring()
        return !isSpilled
    }

    // MARK: Between runs

    var facts: StepFacts {
        StepFacts(watermark: watermark, closedThrough: closedThrough, oldest: spans.isEmpty && !isSpilled ? nil : oldestNeeded)
    }

    var signature: StateSignature {
        let kept = StateSignature.Fact(name: "matches", value: "within " + TimeSpan(micros: retention).description, longest: retention)
        let labels = ["the time"] + keptSchema.fields.dropFirst().map { "column \"\($0.name)\"" }
        return StateSignature("join (\(name))", [.init(name: "a comparison of", value: compared), kept], keptSchema, labels: labels)
    }

    func writeAll(to file: StateFileWriter) throws {
        if isSpilled {
            for rows in stored {
                try rows.forEach { batch in
                    let times = batch.columns[0].flattened.integers ?? []
                    let kept = batch.filter(Bitmap(times.map { $0 >= oldestNeeded }))
                    if kept.rowCount > 0 { try file.append(kept) }
                }
            }
            return
        }
        for (_, span) in spans.sorted(by: { $0.key < $1.key }) { for piece in span.pieces { try file.append(piece) } }
    }

    func restore(_ facts: StepFacts) {
        watermark.resume(facts.watermark)
        closedThrough = facts.closedThrough
    }

    func restore(_ rows: Batch) {
        if isSpilled { return }
        hasForgottenMarks = true
        add(rows)
        if byteCount > limitBytes { leaveMemory() }
    }

    func finishRestoring() { close(through: closedThrough) }
}
