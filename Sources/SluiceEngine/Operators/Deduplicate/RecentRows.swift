import SluiceCore
import SluicePipelines

/// The keys of rows that a deduplication within a time handed on, as long as their duplicates may come: what it keeps between epochs.
///
/// Keys are held by spans of time that are as long as duplicates may be apart. Rows of one key that were handed on are at least that far apart,
/// so a span has each key once, and a row's duplicates are in its own span and those beside it.
///
/// All times are microseconds since 1970. Owned by one task at a time.
final class RecentRows: StepState, @unchecked Sendable {
    let operation: RecentDuplicates
    private(set) var watermark: Watermark
    /// Keys of rows before it are forgotten.
    private(set) var closedThrough = Int64.min
    private var spans: [Int64: RecentKeys] = [:]
    /// Where the keys of an epoch go beside memory; nil where nothing is kept.
    var changes: StateFileWriter?
    /// While rows are restored: older ones are out of date.
    private var oldestKept = Int64.min

    init(_ operation: RecentDuplicates) {
        self.operation = operation
        watermark = Watermark(delay: operation.delay, idle: operation.idle)
    }

    var byteCount: Int { spans.values.reduce(0) { $0 + $1.byteCount } }

    /// Which rows are no duplicates; their keys are remembered.
    func take(_ keys: ByteRows, _ times: [Int64]) throws -> Bitmap {
        var kept = Bitmap(repeating: false, count: times.count)
        keys.data.withUnsafeBufferPointer { data in
            for row in times.indices where take(UnsafeBufferPointer(rebasing: data[keys.range(row)]), times[row]) { kept[row] = true }
        }
        if let changes, !kept.noneSet {
            let rows = kept.setPositions
            try changes.append(batch(rows.map { times[Int($0)] }, keys.gather(rows)))
        }
        return kept
    }

    private func take(_ key: UnsafeBufferPointer<UInt8>, _ time: Int64) -> Bool {
        let hash = KeyHash.hash(key, seed: KeyHash.seed)
        let number = span(of: time)
        if spans[number]?.time(of: key, hash) != nil { return false }
        if let earlier = spans[number - 1]?.time(of: key, hash), time - earlier < operation.within { return false }
        if let later = spans[number + 1]?.time(of: key, hash), later - time < operation.within { return false }
        add(key, hash, time, to: number)
        return true
    }

    private func add(_ key: UnsafeBufferPointer<UInt8>, _ hash: UInt64, _ time: Int64, to number: Int64) {
        if let span = spans[number] { return span.add(key, hash, time) }
        let span = RecentKeys()
        span.add(key, hash, time)
        spans[number] = span
    }

    private func span(of time: Int64) -> Int64 {
        let (quotient, rest) = time.quotientAndRemainder(dividingBy: operation.within)
        return rest < 0 ? quotient - 1 : quotient
    }

    /// Moves the watermark, and forgets keys that no row in front of it can be a duplicate of.
    func advance(_ newest: [String: Int64], open: Set<String>, now: Int64) {
        watermark.advance(newest, open: open, now: now)
        closedThrough = max(closedThrough, watermark.time)
        forget()
    }

    private func forget() {
        guard closedThrough > .min else { return }
        let first = span(of: closedThrough) - 1
        spans = spans.filter { $0.key >= first }
    }

    // MARK: Between runs

    let keptSchema = Schema(
        unchecked: [Field("time", .int64, isNullable: false), Field("key", .binary, isNullable: false)])

    var facts: StepFacts {
        let oldest = spans.keys.min().map { $0.multipliedReportingOverflow(by: operation.within) }
        return StepFacts(watermark: watermark, closedThrough: closedThrough, oldest: oldest.map { $0.overflow ? .min : $0.partialValue })
    }

    func writeAll(to file: StateFileWriter) throws {
        for (_, span) in spans.sorted(by: { $0.key < $1.key }) {
            for start in stride(from: 0, to: span.times.count, by: EngineLimits.outputRows) {
                let (times, keys) = span.rows(start..<min(start + EngineLimits.outputRows, span.times.count))
                try file.append(batch(times, keys))
            }
        }
    }

    private func batch(_ times: [Int64], _ keys: ByteRows) -> Batch {
        Batch(keptSchema, [.integers(times), Column(.binary, .bytes(keys))], rowCount: times.count)
    }

    func restore(_ facts: StepFacts) {
        watermark.resume(facts.watermark)
        closedThrough = facts.closedThrough
        oldestKept = facts.oldest ?? .max
    }

    func restore(_ rows: Batch) {
        guard case .int64(let times) = rows.columns[0].flattened.storage, case .bytes(let keys) = rows.columns[1].flattened.storage else {
            preconditionFailure("what is kept are times and keys")
        }
        for row in times.indices where times[row] >= oldestKept {
            keys.withRow(row) { key in
                let hash = KeyHash.hash(key, seed: KeyHash.seed)
                let number = span(of: times[row])
                if spans[number]?.time(of: key, hash) == nil { add(key, hash, times[row], to: number) }
            }
        }
    }

    func finishRestoring() { forget() }
}
