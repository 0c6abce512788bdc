import SluiceCore
import Synchronization

/// Rows on disk, spread by the hash of their keys: all rows of a key can be had without most others. Tasks may add rows side by side.
final class KeyedSpill: Sendable {
    private struct State {
        var file: SpillFile?
        var extents = [[SpillExtent]](repeating: [], count: OperatorLimits.partitions)
    }

    let schema: Schema
    /// Columns of the key.
    private let keys: [Int]
    private let spill: SpillDirectory
    /// Looks at the hash that were taken before.
    private let level: Int
    private let state = Mutex(State())

    init(_ schema: Schema, keys: [Int], _ spill: SpillDirectory, level: Int = 0) {
        self.schema = schema
        self.keys = keys
        self.spill = spill
        self.level = level
    }

    var isEmpty: Bool { state.withLock { $0.file == nil } }

    func add(_ rows: Batch) throws {
        if rows.rowCount == 0 { return }
        let hashes = KeyHash.partitionHashes(keys.map { rows.columns[$0].flattened }, rowCount: rows.rowCount)
        var lists = [[Int32]](repeating: [], count: OperatorLimits.partitions)
        let shift = UInt64(64 - OperatorLimits.partitionBits * (level + 1))
        for (row, hash) in hashes.enumerated() {
            lists[Int(hash >> shift) & (OperatorLimits.partitions - 1)].append(Int32(truncatingIfNeeded: row))
        }
        let file = try state.withLock { state in
            let file = try state.file ?? spill.makeFile()
            state.file = file
            return file
        }
        for (partition, list) in lists.enumerated() where !list.isEmpty {
            let extent = try file.append(list.count == rows.rowCount ? rows : rows.gather(list))
            state.withLock { $0.extents[partition].append(extent) }
        }
    }

    /// The rows of a partition; nil where it has none.
    func chunks(of partition: Int) -> SpilledChunks? {
        state.withLock { state in
            guard let file = state.file, !state.extents[partition].isEmpty else { return nil }
            return SpilledChunks(file: file, extents: state.extents[partition], schema: schema)
        }
    }

    /// All rows, in no particular order.
    func forEach(_ body: (Batch) throws -> Void) throws {
        for partition in 0..<OperatorLimits.partitions { try chunks(of: partition)?.forEach(body) }
    }

    /// Rows of one partition, spread by further bits of the hash.
    func spread(_ chunks: [SpilledChunks]) throws -> KeyedSpill {
        let finer = KeyedSpill(schema, keys: keys, spill, level: level + 1)
        for chunks in chunks { try chunks.forEach { try finer.add($0) } }
        return finer
    }

    /// Whether rows of one partition can be told apart by more bits of the hash.
    var canBeSpread: Bool { !keys.isEmpty && level + 1 < OperatorLimits.levels }
}

/// The rows of one partition, with what spread them.
struct SpilledPart: Sendable {
    private let chunks: [SpilledChunks]
    private let spread: KeyedSpill

    init(_ spread: KeyedSpill, _ partition: Int) {
        self.spread = spread
        chunks = [spread.chunks(of: partition)].compactMap(\.self)
    }

    var byteCount: Int { chunks.reduce(0) { $0 + $1.byteCount } }
    var canBeSpread: Bool { spread.canBeSpread }
    /// Each batch that was added to the partition, to be read when it is needed.
    var batches: [(chunks: SpilledChunks, index: Int)] {
        chunks.flatMap { chunks in chunks.extents.indices.map { (chunks: chunks, index: $0) } }
    }

    func forEach(_ body: (Batch) throws -> Void) throws { for chunks in chunks { try chunks.forEach(body) } }

    /// The rows, spread by further bits of the hash.
    func finer() throws -> KeyedSpill { try spread.spread(chunks) }
}

/// The rows of one partition of several spills, which are spread by the same keys.
struct SpilledShare: Sendable {
    /// One for each spill.
    let parts: [SpilledPart]

    var byteCount: Int { parts.reduce(0) { $0 + $1.byteCount } }
    var canBeSpread: Bool { parts[0].canBeSpread }

    /// The partitions that have rows.
    static func all(_ spills: [KeyedSpill]) -> [SpilledShare] {
        (0..<OperatorLimits.partitions).map { partition in SpilledShare(parts: spills.map { SpilledPart($0, partition) }) }
            .filter { $0.byteCount > 0 }
    }

    func finer() throws -> [SpilledShare] { Self.all(try parts.map { try $0.finer() }) }
}
