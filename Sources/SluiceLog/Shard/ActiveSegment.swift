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
    /// The file's length: blocks up to here were written before, with zeros or in an earlier life of the file.
    var reservedBytes: Int
    /// One past the last record written: the base of the segment that follows, so that numbers which were left out lie inside segments.
    var endSequence: UInt64
    /// Place of the last index entry.
    var indexedPlace: Int?
    /// Index entries of frames that are not visible yet.
    var newEntries: [SegmentIndex.Entry] = []
    /// Arrival of the last frame written.
    var lastArrivalMicros: Int64 = .min
    /// A failed sync or truncation: what the file holds behind `syncedBytes` is unknown, so nothing more is written to it.
    var isSuspect = false

    /// Makes written blocks ahead of small writes.
    mutating func reserve(_ count: Int, segmentBytes: Int) {
        guard count <= LogLimits.reservingWriteBytes, byteCount + count > reservedBytes else { return }
        let step = min(max(byteCount, LogLimits.reserveBytes.lowerBound), LogLimits.reserveBytes.upperBound)
        let end = min(byteCount + count + step, segmentBytes)
        guard end > byteCount + count else { return }
        // Only saves time: the write that follows says what is wrong.
        let start = max(reservedBytes, byteCount)
        guard (try? file.reserve(start..<end)) != nil else { return }
        reservedBytes = end
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
