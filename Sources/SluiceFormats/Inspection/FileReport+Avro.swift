package import SluiceCore

extension AvroFormat {
    /// - Complexity: goes over all blocks, without unfolding them.
    package func report(_ input: FileInput) throws(SluiceError) -> FileReport {
        var report = try FileReport(self, input)
        var bytes = AvroInput(try input.plainBytes(), path: input.path)
        let header = try AvroHeader(&bytes, nanoseconds: nanoseconds)
        var (blocks, rows, stored, largest) = (Int64(0), Int64(0), Int64(0), Int64(0))
        while let block = try AvroBlock(&bytes, header.sync, firstRow: rows) {
            blocks += 1
            rows = block.endRow
            stored += Int64(block.bytes.count)
            largest = max(largest, block.count)
        }
        report.description.rowCount = rows
        report.facts = [
            .init("codec", .string(header.codec.rawValue)), .init("blocks", .integer(blocks)), .init("block_bytes", .integer(stored)),
            .init("largest_block_rows", .integer(largest)),
        ]
        for (key, value) in header.metadata {
            let text = String(validating: value, as: UTF8.self) ?? Base64.encode(value)
            if key == "avro.schema" { report.storedSchema = text } else { report.metadata.append((key, text)) }
        }
        return report
    }
}
