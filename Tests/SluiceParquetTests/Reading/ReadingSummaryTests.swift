import SluiceCore
import SluiceParquet
import Testing

@Suite("Parquet reading: summary")
struct ReadingSummaryTests {
    @Test("a summary names writer, row groups, codecs, encodings and bounds")
    func summary() throws {
        let file = try ReadingFiles.open("skipping-index")
        let summary = ParquetSummary(file)
        #expect(summary.createdBy?.hasPrefix("parquet-cpp-arrow") == true && summary.version == 2)
        #expect(summary.rowCount == 240 && summary.groups.map(\.rowCount) == [81, 81, 78])
        let sorted = try #require(summary.groups[1].columns.first { $0.name == "sorted" })
        #expect(sorted.minimum == .integer(81) && sorted.maximum == .integer(161) && sorted.nullCount == 0)
        #expect(sorted.codec == "SNAPPY" && sorted.encodings.contains("PLAIN") && sorted.physicalType == "INT64")
        #expect(sorted.hasColumnIndex && sorted.hasOffsetIndex && !sorted.hasBloomFilter)
        let money = try #require(summary.groups[0].columns.first { $0.name == "money" })
        #expect(money.minimum == .decimal(-300, scale: 2) && money.type == .decimal(precision: 20, scale: 2))
        let list = try #require(summary.groups[0].columns.first { $0.name == "list.list.element" })
        #expect(list.valueCount > 81)
        #expect(summary.groups.allSatisfy { $0.compressedBytes > 0 && $0.uncompressedBytes >= $0.compressedBytes / 2 })
    }

    @Test(
        "bounds of every type", arguments: [("date", Value.date(18_262)), ("text", .string("00000" + String(repeating: "z", count: 80)))])
    func bounds(_ column: String, _ minimum: Value) throws {
        let summary = ParquetSummary(try ReadingFiles.open("skipping-index"))
        #expect(summary.groups[0].columns.first { $0.name == column }?.minimum == minimum)
    }
}
