import SluiceCore

/// Puts the groups of several parts together: in memory at once where they are few, otherwise partition by partition, a stream each.
struct GroupCombiner {
    private let resources: OperatorResources

    init(_ resources: OperatorResources) { self.resources = resources }

    /// - Parameter output: called once for each stream.
    func streams(_ parts: [SpillingGroups], _ layout: GroupLayout, output: () -> AggregateOutput) throws -> [any BatchStream] {
        if parts.contains(where: \.hasSpilled) {
            for part in parts where part.store.count > 0 { try part.spill() }
            return (0..<OperatorLimits.partitions).compactMap { partition in
                let chunks = parts.compactMap { $0.chunks(of: partition) }
                return chunks.isEmpty ? nil : SpilledGroupStream(chunks, layout, resources, level: 1, output())
            }
        }
        let filled = parts.filter { $0.store.count > 0 }
        let total = filled.reduce(0) { $0 + $1.store.count }
        if filled.count < 2 || total <= OperatorLimits.orderedGroups {
            return [MergedGroupStream(filled.map { ($0, nil) }, layout, output())]
        }
        let lists = filled.map { $0.store.partitioned(level: 0) }
        return (0..<OperatorLimits.partitions).map { partition in
            MergedGroupStream(zip(filled, lists).map { ($0, $1[partition]) }, layout, output())
        }
    }
}

/// Cuts the results of a store into batches.
final class AggregateOutput {
    private let schema: Schema
    private var kept: Batch?
    private var next = 0

    init(_ schema: Schema) { self.schema = schema }

    /// Takes the results of a store; those before were handed on.
    ///
    /// - Parameter inOrder: as the first rows of the groups stood in the input.
    func take(_ store: GroupStore, inOrder: Bool, rejects: inout [Reject]) {
        let (columns, count, errors) = store.finish(inOrder: inOrder)
        let (kept, failed) = Batch(schema, columns, rowCount: count).separating(errors)
        rejects.append(contentsOf: failed)
        self.kept = kept
        next = 0
    }

    func nextBatch() -> Batch? {
        guard let kept, next < kept.rowCount else {
            kept = nil
            return nil
        }
        let end = min(next + EngineLimits.outputRows, kept.rowCount)
        defer { next = end }
        return kept.slice(next..<end)
    }
}

/// Groups of several parts that are all in memory: all of them, or those of one partition.
private final class MergedGroupStream: BatchStream, @unchecked Sendable {
    private var parts: [(part: SpillingGroups, groups: [Int32]?)]
    private let layout: GroupLayout
    private let output: AggregateOutput
    private var isMerged = false

    init(_ parts: [(part: SpillingGroups, groups: [Int32]?)], _ layout: GroupLayout, _ output: AggregateOutput) {
        self.parts = parts
        self.layout = layout
        self.output = output
    }

    func next(rejects: inout [Reject]) throws -> Batch? {
        if !isMerged {
            isMerged = true
            output.take(merged(), inOrder: parts.allSatisfy { $0.groups == nil }, rejects: &rejects)
            parts = []
        }
        return output.nextBatch()
    }

    private func merged() -> GroupStore {
        if parts.count == 1, parts[0].groups == nil { return parts[0].part.store }
        let store = GroupStore(layout)
        for (part, groups) in parts { store.merge(part.store, groups: groups ?? (0..<Int32(part.store.count)).map { $0 }) }
        return store
    }
}

/// The groups of one partition that went to disk. What does not fit at once is spread by further bits of the hash.
private final class SpilledGroupStream: BatchStream, @unchecked Sendable {
    private var chunks: [SpilledChunks]
    private let layout: GroupLayout
    private let resources: OperatorResources
    private let level: Int
    private let output: AggregateOutput
    private var groups: SpillingGroups?
    private var inner: [SpilledGroupStream] = []

    init(_ chunks: [SpilledChunks], _ layout: GroupLayout, _ resources: OperatorResources, level: Int, _ output: AggregateOutput) {
        self.chunks = chunks
        self.layout = layout
        self.resources = resources
        self.level = level
        self.output = output
    }

    func next(rejects: inout [Reject]) throws -> Batch? {
        if !chunks.isEmpty { try load(&rejects) }
        if let batch = output.nextBatch() { return batch }
        groups = nil
        while let stream = inner.last {
            if let batch = try stream.next(rejects: &rejects) { return batch }
            inner.removeLast()
        }
        return nil
    }

    private func load(_ rejects: inout [Reject]) throws {
        let groups = SpillingGroups(layout, resources, level: level)
        for chunk in chunks {
            try chunk.forEach { batch in
                groups.store.absorb(batch)
                try groups.settle()
            }
        }
        chunks = []
        guard groups.hasSpilled else {
            self.groups = groups
            return output.take(groups.store, inOrder: false, rejects: &rejects)
        }
        try groups.spill()
        inner = (0..<OperatorLimits.partitions).compactMap { partition in
            groups.chunks(of: partition).map { SpilledGroupStream([$0], layout, resources, level: level + 1, output) }
        }
    }
}
