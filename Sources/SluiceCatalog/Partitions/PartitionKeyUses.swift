/// How a condition speaks of each key: what an index over keys from one on can be entered by.
struct PartitionKeyUses {
    private var equal: Set<Int> = []
    private var ranged: Set<Int> = []

    init(_ condition: PartitionCondition) { add(condition) }

    private mutating func add(_ condition: PartitionCondition) {
        switch condition {
        case .and(let parts): for part in parts { add(part) }
        case .isNull(let key): equal.insert(key)
        case .isIn(let key, let values) where !values.isEmpty: equal.insert(key)
        case .like(let key, let pattern) where !pattern.prefix.isEmpty: ranged.insert(key)
        case .test(let key, let test):
            switch test {
            case .equal: equal.insert(key)
            case .less, .lessOrEqual, .greater, .greaterOrEqual: ranged.insert(key)
            case .notEqual, .always, .never: break
            }
        case .or, .not, .isIn, .like: break
        }
    }

    /// The first key of the index that leaves the fewest partitions: the one with most equal keys from its first on, and perhaps a range behind them.
    /// Of several, the index that has more of the keys. Nil where none helps.
    func best(of keys: Int) -> Int? {
        let scores = (0..<keys).map { first -> Int in
            let equals = (first..<keys).prefix { equal.contains($0) }.count
            return 2 * equals + (ranged.contains(first + equals) ? 1 : 0)
        }
        guard let most = scores.max(), most > 0 else { return nil }
        return scores.firstIndex(of: most)
    }
}
