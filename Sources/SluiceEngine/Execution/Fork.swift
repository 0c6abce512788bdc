import SluiceCore
import SluiceExpressions
import SluicePipelines

/// The ways into which the rows of a segment part; each is a segment at work of its own.
final class Fork: Sendable {
    struct Branch: Sendable {
        /// Index of the output whose way it is.
        var output: Int
        /// Which rows it gets; nil: all.
        var condition: BoundExpression?
        /// Whether it gets those that no other took.
        var isOtherwise: Bool
        var runner: SegmentRunner
        /// What comes behind the runner's segment.
        var following: ArraySlice<Segment>
    }

    /// Names routing in dead letters and messages.
    static let name = "routes"

    let branches: [Branch]
    private let match: RouteMatch
    /// The only branch that rows of an input may enter, by the input's number.
    private let only: [Int: Int]
    private let progress: RunProgress

    init(_ branches: [Branch], match: RouteMatch, only: [Int: Int] = [:], progress: RunProgress) {
        self.branches = branches
        self.match = match
        self.only = only
        self.progress = progress
    }

    /// Whether rows of some branch must be handed on in their order.
    var isOrdered: Bool { branches.contains { $0.runner.isOrdered } }

    /// Sends the rows of a batch on, through what any task may do.
    ///
    /// - Parameters:
    ///   - worker: Whose task it is.
    ///   - ordered: Takes rows of branches that need them in order, by the branch's index.
    func take(
        _ batch: Batch, at position: BatchPosition, worker: Int, _ rejects: any RejectTaking,
        ordered: (Int, Batch) async throws -> Void
    ) async throws {
        let only = only[position.inputNumber]
        for (index, rows) in try parts(of: batch, only: only, rejects) {
            try await branches[index].runner.take(rows, at: position, worker: worker, rejects) { try await ordered(index, $0) }
        }
    }

    /// The rows of each branch, where it gets any.
    ///
    /// - Parameter only: The one branch that may get any.
    private func parts(of batch: Batch, only: Int?, _ rejects: any RejectTaking) throws -> [(branch: Int, rows: Batch)] {
        var errors = RowErrors()
        var free = Bitmap(repeating: true, count: batch.rowCount)
        var selections = [Bitmap](repeating: Bitmap(), count: branches.count)
        for (index, branch) in branches.enumerated() where !branch.isOtherwise {
            guard let condition = branch.condition else {
                selections[index] = match == .first ? free : Bitmap(repeating: true, count: batch.rowCount)
                free = Bitmap(repeating: false, count: batch.rowCount)
                continue
            }
            let result = condition.evaluate(batch)
            // Where rows are taken once, a later condition does not matter to them.
            let counted = match == .first ? result.errors.filter { free[$0] } : result.errors
            errors.merge(counted)
            selections[index] = match == .first ? result.selection & free : result.selection
            free = free & ~result.selection
            if match == .first { for row in counted.byRow.keys { free[row] = false } }
        }
        if !errors.isEmpty {
            var good = Bitmap(repeating: true, count: batch.rowCount)
            for row in errors.byRow.keys { good[row] = false }
            free = free & good
            for index in selections.indices where selections[index].count > 0 { selections[index] = selections[index] & good }
            try rejects.take(batch.separating(errors).rejects, step: Self.name)
        }
        if let otherwise = branches.firstIndex(where: \.isOtherwise) { selections[otherwise] = free }
        if let only { for index in selections.indices where index != only { selections[index] = Bitmap() } }
        let counts = selections.map { Int64($0.setCount) }
        let unrouted = branches.contains(where: \.isOtherwise) ? 0 : Int64(free.setCount)
        progress.update { snapshot in
            for (branch, count) in zip(branches, counts) { snapshot.outputs[branch.output].rowsIn += count }
            snapshot.unrouted += unrouted
        }
        return selections.indices.compactMap { index in counts[index] == 0 ? nil : (index, batch.filter(selections[index])) }
    }

    /// All rows were taken.
    ///
    /// - Parameter phase: The number of the next phase of input.
    func finish(_ phase: Int) async throws {
        for branch in branches { try await branch.runner.finishBranch(phase) }
    }

    /// Encodes what waits for it, in any task.
    func encodeBlocks() async throws {
        for branch in branches { try await branch.runner.encodeBlocks() }
    }
}
