import SluiceCore

/// Reads one leaf of a row group, a batch after another. Used by one task at a time.
protocol LeafReader: AnyObject {
    var pages: LeafPages { get set }
    var shape: LeafShape { get set }

    /// Takes over a chunk's dictionary.
    func startDictionary(_ bytes: PageBytes, count: Int) throws(SluiceError)
    /// Begins with the values of the page at hand.
    func startPage() throws(SluiceError)
    /// Begins a batch of about `slots` values.
    func beginBatch(slots: Int)
    /// Decodes the values of a run, and puts nulls between them.
    func decode(_ run: LeafShape.Run) throws(SluiceError)
    /// Passes over `count` values.
    func skipValues(_ count: Int) throws(SluiceError)
    /// The column of the batch: one value a slot.
    func finishBatch() throws(SluiceError) -> Column
    /// Values of the batch that did not fit, by slot.
    var misfits: Misfits { get }
    /// The largest number of rows whose values surely fit into one batch.
    var safeRows: Int { get }
    /// The values of the dictionary, in no order; nil when there is none, or one with values that do not fit.
    var dictionaryColumn: Column? { get }
}

/// A batch of a leaf.
struct LeafBatch {
    var column: Column
    /// Only where the leaf is part of a struct or list.
    var levels: LeafLevels?
    /// By row of the batch.
    var errors: [(row: Int, error: RowError)] = []
}

extension LeafReader {
    var safeRows: Int { .max }
    var dictionaryColumn: Column? { nil }

    /// The next `rows` rows.
    ///
    /// - Throws: `corruptFile` when there are fewer.
    func read(rows: Int) throws(SluiceError) -> LeafBatch {
        shape.begin(rows: rows)
        beginBatch(slots: rows)
        var isAtEnd = false
        while !shape.isComplete(atEnd: isAtEnd) {
            guard shape.hasEntries(pages) else {
                isAtEnd = try nextPage(skipping: 0) == nil
                if isAtEnd, !shape.isComplete(atEnd: true) { throw tooFewRows }
                continue
            }
            let run = try shape.take(&pages)
            if run.slots > 0 { try decode(run) }
        }
        let column = try finishBatch()
        var batch = LeafBatch(column: column, levels: shape.keepsLevels ? shape.levels : nil)
        if misfits.isEmpty { return batch }
        let found = misfits.found.sorted { $0.position < $1.position }
        for (row, misfit) in zip(shape.rows(ofSlots: found.map(\.position)), found) {
            var error = misfit.error
            error.column = pages.leaf.name
            batch.errors.append((row, error))
        }
        return batch
    }

    /// Passes over the next `rows` rows; pages that have no others are not decompressed.
    func skip(rows: Int) throws(SluiceError) {
        var left = rows
        while left > 0 {
            if !shape.hasEntries(pages) {
                shape.begin(rows: 0)
                left -= try pages.jump(left)
                if left == 0 { return }
                guard let skipped = try nextPage(skipping: left) else { throw tooFewRows }
                left -= skipped
                continue
            }
            let step = min(left, CoreLimits.batchRows)
            left -= try skipInPages(step)
        }
    }

    /// Passes over up to `rows` rows of the page at hand, or of as many pages as the last row takes; returns how many rows it were.
    private func skipInPages(_ rows: Int) throws(SluiceError) -> Int {
        shape.begin(rows: rows)
        let isRepeated = pages.leaf.maximumRepetitionLevel > 0
        var isAtEnd = false
        while !shape.isComplete(atEnd: isAtEnd) {
            guard shape.hasEntries(pages) else {
                if !isRepeated { break }
                isAtEnd = try nextPage(skipping: 0) == nil
                if isAtEnd, !shape.isComplete(atEnd: true) { throw tooFewRows }
                continue
            }
            let run = try shape.take(&pages)
            if run.defined > 0 { try skipValues(run.defined) }
        }
        return shape.rows
    }

    /// Goes on to the next data page, or passes over it; returns the rows that were passed over, or nil at the end.
    private func nextPage(skipping: Int) throws(SluiceError) -> Int? {
        while true {
            switch try pages.advance(skipping: skipping) {
            case .dictionary(let bytes, let count): try startDictionary(bytes, count: count)
            case .data:
                try startPage()
                return 0
            case .skipped(let rows): return rows
            case .end: return nil
            }
        }
    }

    private var tooFewRows: SluiceError { PageError.damaged("the column has fewer rows than its row group") }
}
