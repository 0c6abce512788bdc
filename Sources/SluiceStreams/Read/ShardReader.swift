package import SluiceCore

/// Reads a shard's records in order, while it is being written as well; each frame's checksum is checked.
///
/// A value that one task owns. Segments that are trimmed while it reads them stay readable for it.
package struct ShardReader: Sendable {
    package let stream: String
    package let shard: Int
    private let view: any ShardView
    private let tag: UInt64
    /// The number of the record that `next` returns first; where numbers are missing, the next one there is.
    package private(set) var position: UInt64
    private var earliestMicros: Int64
    private var segment: OpenSegment?

    private struct OpenSegment {
        var base: UInt64
        var window: FrameWindow
        /// Place of the next frame.
        var place = 0
        /// The durable end when `window` was fetched: frames behind it may have changed since.
        var fetchedEnd: UInt64
    }

    init(stream: String, shard: Int, view: any ShardView, tag: UInt64, from start: StartPosition) throws(SluiceError) {
        self.stream = stream
        self.shard = shard
        self.view = view
        self.tag = tag
        earliestMicros = .min
        let oldest = try view.trimPoint()
        switch start {
        case .start: position = oldest
        case .end: position = try view.durableEnd()
        case .sequence(let sequence): position = max(oldest, sequence)
        case .time(let micros):
            earliestMicros = micros
            position = max(oldest, try Self.segment(at: micros, view, tag))
        }
    }

    /// The records of the next frame, or nil at the current durable end.
    ///
    /// - Parameter maxBytes: How much to fetch ahead; a longer frame is still returned whole.
    /// - Throws: `corruptFrame` with the position; what reading throws.
    package mutating func next(maxBytes: Int = StreamLimits.readBytes) async throws(SluiceError) -> StreamRecords? {
        let end = try view.durableEnd()
        while position < end {
            var open = try openSegment(end)
            let upper = try view.segmentBases().first { $0 > open.base }
            let isSpent = upper.map { position >= $0 } ?? false
            guard !isSpent, let header = try header(&open, end, ahead: maxBytes) else {
                guard let upper else { throw corrupt(open) }
                segment = nil
                position = max(position, upper)
                continue
            }
            if header.sequences.upperBound > end { return nil }
            open.place += header.frameBytes
            guard header.sequences.upperBound > position, header.arrivalMicros >= earliestMicros else {
                position = max(position, header.sequences.upperBound)
                segment = open
                continue
            }
            let start = open.place - header.frameBytes
            guard try fill(&open, start, count: header.frameBytes, ahead: maxBytes, end) >= header.frameBytes,
                let records = FrameDecoder.decode(open.window.bytes, at: start - open.window.start, header)
            else { throw corrupt(open) }
            segment = open
            defer { position = header.sequences.upperBound }
            return records.dropping(before: position)
        }
        return nil
    }

    /// Suspends until there are records to read.
    ///
    /// - Returns: Whether there are; false where none will come, because `RecordStream.finishAppending` or `close` was called, or the task
    ///   was cancelled.
    package func waitForRecords() async -> Bool { await view.waitForRecords(past: position) }

    /// The segment with `position`, kept open from call to call.
    private mutating func openSegment(_ end: UInt64) throws(SluiceError) -> OpenSegment {
        if let segment { return segment }
        while true {
            let bases = try view.segmentBases()
            guard let base = bases.last(where: { $0 <= position }) ?? bases.first else {
                throw SluiceError(.stateCorrupt, "\(view.paths.directory.quotedForMessage) has no segment")
            }
            position = max(position, base)
            do throws(SluiceError) {
                return OpenSegment(base: base, window: FrameWindow(try ReadFile(view.paths.segment(base))), fetchedEnd: end)
            } catch {
                // Trimmed between the look at the list and the opening: look again.
                guard error.code == .fileNotFound, try !view.segmentBases().contains(base) else { throw error }
            }
        }
    }

    /// The header at the segment's next place; nil at its end.
    private func header(_ open: inout OpenSegment, _ end: UInt64, ahead: Int) throws(SluiceError) -> FrameHeader? {
        while true {
            let held = try fill(&open, open.place, count: FrameHeader.byteCount, ahead: ahead, end)
            if held < FrameHeader.byteCount { return nil }
            switch open.window.header(at: open.place, tag: tag) {
            case .header(let header) where header.sequences.upperBound <= open.fetchedEnd || open.fetchedEnd >= end: return header
            case .damaged where open.fetchedEnd >= end: throw corrupt(open)
            case .tooNew(let version): throw .streamTooNew(view.paths.segment(open.base), version: Int(version))
            default: open.window.clear()
            }
        }
    }

    private func fill(_ open: inout OpenSegment, _ place: Int, count: Int, ahead: Int, _ end: UInt64) throws(SluiceError) -> Int {
        if !open.window.holds(place, count: count) { open.fetchedEnd = end }
        return try open.window.fill(place, count: count, ahead: ahead)
    }

    private func corrupt(_ open: OpenSegment) -> SluiceError {
        .corruptFrame(
            .shard(stream: stream, shard: ShardID(shard).description, sequence: position), segment: view.paths.segment(open.base))
    }

    /// Base of the last segment that begins before a time, so that earlier ones need not be read.
    private static func segment(at micros: Int64, _ view: any ShardView, _ tag: UInt64) throws(SluiceError) -> UInt64 {
        let bases = try view.segmentBases()
        var low = 0
        var high = bases.count
        while high - low > 1 {
            let middle = (low + high) / 2
            let arrival = try view.paths.firstArrivalMicros(of: bases[middle], tag: tag) ?? .max
            if arrival < micros { low = middle } else { high = middle }
        }
        return bases.isEmpty ? 0 : bases[low]
    }
}

extension StreamRecords {
    /// The records from `sequence` on: a reader may begin inside a frame.
    fileprivate func dropping(before sequence: UInt64) -> StreamRecords {
        guard sequence > baseSequence else { return self }
        let rows = Int(sequence - baseSequence)..<count
        return StreamRecords(
            baseSequence: sequence, arrivalMicros: arrivalMicros, headers: headers, keys: keys.slice(rows),
            payloads: payloads.gather(rows.map { Int32($0) }))
    }
}
