import SluiceCore
import SluiceParquet
import Testing

@Suite("Parquet reading: limits")
struct ReadingLimitTests {
    /// A file of zeros between its marks, which only claims its size.
    struct Zeros: RandomAccess {
        let byteCount: Int64
        let footerBytes: Int

        func read(at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws(SluiceError) -> Int {
            var tail = withUnsafeBytes(of: UInt32(footerBytes).littleEndian) { Array($0) }
            tail += Array("PAR1".utf8)
            for index in buffer.indices {
                let place = offset + Int64(index)
                let fromEnd = Int(byteCount - place)
                buffer[index] = place < 4 ? Array("PAR1".utf8)[Int(place)] : fromEnd <= 8 ? tail[8 - fromEnd] : 0
            }
            return buffer.count
        }
    }

    @Test("footers up to the limit are read", arguments: [(0, SluiceError.Code.corruptFile), (1, .limitExceeded)])
    func footer(_ beyond: Int, _ code: SluiceError.Code) {
        let length = ParquetLimits.footerBytes + beyond
        let file = Zeros(byteCount: Int64(length) + (1 << 20), footerBytes: length)
        let error = #expect(throws: SluiceError.self) { try ParquetFile(file, path: "zeros.parquet") }
        // A footer of zeros lacks its fields.
        #expect(error?.code == code)
    }

    @Test("schemas have elements up to the limit", arguments: [(0, true), (1, false)])
    func schemaElements(_ beyond: Int, _ isRead: Bool) {
        let element = SchemaElement("x", type: .int64, repetition: .required)
        let footer = FileMetaData(schema: [SchemaElement](repeating: element, count: ParquetLimits.schemaElements + beyond))
        let read = try? FileMetaData(serialized: footer.serialized)
        #expect((read != nil) == isRead)
    }

    @Test("tables have columns up to the limit", arguments: [(0, true), (1, false)])
    func columns(_ beyond: Int, _ isRead: Bool) {
        let count = CoreLimits.columns + beyond
        let leaves = (0..<count).map { SchemaElement("c\($0)", type: .int64, repetition: .required) }
        let schema = try? ParquetSchema([SchemaElement("schema", childCount: Int32(count))] + leaves)
        #expect((schema != nil) == isRead)
    }

    @Test("a page that claims more than the limit is refused before memory is taken")
    func page() throws {
        var bytes = try ReadingFiles.bytes("encoding-v1-runs")
        // The first page's header: its type (0), then its size before compression as a varint of two bytes.
        try #require(Array(bytes[4..<7]) == [0x15, 0x00, 0x15])
        let header = try PageHeader(serialized: Array(bytes[4...]))
        let larger = PageHeader(header.kind, uncompressedBytes: Int32(ParquetLimits.pageBytes) + 1, compressedBytes: header.compressedBytes)
        let old = PageHeader(header.kind, uncompressedBytes: header.uncompressedBytes, compressedBytes: header.compressedBytes).serialized
        let grown = larger.serialized.count - old.count
        // The longer header is put in place of the old one and of as many bytes of the page.
        bytes.replaceSubrange(4..<(4 + old.count + grown), with: larger.serialized)
        let file = try ParquetFile(MemoryAccess(bytes), path: "a.parquet")
        let reader = try RowGroupReader(file, rowGroup: 0, columns: ["bool"])
        let error = #expect(throws: SluiceError.self) { _ = try reader.next() }
        #expect(error?.code == .limitExceeded && error?.message.contains("bool") == true)
    }
}
