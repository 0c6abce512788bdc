import SluiceCore
import SluiceParquet
import Testing

@Suite("Parquet reading: metadata")
struct ReadingMetadataTests {
    private static func returns<Content: ThriftStruct>(_ content: Content) throws -> Bool {
        try Content(serialized: content.serialized) == content
    }

    @Test("footers of other writers come back as they were read", arguments: ReadingFiles.names)
    func footers(_ name: String) throws { #expect(try Self.returns(ReadingFiles.open(name).metadata)) }

    @Test("page headers")
    func pageHeaders() throws {
        var statistics = ColumnStatistics(nullCount: 3)
        statistics.minimum = [1, 2]
        statistics.maximum = []
        statistics.isMinimumExact = false
        statistics.nanCount = .max
        let kinds: [PageHeader.Kind] = [
            .data(DataPageHeader(valueCount: 7, encoding: .rleDictionary, statistics: statistics)),
            .dataV2(
                DataPageHeaderV2(
                    valueCount: 7, nullCount: 2, rowCount: 5, encoding: .deltaByteArray, definitionLevelBytes: 9, repetitionLevelBytes: 0,
                    isCompressed: false, statistics: statistics)),
            .dictionary(DictionaryPageHeader(valueCount: 1, isSorted: true)), .other(.index),
        ]
        for kind in kinds { #expect(try Self.returns(PageHeader(kind, uncompressedBytes: 1 << 20, compressedBytes: 12, crc: -5))) }
    }

    @Test("indexes, with lists longer than a short header holds")
    func indexes() throws {
        let count = 40
        let pages = (0..<count).map { PageLocation(offset: Int64($0) << 30, compressedBytes: 100, firstRow: Int64($0) * 7) }
        #expect(try Self.returns(OffsetIndex(pages: pages, unencodedByteArrayBytes: [1, 2, 3])))
        #expect(
            try Self.returns(
                ColumnIndex(
                    nullPages: (0..<count).map { $0 % 3 == 0 }, minimums: (0..<count).map { [UInt8($0)] },
                    maximums: (0..<count).map { [UInt8]($0 % 3 == 0 ? [] : [255]) }, boundaryOrder: .ascending,
                    nullCounts: (0..<count).map { Int64($0) })))
        #expect(try Self.returns(BloomFilterHeader(byteCount: 1024)))
    }

    @Test("encodings and codecs that are not known yet are kept")
    func unknownNumbers() throws {
        var metadata = ColumnMetaData(.int64, path: ["a"], codec: CompressionCodec(rawValue: 77), encodings: [PageEncoding(rawValue: 99)])
        metadata.sizeStatistics = SizeStatistics()
        #expect(try Self.returns(metadata))
        #expect(metadata.codec.description == "unknown(77)" && PageEncoding.plainDictionary.description == "PLAIN_DICTIONARY")
    }

    @Test("what is required and missing is named")
    func required() {
        let error = #expect(throws: SluiceError.self) { try PageHeader(serialized: [0]) }
        #expect(error?.code == .corruptFile && error?.message.contains("PageHeader.type") == true)
    }

    @Test(
        "files that are none, cut or encrypted say so",
        arguments: [("PAR1", "PAR0", "cut-file"), ("PAR1", "PARE", "unsupported"), ("XXXX", "PAR1", "corrupt-file")])
    func magic(_ head: String, _ tail: String, _ code: String) {
        let bytes = Array(head.utf8) + [UInt8](repeating: 0, count: 8) + Array(tail.utf8)
        let error = #expect(throws: SluiceError.self) { try ParquetFile(MemoryAccess(bytes), path: "a.parquet") }
        #expect(error?.code.name == code && error?.location == .file(path: "a.parquet"))
    }

    @Test("a codec that is not supported is named, with what to do")
    func codec() throws {
        var bytes = try ReadingFiles.bytes("encoding-v1-runs")
        // ColumnMetaData.codec: field 4, an i32; SNAPPY is 1 (zigzag 2), BROTLI is 4 (zigzag 8), before the number of values.
        let place = try #require(bytes.indices.dropLast(3).last { Array(bytes[$0..<($0 + 3)]) == [0x15, 0x02, 0x16] })
        bytes[place + 1] = 8
        let file = try ParquetFile(MemoryAccess(bytes), path: "a.parquet")
        let reader = try RowGroupReader(file, rowGroup: 0, columns: ["bool"])
        let error = #expect(throws: SluiceError.self) { _ = try reader.next() }
        #expect(error?.message.contains("BROTLI") == true && error?.remedy?.contains("snappy") == true)
    }
}
