import SluiceCore

/// What nodes are evaluated over: the rows of a batch, or inside a lambda the elements of its lists.
struct Frame {
    indirect enum Source {
        case batch([Column])
        /// Row `i` here belongs to row `parents[i]` of the frame around; `parameter` is the lambda's own column.
        case elements(of: Frame, parents: [Int32], parameter: Column)
    }

    let source: Source
    let rowCount: Int
    /// Rows whose failures matter; nil for all.
    var active: Bitmap?
    var wantsMessages = true
    /// Lambdas around.
    let depth: Int
    /// Shared by all nodes of the expression.
    var budget = TextBudget()

    init(_ batch: Batch) { self.init(columns: batch.columns, rowCount: batch.rowCount) }

    init(columns: [Column], rowCount: Int) {
        source = .batch(columns)
        self.rowCount = rowCount
        depth = 0
    }

    /// A frame of `rowCount` rows without columns, for constants.
    init(rowCount: Int) {
        source = .batch([])
        self.rowCount = rowCount
        depth = 0
    }

    init(elements parameter: Column, of outer: Frame, parents: [Int32]) {
        source = .elements(of: outer, parents: parents, parameter: parameter)
        rowCount = parameter.count
        active = outer.active?.gather(parents)
        wantsMessages = outer.wantsMessages
        depth = outer.depth + 1
        budget = outer.budget
    }

    func column(_ index: Int) -> Column {
        switch source {
        case .batch(let columns): columns[index]
        case .elements(let outer, let parents, _): outer.column(index).gather(parents)
        }
    }

    /// The column of the lambda at `depth` (the outermost has 1).
    func parameter(_ depth: Int) -> Column {
        guard case .elements(let outer, let parents, let own) = source else { preconditionFailure("no lambda around") }
        return depth == self.depth ? own : outer.parameter(depth).gather(parents)
    }

    var failures: Failures { Failures(active: active, wantsMessages: wantsMessages, budget: budget) }

    /// The same rows, of which only those of `rows` matter.
    func limited(to rows: Bitmap) -> Frame {
        var copy = self
        copy.active = intersection(active, rows)
        return copy
    }

    /// The active rows as a bitmap.
    var activeRows: Bitmap { active ?? Bitmap(repeating: true, count: rowCount) }
}
