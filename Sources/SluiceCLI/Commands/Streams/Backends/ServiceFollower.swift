import SluiceCore
import SluiceStreams

/// Prints a service's records as they arrive, a task for each shard, and for each that comes of a split or merge.
struct ServiceFollower: Sendable {
    private enum Ending: Sendable {
        /// Nothing more may be printed.
        case full
        /// The shard was closed.
        case closed(ShardID, [RecordPage.Child])
    }

    let streams: any StreamBackend
    let stream: String
    let printer: RecordPrinter

    /// - Parameter limit: records to print at most.
    func run(_ shards: [ShardID], from start: StreamPlace?, limit: Int) async throws {
        let allowance = Allowance(limit)
        try await withThrowingTaskGroup(of: Ending.self) { group in
            var (begun, running) = (Set(shards), Set(shards))
            for shard in shards {
                group.addTask { try await follow(shard, start?.iteratorPosition ?? .latest, allowance) }
            }
            while case .closed(let shard, let children)? = try await group.next() {
                running.remove(shard)
                // A child is read once all of its parents that are read have ended.
                for child in children where running.isDisjoint(with: child.parents) && begun.insert(child.id).inserted {
                    running.insert(child.id)
                    group.addTask { try await follow(child.id, .trimHorizon, allowance) }
                }
            }
            group.cancelAll()
        }
        try Task.checkCancellation()
    }

    private func follow(_ shard: ShardID, _ position: IteratorPosition, _ allowance: Allowance) async throws -> Ending {
        let subscription = try await streams.subscribe(stream, shard, position)
        var children: [RecordPage.Child] = []
        while let page = try await subscription.next() {
            for record in page.batches.flatMap({ $0.printed(shard: shard.number) }) {
                if !allowance.take() || printer.console.out.isClosed { return .full }
                printer.print(record)
            }
            if allowance.isUsedUp || printer.console.out.isClosed { return .full }
            children += page.children
        }
        return .closed(shard, children)
    }
}
