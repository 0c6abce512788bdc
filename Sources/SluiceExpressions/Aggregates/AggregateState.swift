package import SluiceCore

/// The running values of one aggregate for all groups of an operator, updated a column at a time.
package protocol AggregateState: Sendable {
    /// Makes room for groups `0 ..< groups`; new ones are empty. Never shrinks.
    mutating func resize(groups: Int)
    /// Takes in the rows of a batch: row `i` belongs to group `groups[i]`. `argument` is nil for `count(*)` only.
    mutating func update(_ argument: Column?, groups: [Int32])
    /// Takes in another state of the same aggregate, whose group `g` is group `mapping[g]` here. Where order matters (`first`, `last`) the
    /// other's rows count as later.
    mutating func merge(_ other: any AggregateState, mapping: [Int32])
    /// One row a group; a group whose result does not fit is null and has an error.
    func finish() -> Evaluated
    /// Bytes that the state holds, roughly.
    var byteCount: Int { get }
}

/// Kinds of aggregates.
package enum AggregateKind: String, CaseIterable, Sendable {
    case count, countIf = "count_if", sum, avg, min, max, first, last
}
