import SluiceCore

/// Where in a segment records are, by number and by time: one entry for each `LogLimits.indexIntervalBytes` of frames.
///
/// - Invariant: entries ascend in all three numbers (times may repeat), and each names the first byte of a frame. The first frame has one.
struct SegmentIndex: Hashable, Sendable {
    struct Entry: Hashable, Sendable {
        /// Number and arrival time of the frame's first record.
        var sequence: UInt64
        var micros: Int64
        var place: Int
    }

    private(set) var entries: [Entry] = []

    mutating func note(_ header: FrameHeader, at place: Int) {
        if let last = entries.last, place - last.place < LogLimits.indexIntervalBytes { return }
        entries.append(Entry(sequence: header.baseSequence, micros: header.arrivalMicros, place: place))
    }

    /// Puts back an entry that was read, behind those there are.
    mutating func restore(_ entry: Entry) { entries.append(entry) }

    /// Forgets frames from a place on, which were taken back.
    mutating func cut(from place: Int) {
        while let last = entries.last, last.place >= place { entries.removeLast() }
    }

    /// Where to begin reading headers to find the record with this number.
    ///
    /// - Complexity: O(log n).
    func place(ofSequence sequence: UInt64) -> Int { place { $0.sequence <= sequence } }

    /// Where to begin reading headers to find the first record that arrived at or after a time.
    func place(ofMicros micros: Int64) -> Int { place { $0.micros < micros } }

    /// Place of the last entry that is still before; entries that are come first.
    private func place(_ isBefore: (Entry) -> Bool) -> Int {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if isBefore(entries[middle]) { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? 0 : entries[low - 1].place
    }
}
