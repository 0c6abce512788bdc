import SluiceCore
import SluiceFormats

/// Files in memory, written and read through what every format has.
enum FormatFile {
    /// What is read of a file.
    struct Content {
        var rows: [[Value]] = []
        var rejects: [Reject] = []
        /// Rows that the reader left out because of the request's condition.
        var skippedRows = 0
        /// Why reading ended early.
        var failure: SluiceError?
    }

    /// - Parameter rowsPerBlock: rows that come together; the format makes a block of them at least once they are as many.
    static func write(_ format: any Format, _ schema: Schema, _ rows: [[Value]], rowsPerBlock: Int = 1_000) throws -> [UInt8] {
        var writer = try format.writer(schema)
        var bytes = writer.header
        func put(_ blocks: [FileBlock]) throws {
            for block in blocks {
                let encoded = try writer.encode(block)
                writer.append(encoded, at: Int64(bytes.count))
                bytes += encoded.bytes
            }
        }
        for start in stride(from: 0, to: rows.count, by: rowsPerBlock) {
            let part = rows[start..<min(start + rowsPerBlock, rows.count)]
            let columns = try schema.fields.enumerated().map { index, field in try ColumnBuilder.column(field.type, part.map { $0[index] })
            }
            try put(writer.collect(Batch(schema, columns, rowCount: part.count)))
            if let rest = writer.rest() { try put([rest]) }
        }
        return bytes + (try writer.finish(at: Int64(bytes.count)))
    }

    static func read(
        _ format: any Format, _ bytes: [UInt8], _ schema: Schema, condition: (any RowCondition)? = nil
    ) -> Content {
        var content = Content()
        do throws(SluiceError) {
            let input = FileInput(MemoryAccess(bytes), path: "file.\(type(of: format).fileExtensions[0])")
            var reader = try format.reader(input, ReadRequest(schema, missing: .null, condition: condition))
            while var piece = try reader.next() {
                while let decoded = try piece.next() {
                    content.rejects += decoded.rejects
                    content.skippedRows += decoded.skippedRows
                    for row in 0..<decoded.batch.rowCount { content.rows.append(decoded.batch.columns.map { $0[row] }) }
                }
            }
        } catch {
            content.failure = error
        }
        return content
    }
}
