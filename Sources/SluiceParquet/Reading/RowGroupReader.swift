package import SluiceCore

/// Rows of a row group: those that are good, and those that have a value that does not fit.
package struct ParquetRows: Sendable {
    /// The origin's positions are row numbers in the file, from 1.
    package var batch: Batch
    package var rejects: [Reject]
}

/// Reads columns of one row group, batch by batch, with one page of each column in memory.
///
/// Row groups are the unit of parallel work: each task has readers of its own. A reader is used by one task at a time.
package final class RowGroupReader: @unchecked Sendable {
    /// The columns that batches have, in the order in which they were asked for.
    package let schema: Schema
    /// Rows that were left out so far, because no row that is wanted can be there or the condition does not hold.
    package private(set) var skippedRows: Int64 = 0

    private let file: ParquetFile
    private let rowGroup: Int
    private let condition: (any RowCondition)?
    /// The columns that the condition reads, and their positions in `schema` where batches have them.
    private let conditionReaders: [(reader: ColumnReader, output: Int?)]
    private let conditionSchema: Schema
    private let otherReaders: [(reader: ColumnReader, output: Int)]
    private let readers: [ColumnReader]
    private let batchRows: Int
    /// Rows that may be wanted, ascending; the first range begins at `nextRow` or behind it.
    private var ranges: [Range<Int64>]
    private var nextRow: Int64 = 0

    /// - Parameters:
    ///   - columns: names of columns of the file.
    ///   - condition: rows that it does not keep are left out.
    ///   - batchRows: the most rows of a batch; wide rows get smaller batches.
    /// - Throws: `unknownColumn`; `corruptFile` for a column whose place or type in the file is wrong.
    package init(
        _ file: ParquetFile, rowGroup: Int, columns: [String], condition: (any RowCondition)? = nil, batchRows: Int = CoreLimits.batchRows
    ) throws(SluiceError) {
        self.file = file
        self.rowGroup = rowGroup
        self.condition = condition
        var nodes: [ParquetNode] = []
        for name in columns { nodes.append(file.tree.columns[try file.schema.require(name)]) }
        schema = try Schema(nodes.map { Field($0.name, $0.type, isNullable: $0.isNullable) })
        var conditionReaders: [(reader: ColumnReader, output: Int?)] = []
        for name in condition?.columns ?? [] {
            let node = file.tree.columns[try file.schema.require(name)]
            conditionReaders.append((try ColumnReader(node, file, rowGroup: rowGroup), schema.index(of: name)))
        }
        conditionSchema = try Schema(
            conditionReaders.map { Field($0.reader.node.name, $0.reader.node.type, isNullable: $0.reader.node.isNullable) })
        var otherReaders: [(reader: ColumnReader, output: Int)] = []
        for (output, node) in nodes.enumerated() where !conditionReaders.contains(where: { $0.output == output }) {
            otherReaders.append((try ColumnReader(node, file, rowGroup: rowGroup), output))
        }
        self.conditionReaders = conditionReaders
        self.otherReaders = otherReaders
        let group = file.metadata.rowGroups[rowGroup]
        readers = conditionReaders.map(\.reader) + otherReaders.map(\.reader)
        let leaves = readers.flatMap(\.node.leaves)
        self.batchRows = Self.batchRows(group, leaves: leaves, atMost: max(batchRows, 1))
        ranges = []
        ranges = try Self.ranges(file, rowGroup, condition, conditionReaders.map(\.reader))
        skippedRows = group.rowCount - ranges.reduce(0) { $0 + Int64($1.count) }
        if condition != nil, !ranges.isEmpty { for reader in readers { try reader.useOffsetIndex() } }
    }

    /// The rows that may be wanted, by all that the file says about its values.
    private static func ranges(
        _ file: ParquetFile, _ rowGroup: Int, _ condition: (any RowCondition)?, _ readers: [ColumnReader]
    ) throws(SluiceError) -> [Range<Int64>] {
        let skipping = RowGroupSkipping(file, rowGroup: rowGroup)
        let bounds = condition?.bounds ?? []
        guard try skipping.mayHaveRows(bounds) else { return [] }
        for bound in bounds {
            guard let reader = readers.first(where: { $0.node.name == bound.column }) else { continue }
            if try !reader.dictionaryMayFulfil(bound.relation) { return [] }
        }
        return try skipping.rowRanges(bounds)
    }

    /// Rows whose columns take about `ParquetLimits.batchBytes`, going by the sizes in the footer.
    private static func batchRows(_ group: RowGroup, leaves: [Int], atMost limit: Int) -> Int {
        var bytes: Double = 0
        for leaf in leaves {
            guard let metadata = group.columns[leaf].metadata else { continue }
            // Codes and runs make little of many values, so that their number counts, too.
            let values = 4 * Double(max(metadata.valueCount, 0))
            bytes += max(Double(max(metadata.uncompressedBytes, metadata.sizeStatistics?.unencodedByteArrayBytes ?? 0)), values)
        }
        let rows = Double(ParquetLimits.batchBytes) / max(bytes / Double(max(group.rowCount, 1)), 1)
        return max(1, min(limit, Int(min(rows, Double(limit)))))
    }

    /// The next rows that the condition keeps; nil at the end. A batch may be empty only where all of its rows are rejects.
    ///
    /// - Throws: `corruptFile`, `cutFile`, `limitExceeded` with the column and the row group; what reading throws.
    package func next() throws(SluiceError) -> ParquetRows? {
        while let range = ranges.first {
            if nextRow < range.lowerBound { skip(Int(clamping: range.lowerBound - nextRow)) }
            let rows = readers.reduce(min(batchRows, Int(clamping: range.upperBound - nextRow))) { min($0, $1.safeRows) }
            let first = nextRow
            nextRow += Int64(rows)
            if nextRow == range.upperBound { ranges.removeFirst() }
            if let read = try read(rows, first: file.firstRows[rowGroup] + first) { return read }
        }
        return nil
    }

    private func skip(_ rows: Int) {
        for reader in readers { reader.skip(rows) }
        nextRow += Int64(rows)
    }

    /// The next `rows` rows, of which the first has the number `first` in the file; nil if none of them is kept.
    private func read(_ rows: Int, first: Int64) throws(SluiceError) -> ParquetRows? {
        var columns = [Column?](repeating: nil, count: schema.count)
        var errors = RowErrors()
        var conditionColumns: [Column] = []
        var bytes = 0
        for (reader, output) in conditionReaders {
            let (column, found) = try reader.read(rows)
            try add(column, to: &bytes)
            conditionColumns.append(column)
            if let output { columns[output] = column }
            for (row, error) in found { errors.add(error, row: row) }
        }
        let origin = Origin(.file(path: file.path), .dense(first: first + 1, count: rows))
        var kept: Bitmap?
        if let condition {
            var bits = condition.kept(of: Batch(conditionSchema, conditionColumns, rowCount: rows, origin: origin))
            for row in errors.byRow.keys { bits[row] = true }
            let count = bits.setCount
            skippedRows += Int64(rows - count)
            if count == 0 {
                for (reader, _) in otherReaders { reader.skip(rows) }
                return nil
            }
            if count < rows { kept = bits }
        }
        for (reader, output) in otherReaders {
            let (column, found) = try reader.read(rows)
            try add(column, to: &bytes)
            columns[output] = column
            for (row, error) in found where kept?[row] != false { errors.add(error, row: row) }
        }
        let whole = Batch(schema, columns.compactMap { $0 }, rowCount: rows, origin: origin)
        return finished(whole, kept, errors)
    }

    private func add(_ column: Column, to bytes: inout Int) throws(SluiceError) {
        bytes += column.byteCount
        guard bytes > ParquetLimits.allColumnsBatchBytes else { return }
        throw SluiceError(
            .limitExceeded, "the columns of one batch take more than \(ParquetLimits.allColumnsBatchBytes >> 20) MiB",
            at: .file(path: file.path), remedy: "read fewer columns at once")
    }

    private func finished(_ batch: Batch, _ kept: Bitmap?, _ errors: RowErrors) -> ParquetRows {
        if errors.isEmpty { return ParquetRows(batch: kept.map { batch.filter($0) } ?? batch, rejects: []) }
        var good = kept ?? Bitmap(repeating: true, count: batch.rowCount)
        var rejects: [Reject] = []
        for row in errors.byRow.keys.sorted() {
            good[row] = false
            guard let error = errors[row] else { continue }
            rejects.append(Reject(error, at: batch.origin?.location(row), raw: batch.rawRecord(row, error)))
        }
        return ParquetRows(batch: batch.filter(good), rejects: rejects)
    }
}

extension Batch {
    /// The row as JSON, with the value that does not fit as it is stored.
    fileprivate func rawRecord(_ row: Int, _ error: RowError) -> [UInt8] {
        guard let stored = error.stored, let column = error.column else { return rawRecord(row) }
        // A column within another is named by its path.
        let index = schema.fields.firstIndex { column == $0.name } ?? schema.fields.firstIndex { column.hasPrefix($0.name + ".") }
        let members = zip(schema.fields, columns).enumerated().map { Value.Member($1.0.name, $0 == index ? .string(stored) : $1.1[row]) }
        var bytes: [UInt8] = []
        Value.structure(members).appendJSON(to: &bytes)
        return bytes
    }
}
