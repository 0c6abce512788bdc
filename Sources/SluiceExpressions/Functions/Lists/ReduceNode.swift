import SluiceCore

/// A lambda of a total and an element, applied to the elements of each list from left to right: to element `k` of all rows at once.
struct ReduceNode: BoundNode {
    let list: any BoundNode
    /// Nil: the first element is the first total.
    let initial: (any BoundNode)?
    let body: any BoundNode
    let type: DataType
    var isNullable: Bool { true }
    var children: [any BoundNode] { [list, body] + (initial.map { [$0] } ?? []) }

    func evaluate(_ frame: Frame) -> Vector {
        let source = list.evaluate(frame)
        var failures = frame.failures
        failures.merge(source.errors)
        let elements = source.column.lists.values.count * (source.isConstant ? frame.rowCount : 1)
        guard elements <= ExpressionLimits.lambdaElements else {
            frame.activeRows.forEachSet {
                failures.add(
                    $0, .limitExceeded,
                    "the lists of one batch have \(elements) elements, over the limit of \(ExpressionLimits.lambdaElements)")
            }
            return Vector(column: .nulls(type, count: frame.rowCount), errors: failures.errors)
        }
        let lists = source.spread(frame.rowCount)
        var progress = Progress(rows: lists.explicitValidity.setPositions, type: type, rowCount: frame.rowCount)
        start(&progress, lists, frame, &failures)
        let (offsets, values) = lists.lists
        while true {
            progress.finish { row, step in offsets[row + 1] - offsets[row] <= step }
            if progress.rows.isEmpty { break }
            let places = progress.rows.map { offsets[Int($0)] + progress.step }
            let totals = Frame(elements: progress.totals, of: frame, parents: progress.rows)
            let inner = Frame(elements: values.gather(places), of: totals, parents: (0..<Int32(places.count)).map { $0 })
            let result = body.evaluate(inner)
            for index in result.errors.byRow.keys.sorted() {
                if let error = result.errors[index] { failures.add(Int(progress.rows[index]), error) }
            }
            progress.totals = result.spread(places.count)
            progress.step += 1
        }
        return Vector(column: progress.column().nulling(failures.errors), errors: failures.errors)
    }

    /// The first totals; without an initial value rows of empty lists are null.
    private func start(_ progress: inout Progress, _ lists: Column, _ frame: Frame, _ failures: inout Failures) {
        if let initial {
            let vector = initial.evaluate(frame)
            failures.merge(vector.errors)
            progress.totals = vector.spread(frame.rowCount).gather(progress.rows)
            return
        }
        let (offsets, values) = lists.lists
        progress.rows.removeAll { offsets[Int($0)] == offsets[Int($0) + 1] }
        let firsts = values.gather(progress.rows.map { offsets[Int($0)] })
        progress.totals = CastKernel.cast(firsts, to: type).column
        progress.step = 1
    }

    /// The rows whose lists have elements left, and the totals of those that have none.
    private struct Progress {
        var rows: [Int32]
        var totals: Column
        var step: Int32 = 0
        private var finished: [Column] = []
        /// For each row of the frame its place in the finished totals, or -1.
        private var places: [Int32]
        private var finishedCount: Int32 = 0

        init(rows: [Int32], type: DataType, rowCount: Int) {
            self.rows = rows
            totals = .nulls(type, count: rows.count)
            places = [Int32](repeating: -1, count: rowCount)
        }

        mutating func finish(_ isAtEnd: (Int, Int32) -> Bool) {
            let ended = ComparisonKernel.packed(rows.count) { isAtEnd(Int(rows[$0]), step) }
            if ended.noneSet { return }
            ended.forEachSet {
                places[Int(rows[$0])] = finishedCount
                finishedCount += 1
            }
            finished.append(totals.gather(ended.setPositions))
            let open = (~ended).setPositions
            totals = totals.gather(open)
            rows = open.map { rows[Int($0)] }
        }

        func column() -> Column {
            finished.isEmpty ? .nulls(totals.type, count: places.count) : Column.concatenated(finished).gatherOrNull(places)
        }
    }
}
