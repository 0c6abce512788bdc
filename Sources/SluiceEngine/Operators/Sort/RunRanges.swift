import SluiceCore

/// Cuts runs that are in memory into ranges of the order, so that several tasks merge side by side: all rows of one range stand before all rows
/// of the next.
struct RunRanges {
    private struct Row {
        var words: SortWords
        var row: Int
    }

    private let runs: [[Batch]]
    private let plan: SortPlan
    /// For each run the first rows of its chunks.
    private let firsts: [[Row]]

    /// Nil where a run is on disk.
    init?(_ runs: [SortedRun], _ plan: SortPlan) {
        var held: [[Batch]] = []
        for run in runs {
            guard case .held(let chunks) = run else { return nil }
            held.append(chunks)
        }
        self.runs = held
        self.plan = plan
        firsts = held.map { chunks in chunks.map { Row(words: plan.words($0.slice(0..<1)), row: 0) } }
    }

    /// The ranges in order, each with its part of every run that has rows in it.
    func ranges() -> [[RunRange]] {
        let sorted = firsts.joined().sorted { isBefore($0, $1) }
        let chunksOfRange = max(OperatorLimits.mergedRangeRows / OperatorLimits.runChunkRows, 1)
        let splitters = stride(from: chunksOfRange, to: sorted.count, by: chunksOfRange).map { sorted[$0] }
        var starts = runs.map { _ in RunRange.Place(chunk: 0, row: 0) }
        var result: [[RunRange]] = []
        for splitter in splitters {
            let ends = runs.indices.map { place(of: splitter, in: $0) }
            result.append(ranges(from: starts, to: ends))
            starts = ends
        }
        result.append(ranges(from: starts, to: nil))
        return result
    }

    private func ranges(from starts: [RunRange.Place], to ends: [RunRange.Place]?) -> [RunRange] {
        runs.indices.map { RunRange(run: .held(runs[$0]), start: starts[$0], end: ends?[$0]) }
    }

    /// The first row of a run that does not stand before another.
    private func place(of row: Row, in run: Int) -> RunRange.Place {
        // Chunks before `behind` begin with a row before `row`.
        let behind = partition(0..<firsts[run].count) { isBefore(firsts[run][$0], row) }
        guard behind > 0 else { return RunRange.Place(chunk: 0, row: 0) }
        let chunk = runs[run][behind - 1]
        let words = plan.words(chunk)
        let place = partition(0..<chunk.rowCount) { isBefore(Row(words: words, row: $0), row) }
        return place < chunk.rowCount ? RunRange.Place(chunk: behind - 1, row: place) : RunRange.Place(chunk: behind, row: 0)
    }

    /// The first index for which the condition is false; it is true for all before.
    private func partition(_ range: Range<Int>, _ isBefore: (Int) -> Bool) -> Int {
        var (low, high) = (range.lowerBound, range.upperBound)
        while low < high {
            let middle = (low + high) / 2
            if isBefore(middle) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private func isBefore(_ a: Row, _ b: Row) -> Bool { a.words.compare(a.row, to: b.words, b.row) < 0 }
}
