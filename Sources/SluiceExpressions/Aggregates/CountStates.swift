import SluiceCore

/// `count(*)` and `count(x)`.
struct CountState: AggregateState {
    /// `count(*)`: null rows count too.
    let countsAll: Bool
    private var counts: [Int64] = []

    init(countsAll: Bool) { self.countsAll = countsAll }

    mutating func resize(groups: Int) { counts.grow(to: groups, 0) }

    mutating func update(_ argument: Column?, groups: [Int32]) {
        if countsAll || (argument?.validity == nil && argument?.type != .null) {
            for group in groups { counts[Int(group)] &+= 1 }
        } else if let argument {
            for (row, group) in groups.enumerated() where !argument.isNull(row) { counts[Int(group)] &+= 1 }
        }
    }

    mutating func merge(_ other: any AggregateState, mapping: [Int32]) {
        guard let other = other as? CountState else { preconditionFailure("states of different aggregates") }
        for (group, target) in mapping.enumerated() { counts[Int(target)] += other.counts[group] }
    }

    func finish() -> Evaluated { Evaluated(column: .integers(counts)) }
    var byteCount: Int { counts.count * 8 }
}

/// `count_if(condition)`.
struct CountIfState: AggregateState {
    private var counts: [Int64] = []

    mutating func resize(groups: Int) { counts.grow(to: groups, 0) }

    mutating func update(_ argument: Column?, groups: [Int32]) {
        guard let argument else { return }
        Evaluated(column: argument).selection.forEachSet { counts[Int(groups[$0])] &+= 1 }
    }

    mutating func merge(_ other: any AggregateState, mapping: [Int32]) {
        guard let other = other as? CountIfState else { preconditionFailure("states of different aggregates") }
        for (group, target) in mapping.enumerated() { counts[Int(target)] += other.counts[group] }
    }

    func finish() -> Evaluated { Evaluated(column: .integers(counts)) }
    var byteCount: Int { counts.count * 8 }
}

extension Array {
    mutating func grow(to count: Int, _ element: Element) {
        if count > self.count { append(contentsOf: repeatElement(element, count: count - self.count)) }
    }
}
