/// Where the rows of a batch came from, so that a bad one can be named and kept as it came.
public struct Origin: Sendable {
    /// What `positions` count in.
    public enum Split: Hashable, Sendable {
        /// Positions are line numbers from 1: the first line of the record.
        case file(path: String)
        /// Positions are sequence numbers.
        case shard(stream: String, shard: String)
        /// Positions are places in `numbers`, which holds sequence numbers as texts: those that have more than 63 bits.
        case numbered(stream: String, shard: String, numbers: [String])
    }

    /// One position a row.
    public enum Positions: Sendable {
        /// `first`, `first + 1`, …
        case dense(first: Int64, count: Int)
        case listed([Int64])

        /// Those of a range of the rows.
        public func slice(_ rows: Range<Int>) -> Positions {
            switch self {
            case .dense(let first, _): .dense(first: first + Int64(rows.lowerBound), count: rows.count)
            case .listed(let list): .listed(Array(list[rows]))
            }
        }

        /// Those of some of the rows, in the order of `rows`.
        public func gather(_ rows: [Int32]) -> Positions { .listed(rows.map { self[Int($0)] }) }

        /// That of the last row; nil without rows.
        public var last: Int64? {
            switch self {
            case .dense(let first, let count): count == 0 ? nil : first + Int64(count) - 1
            case .listed(let list): list.last
            }
        }

        public subscript(row: Int) -> Int64 {
            switch self {
            case .dense(let first, _): first + Int64(row)
            case .listed(let list): list[row]
            }
        }
    }

    public var split: Split
    public var positions: Positions
    /// The records' bytes as they came, if the reader kept them.
    public var raw: RawRecords?

    public init(_ split: Split, _ positions: Positions, raw: RawRecords? = nil) {
        self.split = split
        self.positions = positions
        self.raw = raw
    }

    public func position(_ row: Int) -> Int64 { positions[row] }

    public func location(_ row: Int) -> SourceLocation {
        switch split {
        case .file(let path): .file(path: path, line: Int(position(row)))
        case .shard(let stream, let shard): .shard(stream: stream, shard: shard, sequence: String(position(row)))
        case .numbered(let stream, let shard, let numbers): .shard(stream: stream, shard: shard, sequence: numbers[Int(position(row))])
        }
    }

    public func gather(_ rows: [Int32]) -> Origin {
        Origin(split, positions.gather(rows), raw: raw?.gather(rows))
    }

    /// Origins of a range of the rows.
    public func slice(_ rows: Range<Int>) -> Origin {
        Origin(split, positions.slice(rows), raw: raw?.slice(rows))
    }
}

/// Whole records as they came, as ranges of one buffer that several batches may share; line ends are not part of a record.
public struct RawRecords: Sendable {
    public var bytes: [UInt8]
    public var starts: [Int32]
    public var ends: [Int32]

    public init(bytes: [UInt8], starts: [Int32] = [], ends: [Int32] = []) {
        precondition(starts.count == ends.count, "each record has a start and an end")
        self.bytes = bytes
        self.starts = starts
        self.ends = ends
    }

    public var count: Int { starts.count }
    public func range(_ row: Int) -> Range<Int> { Int(starts[row])..<Int(ends[row]) }
    public subscript(row: Int) -> ArraySlice<UInt8> { bytes[range(row)] }

    /// The same buffer, other rows: O(rows), no bytes are copied.
    public func gather(_ rows: [Int32]) -> RawRecords {
        RawRecords(bytes: bytes, starts: rows.map { starts[Int($0)] }, ends: rows.map { ends[Int($0)] })
    }

    /// The same buffer, a range of the rows.
    public func slice(_ rows: Range<Int>) -> RawRecords {
        RawRecords(bytes: bytes, starts: Array(starts[rows]), ends: Array(ends[rows]))
    }
}
