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
    private(set) var spans: [Int64: RecentKeys] = [:]
    /// Where the keys of an epoch go beside memory; nil where nothing is kept.
    var changes: StateFileWriter?
    var stored: [StoredRows] = []
    /// What the keys may take in memory.
    let limitBytes: Int
    /// Whether keys are on disk and not in memory, which does not hold them, or does not hold them yet.
    private(set) var isSpilled = false
    /// Keys of a run over a whole input that are on disk.
    private var aside: (file: SpillFile, extents: [SpillExtent])?
    private var loading: StateLoading<RecentRows>?
    /// While rows are restored: older ones are out of date.
    private var oldestKept = Int64.min
    /// The join within a time whose rows come in, if there is one: its watermark leads.
    private let upstream: IntervalState?

    init(_ operation: RecentDuplicates, upstream: IntervalState? = nil, limitBytes: Int = EngineLimits.stateBytes) {
        self.upstream = upstream
        self.operation = operation
        self.limitBytes = limitBytes
        watermark = Watermark(delay: operation.delay, idle: operation.idle)
    }

    deinit { loading?.stop() }

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

    /// Where a span begins.
    private func begin(ofSpan number: Int64) -> Int64 {
        let (time, isBeyond) = number.multipliedReportingOverflow(by: operation.within)
        return isBeyond ? .min : time
    }

    /// Moves the watermark, and forgets keys that no row in front of it can be a duplicate of.
    func advance(_ newest: [String: Int64], open: Set<String>, now: Int64) {
        if let upstream { watermark.follow(upstream.laterBound) } else { watermark.advance(newest, open: open, now: now) }
        closedThrough = max(closedThrough, watermark.time)
        forget()
    }

    private func forget() {
        guard let first = firstSpan else { return }
        spans = spans.filter { $0.key >= first }
    }

    /// Keys of rows before it are forgotten, whole spans at a time.
    private var firstSpan: Int64? { closedThrough == .min ? nil : span(of: closedThrough) - 1 }

    // MARK: Beyond memory

    /// Keys are too many for memory: all of them are in the files of epochs; those of a run over a whole input go to disk now.
    func leaveMemory(_ spill: SpillDirectory) throws {
        if isSpilled { return }
        if changes == nil {
            aside = (try spill.makeFile(), [])
            try forEachKept { try putAside($0) }
        }
        leaveMemory()
    }

    private func leaveMemory() {
        isSpilled = true
        spans = [:]
    }

    private func putAside(_ rows: Batch) throws {
        guard let file = aside?.file else { return }
        aside?.extents.append(try file.append(rows))
    }

    /// As `take`, where keys are on disk: those of these rows are looked up there.
    func take(_ rows: [(keys: ByteRows, times: [Int64])]) throws -> [Bitmap] {
        let wanted = KeySet()
        for (keys, _) in rows { wanted.insert(keys) }
        let known = RecentRows(operation, limitBytes: .max)
        known.oldestKept = firstSpan.map(begin(ofSpan:)) ?? .min
        func add(_ rows: Batch) {
            guard case .bytes(let keys) = rows.columns[1].flattened.storage else { return }
            let found = wanted.rows(of: keys)
            if !found.isEmpty { known.restore(rows.gather(found)) }
        }
        for rows in stored + (changes?.written(keptSchema) ?? []) { try rows.forEach(add) }
        if let aside { for extent in aside.extents { add(try aside.file.read(extent, schema: keptSchema)) } }
        known.changes = changes
        return try rows.map { keys, times in
            let kept = try known.take(keys, times)
            if aside != nil, !kept.noneSet {
                let rows = kept.setPositions
                try putAside(batch(rows.map { times[Int($0)] }, keys.gather(rows)))
            }
            return kept
        }
    }

    /// Takes keys back into memory that have become few, or were read by now.
    func returnToMemory() throws {
        guard isSpilled, aside == nil else { return }
        var rows = stored
        if let loading {
            guard loading.isDone else { return }
            self.loading = nil
            guard let loaded = try loading.content() else { return }
            spans = loaded.spans
            rows.removeAll { loading.paths.contains($0.path) }
        } else {
            // In memory there are tables of the keys, too.
            guard rows.reduce(0, { $0 + $1.byteCount }) <= limitBytes / 8 else { return }
        }
        isSpilled = false
        for rows in rows { try rows.forEach { restore($0) } }
        finishRestoring()
    }

    var isLoading: Bool { loading != nil }

    func restoreBeside(_ rows: [StoredRows], on background: BackgroundWork) throws -> Bool {
        leaveMemory()
        let empty = RecentRows(operation, limitBytes: limitBytes)
        empty.oldestKept = oldestKept
        loading = try StateLoading(rows, into: empty, on: background) { loaded, rows in
            loaded.restore(rows)
            return !loaded.isSpilled
        } finishing: { _ in
        }
        return true
    }

    // MARK: Between runs

    let keptSchema = Schema(
        unchecked: [Field("time", .int64, isNullable: false), Field("key", .binary, isNullable: false)])

    var facts: StepFacts {
        let first = isSpilled ? firstSpan ?? .min : spans.keys.min()
        return StepFacts(watermark: watermark, closedThrough: closedThrough, oldest: first.map(begin(ofSpan:)))
    }

    /// Keys are kept in a form of their own.
    var signature: StateSignature {
        let within = StateSignature.Fact(
            name: "duplicates", value: "within " + TimeSpan(micros: operation.within).description, longest: operation.within)
        return StateSignature(
            "deduplicate",
            [
                .init(name: "keys", value: operation.keyNames.joined(separator: ", ")), .init(name: "the time", value: operation.timeText),
                within,
            ],
            keptSchema, labels: ["time", "key"])
    }

    func writeAll(to file: StateFileWriter) throws {
        guard isSpilled else { return try forEachKept { try file.append($0) } }
        let oldest = facts.oldest ?? .max
        for rows in stored {
            try rows.forEach { batch in
                let kept = batch.filter(Bitmap((batch.columns[0].flattened.integers ?? []).map { $0 >= oldest }))
                if kept.rowCount > 0 { try file.append(kept) }
            }
        }
    }

    private func forEachKept(_ body: (Batch) throws -> Void) throws {
        for (_, span) in spans.sorted(by: { $0.key < $1.key }) {
            for start in stride(from: 0, to: span.times.count, by: EngineLimits.outputRows) {
                let (times, keys) = span.rows(start..<min(start + EngineLimits.outputRows, span.times.count))
                try body(batch(times, keys))
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
        if isSpilled { return }
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
        if byteCount > limitBytes { leaveMemory() }
    }

    func finishRestoring() { forget() }
}
