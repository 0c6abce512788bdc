import SluiceCore

/// The last segment of a shard, which one flusher at a time writes.
struct ActiveSegment: Sendable {
    var file: any LogFile
    var base: UInt64
    /// Bytes of whole frames written.
    var byteCount: Int
    /// Bytes known to be on disk.
    var syncedBytes: Int
    /// Bytes of frames that are visible.
    var settledBytes: Int
    /// Bytes that the system was asked to store.
    var storingBytes: Int
    /// Blocks up to here were written before, with zeros or in an earlier life of the file.
    var reservedBytes: Int
    /// Blocks up to here belong to the file; 0 where none were allocated ahead.
    var allocatedBytes = 0
    /// One past the last record written: the base of the segment that follows, so that numbers which were left out lie inside segments.
    var endSequence: UInt64
    /// Place of the last index entry.
    var indexedPlace: Int?
    /// Index entries of frames that are not visible yet.
    var newEntries: [SegmentIndex.Entry] = []
    /// Arrival of the last frame written.
    var lastArrivalMicros: Int64 = .min
    /// The segment was closed, and the next one could not be begun: nothing more is written to this one.
    var isFull = false
    /// A failed sync or truncation: what the file holds behind `syncedBytes` is unknown, so nothing more is written to it.
    var isSuspect = false

    /// The file's length.
    var fileBytes: Int { max(byteCount, reservedBytes, allocatedBytes) }

    /// Makes blocks ahead of a write of `count` bytes: written ones for small writes, allocated ones for large writes.
    mutating func reserve(_ count: Int, segmentBytes: Int) {
        let needed = byteCount + count
        let isSmall = count <= LogLimits.reservingWriteBytes
        guard needed > (isSmall ? reservedBytes : max(reservedBytes, allocatedBytes)) else { return }
        let end = min(needed + (isSmall ? zeroedStep(count) : LogLimits.allocateBytes), segmentBytes)
        guard end > needed else { return }
        // Only saves time: the write that follows says what is wrong.
        if isSmall {
            if (try? file.reserve(max(reservedBytes, byteCount)..<end)) != nil { reservedBytes = end }
        } else if (try? file.allocate(byteCount..<end)) != nil {
            allocatedBytes = end
        }
    }

    /// As much as the segment holds, and no more than some dozens of such writes take: whoever makes the blocks waits for their zeros.
    private func zeroedStep(_ count: Int) -> Int {
        let bounds = LogLimits.reserveBytes
        let most = min(max(LogLimits.reservedWrites * count, LogLimits.smallReserveBytes), bounds.upperBound)
        return min(max(byteCount, bounds.lowerBound), most)
    }

    /// Takes a frame in that is being written.
    mutating func note(_ header: FrameHeader, at place: Int) {
        lastArrivalMicros = header.arrivalMicros
        endSequence = header.sequences.upperBound
        if let indexedPlace, place - indexedPlace < LogLimits.indexIntervalBytes { return }
        indexedPlace = place
        newEntries.append(SegmentIndex.Entry(sequence: header.baseSequence, micros: header.arrivalMicros, place: place))
    }

    mutating func takeEntries() -> [SegmentIndex.Entry] {
        if newEntries.isEmpty { return [] }
        defer { newEntries = [] }
        return newEntries
    }

    /// Forgets frames that are taken back, from `end` on.
    mutating func forgetUnsettled(end: UInt64) {
        endSequence = end
        guard let first = newEntries.first else { return }
        newEntries = []
        // The next frame gets an entry.
        indexedPlace = first.place == 0 ? nil : first.place - LogLimits.indexIntervalBytes
    }
}
