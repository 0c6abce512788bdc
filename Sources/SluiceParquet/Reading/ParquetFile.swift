package import SluiceCore

/// A Parquet file: its footer, from which `RowGroupReader`s find the columns.
///
/// Source: parquet-format, README.md ("File format"): `PAR1`, column chunks, footer, the footer's length in 4 bytes, `PAR1`.
package struct ParquetFile: Sendable {
    /// How messages and origins name the file.
    package let path: String
    package let metadata: FileMetaData
    package let tree: ParquetSchema
    /// The row number, from 0, of each row group's first row.
    package let firstRows: [Int64]
    let bytes: any RandomAccess
    /// Where the footer begins: all pages and indexes are before it.
    let dataEnd: Int64

    /// The columns of the table.
    package var schema: Schema { tree.schema }
    package var rowCount: Int64 { metadata.rowCount }
    package var rowGroupCount: Int { metadata.rowGroups.count }

    private static let magic: [UInt8] = Array("PAR1".utf8)
    private static let encryptedMagic: [UInt8] = Array("PARE".utf8)

    private static let decryption = "decrypt it with the program that wrote it"

    /// Whether bytes begin as a Parquet file does.
    package static func isParquet(_ start: some Sequence<UInt8>) -> Bool { start.starts(with: magic) }

    /// Reads the footer.
    ///
    /// - Throws: `corruptFile`, `cutFile`, `limitExceeded`, `typeError` (a column's type), each with the path; what reading throws.
    package init(_ bytes: any RandomAccess, path: String, nanoseconds: NanosecondReading = .reject) throws(SluiceError) {
        do throws(SluiceError) {
            let size = bytes.byteCount
            guard size >= 12 else { throw Self.noParquet("it has \(size) bytes") }
            let tail = try bytes.bytes(at: size - 8, count: 8)
            guard Array(tail[4...]) != Self.encryptedMagic else {
                throw SluiceError(
                    .unsupported, "the file is encrypted, which Sluice does not read", remedy: Self.decryption)
            }
            let head = try bytes.bytes(at: 0, count: 4)
            guard head == Self.magic else { throw Self.noParquet("it does not begin with PAR1") }
            guard Array(tail[4...]) == Self.magic else {
                throw SluiceError(
                    .cutFile, "the Parquet file does not end with PAR1, so that its footer is not there",
                    remedy: "copy or download the file again; a writer that did not finish leaves such files")
            }
            let length = tail[..<4].reversed().reduce(0) { Int64($0) << 8 | Int64($1) }
            guard length <= size - 12 else { throw Self.noParquet("its footer is longer than itself (\(length) bytes)") }
            guard length <= ParquetLimits.footerBytes else {
                throw SluiceError(.limitExceeded, "the footer has \(length) bytes; \(ParquetLimits.footerBytes) are allowed")
            }
            dataEnd = size - 8 - length
            metadata = try FileMetaData(serialized: try bytes.bytes(at: dataEnd, count: Int(length)))
            guard !metadata.isEncrypted else {
                throw SluiceError(.unsupported, "the file's columns are encrypted, which Sluice does not read", remedy: Self.decryption)
            }
            tree = try ParquetSchema(metadata.schema, nanoseconds: nanoseconds)
            firstRows = try Self.firstRows(metadata, leaves: tree.leaves.count)
        } catch {
            throw error.located(at: .file(path: path))
        }
        self.bytes = bytes
        self.path = path
    }

    /// Checks the row groups against the schema and the number of rows.
    private static func firstRows(_ metadata: FileMetaData, leaves: Int) throws(SluiceError) -> [Int64] {
        var firstRows: [Int64] = []
        var total: Int64 = 0
        for (index, group) in metadata.rowGroups.enumerated() {
            guard group.columns.count == leaves else {
                throw Self.noParquet("row group \(index) has \(group.columns.count) columns, the schema \(leaves)")
            }
            firstRows.append(total)
            let (sum, overflow) = total.addingReportingOverflow(group.rowCount)
            guard group.rowCount >= 0, !overflow else { throw Self.noParquet("row group \(index) has \(group.rowCount) rows") }
            total = sum
        }
        guard total == metadata.rowCount else {
            throw Self.noParquet("its row groups have \(total) rows, its footer says \(metadata.rowCount)")
        }
        return firstRows
    }

    private static func noParquet(_ reason: String) -> SluiceError {
        SluiceError(
            .corruptFile, "this is no intact Parquet file: \(reason)",
            remedy: "copy or download the file again, or read it with its own format")
    }

    /// A leaf's part of a row group, checked against the schema.
    func chunk(_ leaf: ParquetLeaf, rowGroup: Int) throws(SluiceError) -> (chunk: ColumnChunk, metadata: ColumnMetaData) {
        let group = metadata.rowGroups[rowGroup]
        let chunk = group.columns[leaf.index]
        guard !chunk.isEncrypted else {
            throw SluiceError(.unsupported, "the column is encrypted, which Sluice does not read", remedy: Self.decryption)
        }
        guard chunk.filePath == nil || chunk.filePath == "" else {
            throw SluiceError(
                .unsupported, "the column is in another file (\(chunk.filePath ?? "")), which Sluice does not read",
                remedy: "write the file again with its columns in itself")
        }
        let metadata = try chunk.metadata.required("ColumnChunk.meta_data")
        guard metadata.type == leaf.physicalType else {
            throw SluiceError(.corruptFile, "the column's pages have values of type \(metadata.type), its schema says \(leaf.physicalType)")
        }
        guard metadata.valueCount >= 0, leaf.maximumRepetitionLevel > 0 || metadata.valueCount == group.rowCount else {
            throw SluiceError(.corruptFile, "the column has \(metadata.valueCount) values in \(group.rowCount) rows")
        }
        return (chunk, metadata)
    }
}

extension SluiceError {
    /// The same error with the column and the row group before its message.
    func inColumn(_ name: String, rowGroup: Int, of path: String) -> SluiceError {
        var error = self
        error.message = "column \(name.quotedForMessage), row group \(rowGroup): \(message)"
        return error.located(at: .file(path: path))
    }
}
