package import SluiceCore

/// The running values of one aggregate for all groups of an operator, updated a column at a time.
package protocol AggregateState: Sendable {
    /// Makes room for groups `0 ..< groups`; new ones are empty. Never shrinks.
    mutating func resize(groups: Int)

    /// Takes in the rows of a batch: row `i` belongs to group `groups[i]`. `argument` is nil for `count(*)` only.
    ///
    /// - Parameter place: where the first of the rows stands in the input; only `first` and `last` care.
    mutating func update(_ argument: Column?, groups: [Int32], at place: RowPlace)

    /// Takes in groups of another state of the same aggregate: its group `sources[i]` belongs to group `targets[i]` here.
    ///
    /// - Parameter isLater: whether the other's rows stand behind all of this one's; otherwise their positions decide.
    mutating func merge(_ other: any AggregateState, from sources: [Int32], into targets: [Int32], isLater: Bool)

    /// The running values of some groups as columns, one row a group: what `absorb` takes.
    func partial(of groups: [Int32]) -> [Column]

    /// Takes in running values: row `i` belongs to group `groups[i]`.
    mutating func absorb(_ partial: [Column], groups: [Int32])

    /// One row a group; a group whose result does not fit is null and has an error.
    func finish() -> Evaluated

    /// Bytes that the state holds, roughly.
    var byteCount: Int { get }

    /// The position that a batch without one is given: behind all that were taken in.
    var nextPosition: UInt64 { get }
}

extension AggregateState {
    package var nextPosition: UInt64 { 0 }

    /// As `update(_:groups:at:)`, for a batch behind all others.
    package mutating func update(_ argument: Column?, groups: [Int32]) {
        update(argument, groups: groups, at: RowPlace(position: nextPosition))
    }

    /// Takes in another state of the same aggregate, whose group `g` is group `mapping[g]` here and whose rows come later.
    package mutating func merge(_ other: any AggregateState, mapping: [Int32]) {
        merge(other, from: (0..<Int32(mapping.count)).map { $0 }, into: mapping, isLater: true)
    }
}

/// Where a row stands in the input: in which batch, and where in that.
package struct RowPlace: Comparable, Sendable, BitwiseCopyable {
    package var position: UInt64
    package var row: Int64

    package init(position: UInt64, row: Int64 = 0) {
        self.position = position
        self.row = row
    }

    package static let start = RowPlace(position: 0)

    package static func < (a: Self, b: Self) -> Bool { a.position == b.position ? a.row < b.row : a.position < b.position }
}

/// Kinds of aggregates.
package enum AggregateKind: String, CaseIterable, Sendable {
    case count, countIf = "count_if", sum, avg, min, max, first, last
}
