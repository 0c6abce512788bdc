import SluiceCore
import SluiceExpressions

/// In which epochs rows came for a group in a pane, of which some window had been handed on: how often its results are corrected.
struct RevisionState: AggregateState {
    /// Rows came in an epoch that had begun with windows handed on up to a time.
    private struct Mark: Hashable {
        var epoch: Int64
        var closedThrough: Int64
    }

    let clock: RevisionClock
    private var marks: [Int32: [Mark]] = [:]
    private var count = 0

    init(_ clock: RevisionClock) { self.clock = clock }

    mutating func resize(groups: Int) { count = max(count, groups) }

    /// - Parameter argument: Whether the row's pane has a window that was handed on: 0 or 1.
    mutating func update(_ argument: Column?, groups: [Int32], at place: RowPlace) {
        guard case .int64(let isBehind)? = argument?.flattened.storage else { preconditionFailure("revisions are made of numbers") }
        let mark = Mark(epoch: clock.epoch, closedThrough: clock.closedThrough)
        for (row, group) in groups.enumerated() where isBehind[row] != 0 { add(mark, to: group) }
    }

    private mutating func add(_ mark: Mark, to group: Int32) {
        if marks[group]?.contains(mark) != true { marks[group, default: []].append(mark) }
    }

    mutating func merge(_ other: any AggregateState, from sources: [Int32], into targets: [Int32], isLater: Bool) {
        guard let other = other as? RevisionState else { preconditionFailure("states of one aggregate are of one kind") }
        if other.marks.isEmpty { return }
        for (source, target) in zip(sources, targets) { for mark in other.marks[source] ?? [] { add(mark, to: target) } }
    }

    /// One list a group: the numbers of its marks, two each.
    func partial(of groups: [Int32]) -> [Column] {
        var offsets: [Int32] = [0]
        var values: [Int64] = []
        for group in groups {
            for mark in marks[group] ?? [] { values += [mark.epoch, mark.closedThrough] }
            offsets.append(Int32(truncatingIfNeeded: values.count))
        }
        return [Column(.list(.int64), .list(offsets: offsets, values: .integers(values)))]
    }

    mutating func absorb(_ partial: [Column], groups: [Int32]) {
        guard case .list(let offsets, let column) = partial[0].storage, case .int64(let values) = column.flattened.storage else {
            preconditionFailure("marks are lists of integers")
        }
        for (row, group) in groups.enumerated() {
            for place in stride(from: Int(offsets[row]), to: Int(offsets[row + 1]), by: 2) {
                add(Mark(epoch: values[place], closedThrough: values[place + 1]), to: group)
            }
        }
    }

    /// For each group how often the result of the window that ends at `clock.windowEnd` was corrected; its complement where the epoch at work
    /// corrects nothing.
    func finish() -> Evaluated {
        let numbers = (0..<count).map { group -> Int64 in
            guard let marks = marks[Int32(truncatingIfNeeded: group)] else { return ~0 }
            let epochs = Set(marks.lazy.filter { $0.closedThrough >= clock.windowEnd }.map(\.epoch))
            return epochs.contains(clock.epoch) ? Int64(epochs.count) : ~Int64(epochs.count)
        }
        return Evaluated(column: .integers(numbers), errors: RowErrors())
    }

    var byteCount: Int { marks.count * 64 }
}

/// What the revisions of a step's groups are counted by; changed only while no part is at work.
final class RevisionClock: @unchecked Sendable {
    /// The epoch at work.
    var epoch: Int64 = 0
    /// The watermark that it began with, in microseconds since 1970.
    var closedThrough = Int64.min
    /// Where the window ends whose results are made.
    var windowEnd = Int64.max
}
