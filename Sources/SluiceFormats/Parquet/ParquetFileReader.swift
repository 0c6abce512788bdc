import SluiceCore
import SluiceParquet

/// Hands out the row groups of a file.
struct ParquetFileReader: FileReader {
    private let file: ParquetFile
    private let request: ReadRequest
    private let columns: TypedColumns
    private var nextGroup = 0

    /// - Throws: `headerMismatch` when a column is missing and may not be; `typeError` for a column that is of quite another type.
    init(_ file: ParquetFile, _ request: ReadRequest) throws(SluiceError) {
        self.file = file
        self.request = request
        columns = try TypedColumns(file.schema, request, path: file.path)
    }

    mutating func next() throws(SluiceError) -> (any FilePiece)? {
        guard nextGroup < file.rowGroupCount else { return nil }
        defer { nextGroup += 1 }
        return RowGroupPiece(file: file, rowGroup: nextGroup, columns: columns)
    }
}

/// One row group, which is opened by whoever decodes it.
private struct RowGroupPiece: FilePiece {
    let file: ParquetFile
    let rowGroup: Int
    let columns: TypedColumns
    private var reader: RowGroupReader?
    private var skippedRows: Int64 = 0

    init(file: ParquetFile, rowGroup: Int, columns: TypedColumns) {
        self.file = file
        self.rowGroup = rowGroup
        self.columns = columns
    }

    mutating func next() throws(SluiceError) -> DecodedBatch? {
        let reader: RowGroupReader
        if let open = self.reader {
            reader = open
        } else {
            reader = try RowGroupReader(file, rowGroup: rowGroup, columns: columns.names, condition: columns.condition)
            self.reader = reader
        }
        let read = try reader.next()
        let skipped = Int(reader.skippedRows - skippedRows)
        skippedRows = reader.skippedRows
        guard let read else {
            return skipped == 0 ? nil : DecodedBatch(columns.empty, rejects: [], skippedRows: skipped)
        }
        return columns.typed(read.batch, rejects: read.rejects, skippedRows: skipped)
    }
}
