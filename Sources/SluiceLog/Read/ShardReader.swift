package import SluiceCore
import SluiceStreams

/// Reads a shard's records in order, while it is being written as well; each frame's checksum is checked.
///
/// A value that one task owns. Where records are trimmed before it has read them, it goes on behind them.
package struct ShardReader: Sendable {
    package let stream: String
    package let shard: Int
    private let view: any ShardView
    private let keyring: Keyring?
    /// The number of the record that `next` returns first; where numbers are missing, the next one there is.
    package private(set) var position: UInt64
    private var earliestMicros: Int64
    private var segment: OpenSegment?
    /// The durable end when it was last asked for, which readers of another process's stream do by reading a file.
    private var knownEnd: UInt64 = 0
    /// What the next fetch takes: little at first, as many readers want a few records only.
    private var fetchBytes = LogLimits.firstReadBytes

    private struct OpenSegment {
        var base: UInt64
        /// Base of the segment behind it; nil while there is none.
        var upper: UInt64?
        var window: FrameWindow
        /// Place of the next frame.
        var place: Int
        /// The durable end when `window` was fetched: frames behind it may have changed since.
        var fetchedEnd: UInt64
        /// The durable end when the segments were listed last: all records before it are in one of those.
        var listedEnd: UInt64
    }

    /// A frame that was found: where it is in the window.
    private struct Found {
        var open: OpenSegment
        var header: FrameHeader
        var place: Int
    }

    init(
        stream: String = "", shard: Int = 0, view: any ShardView, keyring: Keyring? = nil, from start: StartPosition
    ) throws(SluiceError) {
        self.stream = stream
        self.shard = shard
        self.view = view
        self.keyring = keyring
        earliestMicros = .min
        let oldest = try view.trimPoint()
        switch start {
        case .start: position = oldest
        case .end: position = try view.durableEnd()
        case .sequence(let sequence): position = max(oldest, sequence)
        case .time(let micros):
            earliestMicros = micros
            position = oldest
            try seek(micros)
        }
    }

    /// The records of the next frame, or nil at the current durable end.
    ///
    /// - Parameter maxBytes: How much to fetch ahead; a longer frame is still returned whole.
    /// - Throws: `corruptFrame` with the position; `wrongKey`; what reading throws.
    package mutating func next(maxBytes: Int = LogLimits.readBytes) async throws(SluiceError) -> StreamRecords? {
        try nextNow(maxBytes: maxBytes)
    }

    /// `next` without a point where it could suspend.
    mutating func nextNow(maxBytes: Int = LogLimits.readBytes) throws(SluiceError) -> StreamRecords? {
        while true {
            let end = try currentEnd()
            guard var found = try nextFrame(end, ahead: maxBytes) else { return nil }
            let length = found.header.frameBytes
            guard try fill(&found.open, found.place, count: length, ahead: maxBytes, end) >= length,
                let records = try FrameDecoder.decode(
                    found.open.window.bytes, at: found.place - found.open.window.start, found.header, keyring)
            else {
                if try skipTrimmed(found.open.base) { continue }
                throw corrupt(found.open)
            }
            segment = found.open
            defer { position = found.header.sequences.upperBound }
            return records.dropping(before: position)
        }
    }

    /// The header of the frame whose records `next` would return, without reading its body.
    mutating func nextHeader() throws(SluiceError) -> FrameHeader? {
        try nextFrame(try currentEnd(), ahead: LogLimits.indexIntervalBytes)?.header
    }

    /// The durable end, asked for anew once all before the known one is read.
    private mutating func currentEnd() throws(SluiceError) -> UInt64 {
        if position >= knownEnd { knownEnd = try view.durableEnd() }
        return knownEnd
    }

    /// Suspends until there are records to read.
    ///
    /// - Returns: Whether there are; false where none will come, because `RecordStream.finishAppending` or `close` was called, the shard was
    ///   split or merged, or the task was cancelled.
    package func waitForRecords() async -> Bool { await view.waitForRecords(past: position) }

    func follow(_ signal: Signal) -> Following { view.follow(signal, past: position) }
    func unfollow(_ signal: Signal) { view.unfollow(signal) }

    /// The frame with `position`, or the first one behind; nil at `end`.
    private mutating func nextFrame(_ end: UInt64, ahead: Int) throws(SluiceError) -> Found? {
        while position < end {
            guard var open = try openSegment(end) else { continue }
            // A shard that was split or merged off begins behind its parents' records.
            if position >= end { return nil }
            if let upper = open.upper, position >= upper {
                segment = nil
                continue
            }
            guard let header = try header(&open, end, ahead: ahead) else {
                segment = nil
                if try skipTrimmed(open.base) { continue }
                guard let upper = open.upper else { throw corrupt(open) }
                position = max(position, upper)
                continue
            }
            if header.sequences.upperBound > end { return nil }
            let place = open.place
            open.place += header.frameBytes
            guard header.sequences.upperBound > position, header.arrivalMicros >= earliestMicros else {
                position = max(position, header.sequences.upperBound)
                segment = open
                continue
            }
            return Found(open: open, header: header, place: place)
        }
        return nil
    }

    /// The segment with `position`, kept open from call to call; nil when the position moved, because the segment was trimmed meanwhile.
    private mutating func openSegment(_ end: UInt64) throws(SluiceError) -> OpenSegment? {
        if var open = segment {
            if open.upper == nil, open.listedEnd < end {
                open.upper = try view.segmentBases().first { $0 > open.base }
                open.listedEnd = end
            }
            return open
        }
        let bases = try view.segmentBases()
        guard let index = bases.lastIndex(where: { $0 <= position }) ?? bases.indices.first else {
            throw SluiceError(.stateCorrupt, "\(view.paths.directory.quotedForMessage) has no segment")
        }
        let base = bases[index]
        position = max(position, base)
        let upper = index + 1 < bases.count ? bases[index + 1] : nil
        do throws(SluiceError) {
            let place = position == base ? 0 : view.index(of: base).place(ofSequence: position)
            return OpenSegment(
                base: base, upper: upper, window: FrameWindow(try ReadFile(view.paths.segment(base))), place: place, fetchedEnd: end,
                listedEnd: end)
        } catch {
            guard error.code == .fileNotFound, try skipTrimmed(base) else { throw error }
            return nil
        }
    }

    /// Whether a segment was trimmed, or the record at the position; the position is then behind what was.
    private mutating func skipTrimmed(_ base: UInt64) throws(SluiceError) -> Bool {
        guard try isTrimmed(base) else { return false }
        segment = nil
        position = max(position, try view.trimPoint())
        return true
    }

    private func isTrimmed(_ base: UInt64) throws(SluiceError) -> Bool {
        guard try view.segmentBases().contains(base) else { return true }
        return try position < view.trimPoint()
    }

    /// The header at the segment's next place; nil where the segment has no more.
    private mutating func header(_ open: inout OpenSegment, _ end: UInt64, ahead: Int) throws(SluiceError) -> FrameHeader? {
        while true {
            let held = try fill(&open, open.place, count: FrameHeader.byteCount, ahead: ahead, end)
            if held < FrameHeader.byteCount { return nil }
            switch open.window.header(at: open.place, tag: view.tag, segment: open.base) {
            case .header(let header) where header.sequences.upperBound <= open.fetchedEnd || open.fetchedEnd >= end: return header
            case .stale where open.fetchedEnd >= end: return nil
            case .damaged where open.fetchedEnd >= end:
                if try !view.segmentBases().contains(open.base) { return nil }
                throw corrupt(open)
            case .otherVersion(let version) where open.fetchedEnd >= end:
                throw .otherVersion(view.paths.segment(open.base), version: Int(version))
            default: open.window.clear()
            }
        }
    }

    /// Fetches bytes of a segment; none where it was trimmed meanwhile.
    private mutating func fill(_ open: inout OpenSegment, _ place: Int, count: Int, ahead: Int, _ end: UInt64) throws(SluiceError) -> Int {
        if open.window.holds(place, count: count) { return open.window.end - place }
        open.fetchedEnd = end
        let wanted = min(ahead, fetchBytes)
        fetchBytes = min(2 * fetchBytes, LogLimits.mostReadBytes)
        do throws(SluiceError) {
            return try open.window.fill(place, count: count, ahead: wanted)
        } catch {
            guard error.code == .fileNotFound, try isTrimmed(open.base) else { throw error }
            return 0
        }
    }

    private func corrupt(_ open: OpenSegment) -> SluiceError {
        .corruptFrame(
            .shard(stream: stream, shard: ShardID(shard).description, sequence: String(position)), segment: view.paths.segment(open.base))
    }

    /// Opens the segment where records of a time begin, at the nearest place that its index knows before them.
    ///
    /// - Complexity: O(log n) in the segments and in the index's entries.
    private mutating func seek(_ micros: Int64) throws(SluiceError) {
        let bases = try view.segmentBases()
        var low = 0
        var high = bases.count
        while high - low > 1 {
            let middle = (low + high) / 2
            let arrival = try view.paths.firstArrivalMicros(of: bases[middle], tag: view.tag) ?? .max
            if arrival < micros { low = middle } else { high = middle }
        }
        guard low < bases.count else { return }
        position = max(position, bases[low])
        let place = view.index(of: bases[low]).place(ofMicros: micros)
        guard place > 0 else { return }
        segment = OpenSegment(
            base: bases[low], upper: low + 1 < bases.count ? bases[low + 1] : nil,
            window: FrameWindow(try ReadFile(view.paths.segment(bases[low]))), place: place, fetchedEnd: try view.durableEnd(),
            listedEnd: 0)
    }
}

extension StreamRecords {
    /// The records from `sequence` on: a reader may begin inside a frame.
    fileprivate func dropping(before sequence: UInt64) -> StreamRecords {
        sequence > baseSequence ? slice(Int(sequence - baseSequence)..<count) : self
    }
}
