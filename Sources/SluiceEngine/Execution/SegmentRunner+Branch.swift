import SluiceCore

// A segment whose rows come from another one while that is at work.
extension SegmentRunner {
    var isOrdered: Bool { tail != nil }

    /// Takes rows in any task.
    ///
    /// - Parameter ordered: Takes them behind what any task does, where `takeOrdered` must get them in order.
    func take(
        _ batch: Batch, at position: BatchPosition, worker: Int, _ taker: any RejectTaking, ordered: (Batch) async throws -> Void
    ) async throws {
        let chains = chains[worker]
        try await chains.lanes[0].forEach(batch, at: position, taker) { batch in
            try await chains.common.forEach(batch, at: position, taker) { batch in
                if tail != nil { try await ordered(batch) } else { try await deliver(batch, position, worker: worker, taker) }
            }
        }
    }

    /// Takes rows in their order; one task at a time.
    func takeOrdered(_ batch: Batch, at position: BatchPosition) async throws { try await tail?.take(.rows(batch, position, [])) }

    /// All rows that come were taken: what else the segment reads, and what was put aside.
    func finishBranch(_ phase: Int) async throws {
        try await run(segment.splits.map { .split($0.source, $0.split, lane: $0.lane) }, phase: phase)
    }

    func encodeBlocks() async throws { try await tail?.encodeBlocks() }
}
