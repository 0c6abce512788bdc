import SluiceCore

/// Rows of a sorted run from one place to another.
struct RunRange: Sendable {
    /// A row of a run.
    struct Place: Sendable {
        var chunk: Int
        var row: Int
    }

    let run: SortedRun
    var start = Place(chunk: 0, row: 0)
    /// The first row behind the range; nil: it goes to the run's end.
    var end: Place?
}

/// Where a run is read while it is merged: the chunk at work, its rows' places in the order, and the next row.
struct RunCursor {
    private let range: RunRange
    private let plan: SortPlan
    private var nextChunk: Int
    /// The chunk's rows that belong to the range and were not taken.
    private(set) var rows = 0..<0
    private(set) var chunk: Batch?
    private var words: SortWords?
    private var digests: SortDigests?
    private var digestBase = 0
    /// The number of the chunk among those that the batch at work takes from; -1: none so far.
    var piece = -1

    init(_ range: RunRange, _ plan: SortPlan) {
        self.range = range
        self.plan = plan
        nextChunk = range.start.chunk
    }

    /// Makes the range's next chunk with rows its own. False at the end.
    mutating func load() throws -> Bool {
        chunk = nil
        piece = -1
        let chunkCount = range.end.map { $0.row > 0 ? $0.chunk + 1 : $0.chunk } ?? range.run.chunkCount
        while nextChunk < chunkCount {
            let number = nextChunk
            nextChunk += 1
            let chunk = try range.run.chunk(number)
            let first = number == range.start.chunk ? range.start.row : 0
            let end = range.end.map { $0.chunk == number ? $0.row : chunk.rowCount } ?? chunk.rowCount
            if first >= end { continue }
            rows = first..<end
            let words = plan.words(chunk)
            self.words = words
            digests = SortDigests(words, rows, keyCount: plan.keyCount)
            digestBase = first
            self.chunk = chunk
            return true
        }
        return false
    }

    /// The next row's place in the order, as far as 128 bits tell.
    var digest: UInt128 { digests?.values[rows.lowerBound - digestBase] ?? .max }

    /// Whether the next row stands before that of another run with the same digest.
    func isBefore(_ other: RunCursor) -> Bool {
        guard let words, let otherWords = other.words, let digests, let otherDigests = other.digests else { return false }
        let start = digests.isExact && otherDigests.isExact ? plan.keyCount : 0
        return words.compare(rows.lowerBound, to: otherWords, other.rows.lowerBound, fromKey: start) < 0
    }

    /// Takes the next row. False where it was the chunk's last.
    mutating func advance() -> Bool {
        rows = rows.lowerBound + 1..<rows.upperBound
        return !rows.isEmpty
    }

    /// Takes some of the chunk's rows.
    mutating func advance(by count: Int) { rows = rows.lowerBound + count..<rows.upperBound }
}
