import SluiceCore

/// `count(*)` and `count(x)`.
struct CountState: AggregateState {
    /// `count(*)`: null rows count too.
    let countsAll: Bool
    private var counts: [Int64] = []

    init(countsAll: Bool) { self.countsAll = countsAll }

    mutating func resize(groups: Int) { counts.grow(to: groups, 0) }

    mutating func update(_ argument: Column?, groups: [Int32], at place: RowPlace) {
        if !countsAll, argument?.type == .null { return }
        counts.count(groups, countsAll ? nil : argument?.validity)
    }

    mutating func merge(_ other: any AggregateState, from sources: [Int32], into targets: [Int32], isLater: Bool) {
        guard let other = other as? CountState else { preconditionFailure("states of different aggregates") }
        counts.add(other.counts.taken(sources), to: targets)
    }

    func partial(of groups: [Int32]) -> [Column] { [.integers(counts.taken(groups))] }
    mutating func absorb(_ partial: [Column], groups: [Int32]) { counts.add(partial[0].int64s, to: groups) }
    func finish() -> Evaluated { Evaluated(column: .integers(counts)) }
    var byteCount: Int { counts.capacity * 8 }
}

/// `count_if(condition)`.
struct CountIfState: AggregateState {
    private var counts: [Int64] = []

    mutating func resize(groups: Int) { counts.grow(to: groups, 0) }

    mutating func update(_ argument: Column?, groups: [Int32], at place: RowPlace) {
        guard let argument else { return }
        counts.count(groups, Evaluated(column: argument).selection)
    }

    mutating func merge(_ other: any AggregateState, from sources: [Int32], into targets: [Int32], isLater: Bool) {
        guard let other = other as? CountIfState else { preconditionFailure("states of different aggregates") }
        counts.add(other.counts.taken(sources), to: targets)
    }

    func partial(of groups: [Int32]) -> [Column] { [.integers(counts.taken(groups))] }
    mutating func absorb(_ partial: [Column], groups: [Int32]) { counts.add(partial[0].int64s, to: groups) }
    func finish() -> Evaluated { Evaluated(column: .integers(counts)) }
    var byteCount: Int { counts.capacity * 8 }
}

extension [Int64] {
    /// Adds one to the group of each row that is valid.
    fileprivate mutating func count(_ groups: [Int32], _ validity: Bitmap?) {
        withUnsafeMutableBufferPointer { counts in
            groups.withUnsafeBufferPointer { groups in
                GroupLoops.forEachValid(validity, count: groups.count) { row in
                    counts[Int(groups[unchecked: row])] &+= 1
                }
            }
        }
    }

    fileprivate mutating func add(_ others: [Int64], to targets: [Int32]) {
        for (other, target) in zip(others, targets) { self[Int(target)] += other }
    }
}
