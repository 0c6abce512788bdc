import SluiceCore
import SluiceParquet
import Testing

/// Files of some bytes that stand for very many values.
@Suite("Parquet reading: expansion")
struct ReadingExpansionTests {
    /// A column `repeated int32 x` with one row of `count` elements, all of them the dictionary's only value.
    private static func list(of count: Int) throws -> ParquetFile {
        let dictionary = page(.dictionary(DictionaryPageHeader(valueCount: 1)), [7, 0, 0, 0])
        // Repetition levels: one 0, then 1s; definition levels: all 1; codes of no bits.
        let repetition = run(1, [0]) + run(count - 1, [1])
        let body = lengthed(repetition) + lengthed(run(count, [1])) + [0] + run(count, [])
        let data = page(.data(DataPageHeader(valueCount: Int32(count), encoding: .rleDictionary)), body)
        var chunk = ColumnMetaData(
            .int32, path: ["x"], codec: .uncompressed, encodings: [.rleDictionary], valueCount: Int64(count),
            uncompressedBytes: Int64(dictionary.count + data.count), compressedBytes: Int64(dictionary.count + data.count),
            dataPageOffset: Int64(4 + dictionary.count))
        chunk.dictionaryPageOffset = 4
        return try file(
            [SchemaElement("schema", childCount: 1), SchemaElement("x", type: .int32, repetition: .repeated)], chunk, dictionary + data,
            rows: 1)
    }

    /// A column `required fixed[1] x` with a dictionary of `count` values and one row.
    private static func dictionary(of count: Int) throws -> ParquetFile {
        let dictionary = page(.dictionary(DictionaryPageHeader(valueCount: Int32(count))), [UInt8](repeating: 65, count: count))
        let data = page(.data(DataPageHeader(valueCount: 1, encoding: .rleDictionary)), [0] + run(1, []))
        var chunk = ColumnMetaData(
            .fixedLengthByteArray, path: ["x"], codec: .uncompressed, encodings: [.rleDictionary], valueCount: 1,
            uncompressedBytes: Int64(dictionary.count + data.count), compressedBytes: Int64(dictionary.count + data.count),
            dataPageOffset: Int64(4 + dictionary.count))
        chunk.dictionaryPageOffset = 4
        return try file(
            [
                SchemaElement("schema", childCount: 1),
                SchemaElement("x", type: .fixedLengthByteArray, typeLength: 1, repetition: .required),
            ], chunk, dictionary + data, rows: 1)
    }

    private static func file(
        _ schema: [SchemaElement], _ chunk: ColumnMetaData, _ pages: [UInt8], rows: Int64
    ) throws -> ParquetFile {
        let group = RowGroup(columns: [ColumnChunk(chunk)], rowCount: rows, uncompressedBytes: Int64(pages.count))
        let footer = FileMetaData(schema: schema, rowCount: rows, rowGroups: [group]).serialized
        let magic = Array("PAR1".utf8)
        let bytes = magic + pages + footer + withUnsafeBytes(of: UInt32(footer.count).littleEndian) { Array($0) } + magic
        return try ParquetFile(MemoryAccess(bytes), path: "x.parquet")
    }

    private static func page(_ kind: PageHeader.Kind, _ body: [UInt8]) -> [UInt8] {
        PageHeader(kind, uncompressedBytes: Int32(body.count), compressedBytes: Int32(body.count)).serialized + body
    }

    private static func lengthed(_ bytes: [UInt8]) -> [UInt8] {
        withUnsafeBytes(of: UInt32(bytes.count).littleEndian) { Array($0) } + bytes
    }

    /// A run of `count` equal numbers.
    private static func run(_ count: Int, _ value: [UInt8]) -> [UInt8] {
        var header: [UInt8] = []
        var rest = UInt64(count) << 1
        repeat {
            header.append(UInt8(rest & 0x7f) | (rest > 0x7f ? 0x80 : 0))
            rest >>= 7
        } while rest > 0
        return header + value
    }

    private func read(_ file: ParquetFile) throws -> Batch? {
        try RowGroupReader(file, rowGroup: 0, columns: file.schema.names).next()?.batch
    }

    @Test("some bytes that stand for a list of more elements than a batch may have are refused")
    func elements() throws {
        let batch = try #require(try read(try Self.list(of: 1_000)))
        #expect(batch.columns[0][0] == .list([Value](repeating: .integer(7), count: 1_000)))
        let error = #expect(throws: SluiceError.self) { _ = try read(try Self.list(of: ParquetLimits.columnBatchElements + 1)) }
        #expect(error?.code == .limitExceeded && error?.message.contains("\(ParquetLimits.columnBatchElements)") == true)
    }

    @Test("a dictionary of more values than the limit is refused before memory is taken for them")
    func dictionaries() throws {
        #expect(try read(try Self.dictionary(of: 20_000))?.columns[0][0] == .binary([65]))
        let error = #expect(throws: SluiceError.self) { _ = try read(try Self.dictionary(of: ParquetLimits.dictionaryValues + 1)) }
        #expect(error?.code == .limitExceeded && error?.message.contains("\(ParquetLimits.dictionaryValues)") == true)
    }
}
