/// The splits and merges that bring a stream to a number of shards with equal ranges, one at a time.
package enum UniformScaling {
    /// The next change; nil when the open shards are the wanted ones.
    ///
    /// Splits at the wanted boundaries come first, then merges of what lies between two. A boundary that is there within `target` hashes of a
    /// wanted one counts as it: equal slices of different counts are rounded differently.
    ///
    /// - Parameter open: Open shards by hash, covering all hashes.
    package static func step(_ open: [(shard: Int, range: HashRange)], to target: Int) -> ReshardAction? {
        let wanted = HashRange.slices(target).dropFirst().map(\.first)
        let tolerance = UInt128(4 * max(target, open.count))
        func isWanted(_ boundary: UInt128) -> Bool { wanted.contains { distance($0, boundary) <= tolerance } }
        for boundary in wanted where !open.contains(where: { distance($0.range.first, boundary) <= tolerance }) {
            if let owner = open.first(where: { $0.range.contains(boundary) }) { return .split(ShardID(owner.shard), at: boundary) }
        }
        for (left, right) in zip(open, open.dropFirst()) where !isWanted(right.range.first) {
            return .merge(ShardID(left.shard), ShardID(right.shard))
        }
        return nil
    }

    private static func distance(_ a: UInt128, _ b: UInt128) -> UInt128 { a > b ? a - b : b - a }
}
