package import SluiceCore
import SluiceParquet

extension ParquetFormat {
    package func report(_ input: FileInput) throws(SluiceError) -> FileReport {
        var report = try FileReport(self, input)
        let summary = ParquetSummary(try file(input))
        let groups = summary.groups
        let codecs = Set(groups.flatMap { $0.columns.map(\.codec) }).sorted()
        report.facts = [
            .init("created_by", summary.createdBy.map { .string($0) } ?? .null), .init("version", .integer(Int64(summary.version))),
            .init("row_groups", .integer(Int64(groups.count))), .init("codecs", .list(codecs.map { .string($0) })),
            .init("plain_bytes", .integer(groups.reduce(0) { $0 &+ $1.uncompressedBytes })),
            .init(
                "nanoseconds_in", summary.nanosecondColumns.isEmpty ? .null : .list(summary.nanosecondColumns.map { .string($0) })),
            .init("footer_bytes", .integer(summary.footerBytes)),
            .init("page_index", .boolean(groups.contains { $0.columns.contains { $0.hasColumnIndex || $0.hasOffsetIndex } })),
            .init("bloom_filters", .boolean(groups.contains { $0.columns.contains(where: \.hasBloomFilter) })),
        ]
        report.metadata = summary.keyValues.map { ($0.key, $0.value ?? "") }
        report.groups = groups.map { group in
            FileReport.Group(
                rowCount: group.rowCount, storedBytes: group.compressedBytes, plainBytes: group.uncompressedBytes,
                columns: group.columns.map(FileReport.Chunk.init))
        }
        return report
    }
}

extension FileReport.Chunk {
    fileprivate init(_ chunk: ParquetSummary.Chunk) {
        self.init(
            name: chunk.name, type: chunk.type, storedType: chunk.physicalType + (chunk.unit.map { " (\($0))" } ?? ""), codec: chunk.codec,
            encodings: chunk.encodings,
            valueCount: chunk.valueCount, storedBytes: chunk.compressedBytes, plainBytes: chunk.uncompressedBytes,
            nullCount: chunk.nullCount, minimum: chunk.minimum, maximum: chunk.maximum,
            hasPageIndex: chunk.hasColumnIndex || chunk.hasOffsetIndex, hasBloomFilter: chunk.hasBloomFilter)
    }
}
