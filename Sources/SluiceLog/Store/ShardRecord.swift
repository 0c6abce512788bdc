import SluiceCore
package import SluiceStreams

/// What `stream.meta` says of one shard.
struct ShardRecord: Hashable, Sendable {
    var id: ShardID
    var range: HashRange
    /// Number that the shard's first record gets: above those of its parents, so that numbers ascend along a key whatever is split and merged.
    var start: UInt64
    /// Microseconds since 1970.
    var createdMicros: Int64
    /// None, the one that was split, or the two that were merged.
    var parents: [ShardID]
    /// Where and when it was closed.
    var closed: Closed?

    struct Closed: Hashable, Sendable {
        /// One past its last record.
        var end: UInt64
        var micros: Int64
    }

    var isOpen: Bool { closed == nil }

    /// Whether all that it ever held is older than the retention.
    func hasExpired(horizonMicros: Int64) -> Bool { closed.map { $0.micros < horizonMicros } ?? false }

    var text: String {
        let parents = (0..<2).map { $0 < self.parents.count ? self.parents[$0].description : "-" }.joined(separator: " ")
        let closed = closed.map { "\($0.end) \($0.micros)" } ?? "- -"
        return "\(id) \(range.first) \(range.last) \(start) \(createdMicros) \(parents) \(closed)"
    }

    init(id: ShardID, range: HashRange, start: UInt64, createdMicros: Int64, parents: [ShardID] = [], closed: Closed? = nil) {
        self.id = id
        self.range = range
        self.start = start
        self.createdMicros = createdMicros
        self.parents = parents
        self.closed = closed
    }

    /// Nil unless the text is what `text` writes.
    init?(_ text: some StringProtocol) {
        let words = text.split(separator: " ")
        guard words.count == 9, let id = ShardID(parsing: words[0]), let first = UInt128(words[1]), let last = UInt128(words[2]),
            first <= last, let start = UInt64(words[3]), let created = Int64(words[4])
        else { return nil }
        self.init(id: id, range: HashRange(first: first, last: last), start: start, createdMicros: created)
        for word in words[5...6] where word != "-" {
            guard let parent = ShardID(parsing: word) else { return nil }
            parents.append(parent)
        }
        if let end = UInt64(words[7]), let micros = Int64(words[8]) { closed = Closed(end: end, micros: micros) }
    }

    var summary: ShardSummary {
        ShardSummary(
            id: id, range: range, parent: parents.first, adjacentParent: parents.dropFirst().first,
            startingSequence: SequenceNumber(shard: id.number, offset: start),
            endingSequence: closed.map { SequenceNumber(shard: id.number, offset: max(start, $0.end == 0 ? 0 : $0.end - 1)) })
    }
}

extension SequenceNumber {
    /// Numbers of the embedded log have 34 digits: 2^112, the record's place in its shard times 2^32, and the shard's number.
    private static let base = UInt128(1) << 112
    static let step = UInt128(1) << 32

    /// The number of a record of the embedded log.
    package init(shard: Int, offset: UInt64) { self.init(Self.base | UInt128(offset) << 32 | UInt128(UInt32(shard))) }

    /// Shard and place of a number that the embedded log gave; nil for any other.
    package var position: (shard: Int, offset: UInt64)? {
        guard let value, value >> 112 == 1, value >> 96 & 0xFFFF == 0 else { return nil }
        return (Int(UInt32(truncatingIfNeeded: value)), UInt64(truncatingIfNeeded: value >> 32))
    }
}

extension StreamRecords {
    /// The number of a row; `shard` is where it was read.
    package func sequenceNumber(_ row: Int, shard: ShardID) -> SequenceNumber {
        SequenceNumber(shard: shard.number, offset: baseSequence + UInt64(row))
    }
}
