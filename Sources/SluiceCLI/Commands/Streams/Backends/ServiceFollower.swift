import SluiceCore
import SluiceStreams
import Synchronization

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
    func run(_ shards: [ShardSummary], from start: StreamPlace?, limit: Int) async throws {
        let allowance = Allowance(limit)
        let ranges = ShardRanges(shards)
        let first = shards.map(\.id)
        try await withThrowingTaskGroup(of: Ending.self) { group in
            var (begun, running) = (Set(first), Set(first))
            for shard in first {
                group.addTask { try await follow(shard, start?.iteratorPosition ?? .latest, allowance, ranges) }
            }
            while case .closed(let shard, let children)? = try await group.next() {
                running.remove(shard)
                // A child is read once all of its parents that are read have ended.
                for child in children where running.isDisjoint(with: child.parents) && begun.insert(child.id).inserted {
                    running.insert(child.id)
                    ranges.note(child.id, child.range)
                    group.addTask { try await follow(child.id, .trimHorizon, allowance, ranges) }
                }
            }
            group.cancelAll()
        }
        try Task.checkCancellation()
    }

    private func follow(
        _ shard: ShardID, _ position: IteratorPosition, _ allowance: Allowance, _ ranges: ShardRanges
    ) async throws -> Ending {
        let subscription = try await streams.subscribe(stream, shard, position)
        var children: [RecordPage.Child] = []
        while let page = try await subscription.next() {
            for record in ranges.records(of: page, in: shard) {
                if !allowance.take() || printer.console.out.isClosed { return .full }
                printer.print(record)
            }
            if allowance.isUsedUp || printer.console.out.isClosed { return .full }
            children += page.children
        }
        return .closed(shard, children)
    }
}

/// The ranges of the shards that are followed, by which packed records are told from those of other shards.
private final class ShardRanges: Sendable {
    private let ranges: Mutex<[ShardID: HashRange]>

    init(_ shards: [ShardSummary]) { ranges = Mutex(Dictionary(shards.map { ($0.id, $0.range) }) { $1 }) }

    func note(_ shard: ShardID, _ range: HashRange) { ranges.withLock { $0[shard] = range } }

    func records(of page: RecordPage, in shard: ShardID) -> [PrintedRecord] {
        let range = ranges.withLock { $0[shard] } ?? HashRange(first: 0, last: .max)
        return page.batches.flatMap { $0.printed(shard, range) }
    }
}
