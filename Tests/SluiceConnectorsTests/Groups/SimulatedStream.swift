import SluiceCore
import SluiceStreams
import SluiceTestKit

/// A stream of numbers: shards that grow, are split, merged and trimmed.
struct SimulatedStream {
    private(set) var shards: [GroupShard] = []
    /// Records of each shard; their numbers start at 0.
    private(set) var counts: [String: UInt64] = [:]
    /// Every shard that ever was, with its parents.
    private(set) var parents: [String: [String]] = [:]
    private(set) var trimmed: Set<String> = []

    init(shards count: Int) {
        for number in 0..<count {
            let first = 1_024 * UInt128(number) / UInt128(count)
            add(HashRange(first: first, last: 1_024 * UInt128(number + 1) / UInt128(count) - 1), [])
        }
    }

    /// As a member sees it.
    var list: [GroupShard] {
        shards.map { shard in
            var shard = shard
            if let count = counts[shard.id], count > 0 {
                shard.contents = .records(oldest: SequenceNumber(0), newest: SequenceNumber(UInt128(count - 1)), newestMicros: 0)
            }
            return shard
        }
    }

    func isClosed(_ shard: String) -> Bool { shards.first { $0.id == shard }?.isClosed ?? true }

    mutating func append(using random: inout SeededGenerator) {
        guard let shard = shards.filter({ !$0.isClosed }).randomElement(using: &random) else { return }
        counts[shard.id, default: 0] += UInt64.random(in: 1...20, using: &random)
    }

    /// Splits a shard, or merges two neighbours.
    mutating func reshard(using random: inout SeededGenerator) {
        let open = shards.indices.filter { !shards[$0].isClosed }
        guard let index = open.randomElement(using: &random) else { return }
        let range = shards[index].range
        if open.count < 12, Bool.random(using: &random), range.first < range.last {
            let middle = UInt128.random(in: range.first..<range.last, using: &random)
            shards[index].isClosed = true
            add(HashRange(first: range.first, last: middle), [shards[index].id])
            add(HashRange(first: middle + 1, last: range.last), [shards[index].id])
        } else if let next = open.first(where: { shards[$0].range.first == range.last + 1 }) {
            shards[index].isClosed = true
            shards[next].isClosed = true
            add(HashRange(first: range.first, last: shards[next].range.last), [shards[index].id, shards[next].id])
        }
    }

    /// Retention removes the oldest closed shard.
    mutating func trim() {
        guard let index = shards.firstIndex(where: \.isClosed), index == 0 else { return }
        trimmed.insert(shards.removeFirst().id)
    }

    private mutating func add(_ range: HashRange, _ parents: [String]) {
        let id = "shard-" + String(1_000 + counts.count)
        shards.append(GroupShard(id: id, parents: parents, range: range, contents: .empty))
        counts[id] = 0
        self.parents[id] = parents
    }
}
