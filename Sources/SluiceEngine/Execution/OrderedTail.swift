import SluiceCore
import SluicePipelines
import Synchronization

/// What happens to rows in their order, behind the gate: the links that need it, and the end of the segment. Used by one task at a time, but
/// for `encodeBlocks` and `parcels`, which any worker calls.
final class OrderedTail: Sendable {
    /// What comes through the gate.
    enum Parcel: Sendable {
        /// Rows, and the rejects of records that stand before the last of them.
        case rows(Batch, BatchPosition, [CollectedRejects.Group])
        case encoded(EncodedSinkBlock)
        case rejects([CollectedRejects.Group])
        /// Rows of a branch, by its number, behind what any task did with them.
        case routed(Int, Batch, BatchPosition)
        /// The rest of a piece cannot be had.
        case failure(any Error)

        var weight: Int {
            switch self {
            case .rows(let batch, _, let groups): batch.byteCount + groups.reduce(0) { $0 + $1.byteCount }
            case .encoded(let block): block.byteCount
            case .rejects(let groups): groups.reduce(0) { $0 + $1.byteCount }
            case .routed(_, let batch, _): batch.byteCount
            case .failure: 0
            }
        }
    }

    private struct Blocks {
        var waiting: [(number: Int, block: SinkBlock)] = []
        var count = 0
    }

    private let links: [PlacedLink]
    private let chain: StepChain
    private let end: SegmentRunner.End
    private let rejects: RejectHandler
    private let progress: RunProgress
    /// Whether workers encode their rows before the gate.
    private let encodesEarly: Bool
    private let blocks = Mutex(Blocks())
    /// Puts blocks that were encoded behind the gate into order.
    private let blockGate: OrderedGate<EncodedSinkBlock>?
    private let satisfied: Atomic<Bool>

    init(_ links: [PlacedLink], _ end: SegmentRunner.End, rejects: RejectHandler, progress: RunProgress) throws {
        self.links = links
        self.end = end
        self.rejects = rejects
        self.progress = progress
        chain = try StepChain(links, progress: progress)
        satisfied = Atomic(chain.isSatisfied)
        if case .sequence(let output) = end {
            encodesEarly = links.isEmpty && output.writer.makesBlockOfEachBatch
            blockGate = OrderedGate(limit: EngineLimits.queueBytes) { block in try output.append(block) }
        } else {
            encodesEarly = false
            blockGate = nil
        }
    }

    /// True once no further input can change the output.
    var isSatisfied: Bool { satisfied.load(ordering: .acquiring) }

    /// What a worker hands in for a batch and what was rejected since the one before.
    func parcels(_ batch: Batch, _ position: BatchPosition, _ rejects: CollectedRejects) throws -> [Parcel] {
        if encodesEarly, case .sequence(let output) = end {
            let groups = rejects.drain()
            return (groups.isEmpty ? [] : [.rejects(groups)]) + [.encoded(try output.writer.encode(SinkBlock([batch])))]
        }
        // Only where a limit may end among the rows it matters which rejects stand before them.
        let last = links.isEmpty ? nil : batch.ordinals?.last
        return [.rows(batch, position, last.map(rejects.drain(upTo:)) ?? rejects.drain())]
    }

    /// Deals with the next parcel.
    func take(_ parcel: Parcel) async throws {
        if isSatisfied { return }
        switch parcel {
        case .rejects(let groups): try pass(groups)
        case .failure(let error): throw error
        case .encoded(let block): if case .sequence(let output) = end { try output.append(block) }
        case .routed(let index, let batch, let position):
            if case .fork(let fork) = end { try await fork.branches[index].runner.takeOrdered(batch, at: position) }
        case .rows(let batch, let position, let groups):
            try await push(batch, from: 0, position, groups)
            if chain.isSatisfied { satisfied.store(true, ordering: .releasing) }
        }
    }

    private func pass(_ groups: [CollectedRejects.Group]) throws {
        for group in groups { try rejects.take(group.rejects, step: group.step) }
    }

    /// All input was taken.
    ///
    /// - Parameter width: Tasks that encode the last rows side by side.
    func finish(width: Int) async throws {
        var late = UInt64.max >> 1
        func position() -> BatchPosition {
            late += 1
            return BatchPosition(late)
        }
        for index in links.indices {
            for batch in try chain.finish(index, rejects) { try await pass(batch, behind: index, position()) }
            guard case .probing(let probing) = links[index].link, let part = chain.part(index) else { continue }
            let result = try probing.combine([part])
            try chain.reportLate(index, [], result.rejects, rejects)
            for stream in result.streams {
                var failed: [Reject] = []
                while let batch = try stream.next(rejects: &failed) {
                    try chain.reportLate(index, [batch], failed, rejects)
                    failed = []
                    try await pass(batch, behind: index, position())
                }
                try chain.reportLate(index, [], failed, rejects)
            }
        }
        guard case .sequence(let output) = end else { return }
        if !encodesEarly { queue(try output.writer.rest()) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<width { group.addTask { try await self.encodeBlocks() } }
            try await group.waitForAll()
        }
    }

    private func pass(_ batch: Batch, behind index: Int, _ position: BatchPosition) async throws {
        try await push(batch, from: index + 1, position, [])
        try await encodeBlocks()
    }

    /// - Parameter groups: Rejects of records that stand before the last row.
    private func push(_ batch: Batch, from start: Int, _ position: BatchPosition, _ groups: [CollectedRejects.Group]) async throws {
        let collected = CollectedRejects(groups)
        try await chain.forEach(batch, at: position, from: start, collected) { try await deliver($0, position) }
        try pass(collected.drain())
    }

    private func deliver(_ batch: Batch, _ position: BatchPosition) async throws {
        switch end {
        case .sequence(let output): queue(try output.writer.collect(batch))
        case .fork(let fork):
            try await fork.take(batch, at: position, worker: 0, rejects) { index, rows in
                try await fork.branches[index].runner.takeOrdered(rows, at: position)
            }
        case .writers(let writers): try await writers.write(batch, worker: 0)
        case .table: preconditionFailure("what is joined with is read in no order")
        case .parts(let parts, let gathering):
            var rejected: [Reject] = []
            progress.taps.see(batch, .into, ofStep: gathering.index)
            try parts[0].take(batch, at: position, rejects: &rejected)
            progress.update { [count = rejected.count] snapshot in
                snapshot.steps[gathering.index].rowsIn += Int64(batch.rowCount)
                snapshot.steps[gathering.index].rejected += Int64(count)
            }
            if !rejected.isEmpty { try rejects.take(rejected, step: gathering.name) }
        }
    }

    // MARK: Blocks that any worker encodes

    private func queue(_ new: [SinkBlock]) {
        if new.isEmpty { return }
        blocks.withLock { blocks in
            for block in new {
                blocks.waiting.append((blocks.count, block))
                blocks.count += 1
            }
        }
    }

    /// Encodes what waits for it.
    func encodeBlocks() async throws {
        if case .fork(let fork) = end { try await fork.encodeBlocks() }
        guard let blockGate, case .sequence(let output) = end else { return }
        while let (number, block) = blocks.withLock({ $0.waiting.isEmpty ? nil : $0.waiting.removeFirst() }) {
            let encoded = try output.writer.encode(block)
            try await blockGate.deposit(encoded, weight: encoded.byteCount, input: 0, piece: number, isLast: true)
        }
    }
}
