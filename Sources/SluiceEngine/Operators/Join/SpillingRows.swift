import SluiceCore

/// Rows that go to disk, spread by the hash of their keys, whenever the budget has nothing left for them. Owned by one task at a time.
final class SpillingRows: @unchecked Sendable {
    /// Bytes of rows that are spread at once.
    private static let groupBytes = 8 << 20

    private let schema: Schema
    private let keys: [Int]
    private let resources: OperatorResources
    /// How many looks at the hash were taken before.
    private let level: Int
    /// Bytes that are held at most, whatever the budget says.
    private let limit: Int
    private let share: MemoryShare
    private var waiting: [(batch: Batch, position: BatchPosition)] = []
    private var file: SpillFile?
    private var extents: [[SpillExtent]]
    /// Bytes and rows in memory.
    private(set) var byteCount = 0
    private(set) var rowCount = 0

    init(_ schema: Schema, keys: [Int], _ resources: OperatorResources, level: Int = 0, limit: Int = OperatorLimits.mostBytes) {
        self.schema = schema
        self.keys = keys
        self.resources = resources
        self.level = level
        self.limit = limit
        share = MemoryShare(resources.budget)
        extents = Array(repeating: [], count: OperatorLimits.partitions)
    }

    var hasSpilled: Bool { file != nil }
    /// Whether all rows on disk are in one partition, so that nothing was gained.
    var isOnePartition: Bool { extents.count { !$0.isEmpty } < 2 }

    func take(_ batch: Batch, at position: BatchPosition = BatchPosition(0)) {
        waiting.append((batch, position))
        byteCount += batch.byteCount
        rowCount += batch.rowCount
    }

    /// To be called after rows were taken: makes sure that what is held is paid for.
    func settle() throws {
        let limit = hasSpilled ? min(limit, Self.groupBytes) : limit
        if byteCount <= limit, rowCount <= OperatorLimits.tableRows, share.resize(to: byteCount) { return }
        if byteCount <= OperatorLimits.leastBytes { return share.force(to: byteCount) }
        try spill()
    }

    /// Puts all rows on disk.
    func spill() throws {
        var group: [Batch] = []
        var bytes = 0
        for (index, entry) in waiting.enumerated() {
            group.append(entry.batch)
            bytes += entry.batch.byteCount
            guard bytes >= Self.groupBytes || index == waiting.count - 1 else { continue }
            try spread(.concatenated(group, schema: schema))
            group = []
            bytes = 0
        }
        _ = release()
    }

    private func spread(_ batch: Batch) throws {
        let file = try file ?? resources.spill.makeFile()
        self.file = file
        let hashes = KeyHash.partitionHashes(keys.map { batch.columns[$0].flattened }, rowCount: batch.rowCount)
        let shift = UInt64(64 - (level + 1) * OperatorLimits.partitionBits)
        var lists = [[Int32]](repeating: [], count: OperatorLimits.partitions)
        for (row, hash) in hashes.enumerated() { lists[Int(hash &>> shift) & (OperatorLimits.partitions - 1)].append(Int32(row)) }
        for (partition, rows) in lists.enumerated() {
            for start in stride(from: 0, to: rows.count, by: EngineLimits.outputRows) {
                let some = Array(rows[start..<min(start + EngineLimits.outputRows, rows.count)])
                extents[partition].append(try file.append(batch.gather(some)))
            }
        }
    }

    /// The rows in memory with where they came from; they are held and paid for by the caller from then on.
    func release() -> [(batch: Batch, position: BatchPosition)] {
        defer {
            waiting = []
            byteCount = 0
            rowCount = 0
            _ = share.resize(to: 0)
        }
        return waiting
    }

    /// The chunks of a partition that went to disk.
    func chunks(of partition: Int) -> SpilledChunks? {
        guard let file, !extents[partition].isEmpty else { return nil }
        return SpilledChunks(file: file, extents: extents[partition], schema: schema)
    }
}
