import SluiceCore

/// Merges ranges of sorted runs into one stream; a heap of runs by their next rows.
final class RunMerge: BatchStream, @unchecked Sendable {
    /// The next row of a run.
    private struct Head {
        var digest: UInt128
        var cursor: Int
    }

    private let plan: SortPlan
    private var cursors: [RunCursor]
    /// Runs with rows left, as a binary heap.
    private var heap: [Head] = []
    /// Keep the runs in memory paid for until the stream goes.
    private let shares: [MemoryShare]
    private var left: Int
    private var isStarted = false

    init(_ ranges: [RunRange], _ plan: SortPlan, shares: [MemoryShare]) {
        self.plan = plan
        self.shares = shares
        cursors = ranges.map { RunCursor($0, plan) }
        left = plan.limit ?? .max
    }

    func next(rejects: inout [Reject]) throws -> Batch? {
        guard let batch = try nextPlaced() else { return nil }
        return Batch(plan.schema, Array(batch.columns.dropLast(2)), rowCount: batch.rowCount)
    }

    /// The next rows with their places.
    func nextPlaced() throws -> Batch? {
        if !isStarted { try start() }
        if let rest = try restOfChunk() { return rest }
        var picks = RowPicks()
        var chunks: [Batch] = []
        let wanted = min(OperatorLimits.runChunkRows, left)
        while picks.count < wanted, let first = heap.first?.cursor {
            if cursors[first].piece < 0, let chunk = cursors[first].chunk {
                cursors[first].piece = picks.addPiece()
                chunks.append(chunk)
            }
            picks.append(row: Int32(truncatingIfNeeded: cursors[first].rows.lowerBound), of: cursors[first].piece)
            if cursors[first].advance() {
                heap[0].digest = cursors[first].digest
            } else if try cursors[first].load() {
                heap[0].digest = cursors[first].digest
            } else {
                heap[0] = heap[heap.count - 1]
                heap.removeLast()
            }
            sink(0)
        }
        for index in cursors.indices { cursors[index].piece = -1 }
        if chunks.isEmpty { return nil }
        left -= picks.count
        return Batch.picked(chunks, picks, schema: plan.placedSchema)
    }

    private func start() throws {
        isStarted = true
        for index in cursors.indices where try cursors[index].load() {
            heap.append(Head(digest: cursors[index].digest, cursor: index))
        }
        for index in heap.indices.reversed() { sink(index) }
    }

    /// The rest of the last run's chunk, as it is.
    private func restOfChunk() throws -> Batch? {
        guard heap.count == 1, let chunk = cursors[heap[0].cursor].chunk else { return nil }
        let first = heap[0].cursor
        let rows = cursors[first].rows.prefix(left)
        if rows.isEmpty { return nil }
        left -= rows.count
        cursors[first].advance(by: rows.count)
        if try left == 0 || !cursors[first].load() { heap = [] }
        return chunk.slice(rows)
    }

    private func isBefore(_ a: Head, _ b: Head) -> Bool {
        if a.digest != b.digest { return a.digest < b.digest }
        return cursors[a.cursor].isBefore(cursors[b.cursor])
    }

    /// Moves a head down the heap to its place.
    private func sink(_ start: Int) {
        guard start < heap.count else { return }
        let moved = heap[start]
        var parent = start
        while true {
            var child = 2 * parent + 1
            guard child < heap.count else { break }
            if child + 1 < heap.count, isBefore(heap[child + 1], heap[child]) { child += 1 }
            if !isBefore(heap[child], moved) { break }
            heap[parent] = heap[child]
            parent = child
        }
        heap[parent] = moved
    }
}
