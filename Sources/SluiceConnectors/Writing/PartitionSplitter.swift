import SluiceCore

/// Splits batches by the values of the partition columns, and takes these columns out: their values are in the directories' names.
struct PartitionSplitter: Sendable {
    struct Group {
        /// The value of each partition column as text; nil is null.
        var values: [String?]
        /// Without the partition columns.
        var batch: Batch
    }

    /// The columns of the files.
    let fileSchema: Schema
    private let partitionColumns: [Int]
    private let fileColumns: [Int]

    /// - Parameter schema: of the batches; has all of `partitionBy`.
    /// - Throws: `unknownColumn`; `typeError` for a column whose values cannot be the name of a directory; `invalidOption` when no column would
    ///   be left for the files; `limitExceeded`.
    init(_ schema: Schema, partitionBy: [String]) throws(SluiceError) {
        guard partitionBy.count <= ConnectorLimits.partitionColumns else {
            throw SluiceError(
                .limitExceeded, "partition_by has \(partitionBy.count) columns; the limit is \(ConnectorLimits.partitionColumns)")
        }
        var columns: [Int] = []
        for name in partitionBy {
            let index = try schema.require(name)
            let type = schema.fields[index].type
            guard Self.canName(type) else {
                throw SluiceError(
                    .typeError, "column \"\(name)\" of type \(type) cannot be a partition column",
                    remedy: "cast it to string, an integer, a date or a decimal first")
            }
            guard !columns.contains(index) else { throw SluiceError(.duplicateColumn, "partition_by names column \"\(name)\" twice") }
            columns.append(index)
        }
        guard columns.count < schema.count else {
            throw SluiceError(
                .invalidOption, "every column is a partition column, so the files would hold none",
                remedy: "leave at least one out of partition_by")
        }
        partitionColumns = columns
        fileColumns = schema.fields.indices.filter { !columns.contains($0) }
        fileSchema = Schema(unchecked: fileColumns.map { schema.fields[$0] })
    }

    private static func canName(_ type: DataType) -> Bool {
        switch type {
        case .boolean, .int8, .int16, .int32, .int64, .decimal, .string, .date, .timestamp: true
        case .null, .float32, .float64, .binary, .list, .structure, .map, .choice: false
        }
    }

    /// The rows of each partition, in order; partitions in order of first appearance.
    func split(_ batch: Batch) -> [Group] {
        guard batch.rowCount > 0 else { return [] }
        let files = batch.with(fileSchema, fileColumns.map { batch.columns[$0] })
        guard let first = partitionColumns.first else { return [Group(values: [], batch: files)] }
        var codes = RowCodes(batch.columns[first])
        for column in partitionColumns.dropFirst() { codes = codes.combined(with: RowCodes(batch.columns[column])) }
        if codes.count == 1 { return [Group(values: values(batch, row: 0), batch: files)] }
        return codes.rows.map { rows in Group(values: values(batch, row: Int(rows[0])), batch: files.gather(rows)) }
    }

    private func values(_ batch: Batch, row: Int) -> [String?] {
        partitionColumns.map { column in
            let value = batch.columns[column][row]
            return value.isNull ? nil : value.description
        }
    }
}
