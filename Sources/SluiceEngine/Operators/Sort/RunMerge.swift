import SluiceCore

/// Merges sorted runs into one stream; a heap of runs by their next rows.
final class RunMerge: BatchStream, @unchecked Sendable {
    /// Where a run is read.
    private struct Cursor {
        let run: SortedRun
        var nextChunk = 0
        var row = 0
        var chunk: Batch?
        var words: SortWords?
        /// The first key's words of the chunk, and which rows are not null.
        var leading: [UInt64] = []
        var validity: Bitmap?
        /// Rows of the chunk that were taken for the batch at work.
        var taken: [Int32] = []
    }

    private let plan: SortPlan
    private var cursors: [Cursor]
    /// Numbers of cursors with rows left, as a binary heap.
    private var heap: [Int] = []
    /// Keep the runs in memory paid for until the stream goes.
    private let shares: [MemoryShare]
    private var left: Int
    private var isStarted = false

    init(_ runs: [SortedRun], _ plan: SortPlan, shares: [MemoryShare]) {
        self.plan = plan
        self.shares = shares
        cursors = runs.map { Cursor(run: $0) }
        left = plan.limit ?? .max
    }

    func next(rejects: inout [Reject]) throws -> Batch? {
        guard let batch = try nextPlaced() else { return nil }
        return Batch(plan.schema, Array(batch.columns.dropLast(2)), rowCount: batch.rowCount)
    }

    /// The next rows with their places.
    func nextPlaced() throws -> Batch? {
        if !isStarted {
            isStarted = true
            for index in cursors.indices where try load(index) { heap.append(index) }
            for index in heap.indices.reversed() { sink(index) }
        }
        if let whole = try wholeChunk() { return whole }
        var pieces: [Batch] = []
        /// For each row of the output its cursor's piece so far.
        var picks: [(cursor: Int32, row: Int32)] = []
        picks.reserveCapacity(OperatorLimits.runChunkRows)
        var pieceStarts: [Int32] = []
        var pieceOfCursor = [Int32](repeating: -1, count: cursors.count)
        var pieceCursor: [Int] = []
        while picks.count < min(OperatorLimits.runChunkRows, left), let first = heap.first {
            if pieceOfCursor[first] < 0 {
                pieceOfCursor[first] = Int32(pieceCursor.count)
                pieceCursor.append(first)
                pieces.append(plan.placedEmpty)
            }
            picks.append((pieceOfCursor[first], Int32(cursors[first].taken.count)))
            cursors[first].taken.append(Int32(cursors[first].row))
            cursors[first].row += 1
            if let chunk = cursors[first].chunk, cursors[first].row == chunk.rowCount {
                pieces[Int(pieceOfCursor[first])] = chunk.gather(cursors[first].taken)
                cursors[first].taken = []
                pieceOfCursor[first] = -1
                if try !load(first) {
                    heap[0] = heap[heap.count - 1]
                    heap.removeLast()
                }
            }
            sink(0)
        }
        for (cursor, piece) in pieceOfCursor.enumerated() where piece >= 0 {
            if let chunk = cursors[cursor].chunk { pieces[Int(piece)] = chunk.gather(cursors[cursor].taken) }
            cursors[cursor].taken = []
        }
        if picks.isEmpty { return nil }
        left -= picks.count
        var total: Int32 = 0
        for piece in pieces {
            pieceStarts.append(total)
            total += Int32(piece.rowCount)
        }
        let all = Batch.concatenated(pieces, schema: plan.placedSchema)
        return pieces.count == 1 ? all : all.gather(picks.map { pieceStarts[Int($0.cursor)] + $0.row })
    }

    /// The rest of the last run's chunk, as it is.
    private func wholeChunk() throws -> Batch? {
        guard heap.count == 1, let chunk = cursors[heap[0]].chunk else { return nil }
        let rows = cursors[heap[0]].row..<min(chunk.rowCount, left < .max ? cursors[heap[0]].row + left : .max)
        if rows.isEmpty { return nil }
        left -= rows.count
        if try !load(heap[0]) || left == 0 { heap = [] }
        return chunk.slice(rows)
    }

    /// Makes a cursor's next chunk its own. False at the end.
    private func load(_ index: Int) throws -> Bool {
        cursors[index].chunk = nil
        while cursors[index].nextChunk < cursors[index].run.chunkCount {
            let chunk = try cursors[index].run.chunk(cursors[index].nextChunk)
            cursors[index].nextChunk += 1
            if chunk.rowCount == 0 { continue }
            let words = plan.words(chunk)
            (cursors[index].leading, cursors[index].validity) = words.leadingWords(rowCount: chunk.rowCount)
            cursors[index].words = words
            cursors[index].chunk = chunk
            cursors[index].row = 0
            return true
        }
        return false
    }

    private func isBefore(_ a: Int, _ b: Int) -> Bool {
        let (rowA, rowB) = (cursors[a].row, cursors[b].row)
        let isPlain = (cursors[a].validity?[rowA] ?? true) && (cursors[b].validity?[rowB] ?? true)
        if isPlain {
            let (x, y) = (cursors[a].leading[rowA], cursors[b].leading[rowB])
            if x != y { return x < y }
        }
        guard let words = cursors[a].words, let others = cursors[b].words else { return false }
        return words.compare(rowA, to: others, rowB) < 0
    }

    /// Moves a cursor down the heap to its place.
    private func sink(_ start: Int) {
        var parent = start
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && isBefore(heap[child], heap[least]) { least = child }
            if least == parent { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}

extension SortPlan {
    fileprivate var placedEmpty: Batch { Batch.concatenated([], schema: placedSchema) }
}
