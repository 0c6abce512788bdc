import SluiceCore

/// Groups that go to disk, spread by the hash of their keys, whenever the budget has nothing left for them. Owned by one task at a time.
final class SpillingGroups: @unchecked Sendable {
    private(set) var store: GroupStore
    let level: Int
    private let resources: OperatorResources
    private let share: MemoryShare
    private var file: SpillFile?
    private var extents: [[SpillExtent]]

    init(_ layout: GroupLayout, _ resources: OperatorResources, level: Int = 0) {
        store = GroupStore(layout)
        self.level = level
        self.resources = resources
        share = MemoryShare(resources.budget)
        extents = Array(repeating: [], count: OperatorLimits.partitions)
    }

    var hasSpilled: Bool { file != nil }

    /// To be called after rows were taken: makes sure that what is held is paid for.
    func settle() throws {
        let bytes = store.byteCount
        if bytes <= OperatorLimits.mostBytes, share.resize(to: bytes) { return }
        // One group cannot be spread, and a hash that is used up tells nothing apart.
        if bytes <= OperatorLimits.leastBytes || store.count < 2 || level >= OperatorLimits.levels { return share.force(to: bytes) }
        try spill()
    }

    /// Puts all groups on disk.
    func spill() throws {
        let file = try file ?? resources.spill.makeFile()
        self.file = file
        for (partition, groups) in store.partitioned(level: level).enumerated() where !groups.isEmpty {
            for start in stride(from: 0, to: groups.count, by: EngineLimits.outputRows) {
                let some = Array(groups[start..<min(start + EngineLimits.outputRows, groups.count)])
                extents[partition].append(try file.append(store.partial(of: some)))
            }
        }
        store = GroupStore(store.layout)
        _ = share.resize(to: 0)
    }

    /// The chunks of a partition that went to disk.
    func chunks(of partition: Int) -> SpilledChunks? {
        guard let file, !extents[partition].isEmpty else { return nil }
        return SpilledChunks(file: file, extents: extents[partition], schema: store.layout.partialSchema)
    }
}

/// Chunks of one file, in the order in which they were written.
struct SpilledChunks: Sendable {
    let file: SpillFile
    var extents: [SpillExtent]
    let schema: Schema

    var rowCount: Int { extents.reduce(0) { $0 + $1.rowCount } }
    var byteCount: Int { extents.reduce(0) { $0 + $1.length } }

    func read(_ index: Int) throws -> Batch { try file.read(extents[index], schema: schema) }

    func forEach(_ body: (Batch) throws -> Void) throws {
        for extent in extents { try body(try file.read(extent, schema: schema)) }
    }
}

/// What an operator may use beside its input.
package struct OperatorResources: Sendable {
    package let budget: MemoryBudget
    package let spill: SpillDirectory

    package init(budget: MemoryBudget, spill: SpillDirectory) {
        self.budget = budget
        self.spill = spill
    }
}
