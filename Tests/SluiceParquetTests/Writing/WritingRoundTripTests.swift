import SluiceCodecs
import SluiceCore
import SluiceParquet
import SluiceTestKit
import Testing

/// Files of the writer, read by the house's own reader.
@Suite("Parquet files, written and read again") struct WritingRoundTripTests {
    /// All columns of a file, each in its canonical form.
    private static func read(_ bytes: [UInt8]) throws -> [String] {
        let file = try ParquetFile(MemoryAccess(bytes), path: "test.parquet")
        var batches: [Batch] = []
        for group in 0..<file.rowGroupCount {
            let reader = try RowGroupReader(file, rowGroup: group, columns: file.schema.names)
            while let rows = try reader.next() {
                #expect(rows.rejects.isEmpty)
                batches.append(rows.batch)
            }
        }
        return file.schema.fields.indices.map { column in
            batches.isEmpty ? "[]" : Column.concatenated(batches.map { $0.columns[column] }).canonical
        }
    }

    @Test("random tables come back as they were, with every option", arguments: Rounds.of(8)) func random(turn: Int) throws {
        let seed = UInt64.random(in: 0 ... .max)
        print("seed \(seed)")
        var random = WritingRandom(seed: seed)
        for depth in 0..<3 {
            var fields: [Field] = []
            for index in 0...random.below(5) { fields.append(Field("c\(index)", random.type(depth: depth), isNullable: random.chance(80))) }
            let schema = try Schema(fields)
            var options = ParquetWriterOptions()
            options.codec = [.snappy, .none, .gzip, .zstd].randomElement(using: &random) ?? .snappy
            options.pageVersion = random.chance(50) ? .one : .two
            options.pageRows = [1, 9, 64, 5_000].randomElement(using: &random) ?? 64
            options.pageBytes = [64, 3_000, 1 << 20].randomElement(using: &random) ?? 3_000
            options.usesDictionaries = random.chance(70)
            options.dictionaryBytes = random.chance(30) ? 400 : 1 << 20
            options.writesChecksums = true
            var groups: [[Batch]] = []
            for _ in 0..<random.below(4) {
                let count = [1, 63, 700].randomElement(using: &random) ?? 1
                var columns: [Column] = []
                for field in fields { columns.append(try random.column(field.type, count: count, isNullable: field.isNullable)) }
                let whole = Batch(schema, columns, rowCount: count)
                let cut = random.below(count + 1)
                groups.append([whole.slice(0..<cut), whole.slice(cut..<count)])
            }
            let all = Batch.concatenated(groups.flatMap { $0 }, schema: schema)
            #expect(try Self.read(WritingFile.bytes(schema, groups, options)) == all.columns.map(\.canonical))
        }
    }

    @Test("a row group is the same whoever encodes it, and wherever it stands") func relativeOffsets() throws {
        var random = WritingRandom(seed: 3)
        let schema = try Schema([Field("a", .int64), Field("b", .string)])
        let batch = Batch(schema, [try random.column(.int64, count: 300), try random.column(.string, count: 300)], rowCount: 300)
        let writer = try ParquetWriter(schema: schema)
        let first = try writer.encode([batch])
        let second = try ParquetWriter(schema: schema).encode([batch])
        #expect(first.bytes == second.bytes && first.rowCount == 300)
        let file = try WritingFile.bytes(schema, [[batch], [batch], [batch]])
        let once = batch.columns.map(\.canonical)
        #expect(
            try Self.read(file) == once.map { "[" + [$0, $0, $0].map { String($0.dropFirst().dropLast()) }.joined(separator: ",") + "]" })
    }

    @Test("a dictionary column is written as its texts", arguments: [true, false]) func dictionaryColumn(usesDictionaries: Bool) throws {
        var options = ParquetWriterOptions()
        options.usesDictionaries = usesDictionaries
        let entries = ByteRows(texts: ["unused", "a", "a", "longer than eight bytes", ""])
        let codes = (0..<500).map { Int32([1, 2, 3, 4, 3][$0 % 5]) }
        let validity = Bitmap((0..<500).map { $0 % 11 != 0 })
        let column = Column(.string, .dictionary(codes: codes, values: entries), validity: validity)
        let bytes = try WritingFile.bytes(column, options)
        #expect(try Self.read(bytes) == [column.canonical])
        let statistics = try WritingFile.footer(bytes).rowGroups[0].columns[0].metadata?.statistics
        #expect(statistics?.minimum == [] && statistics?.maximum == Array("longer than eight bytes".utf8))
    }

    @Test("whether a dictionary is used follows the values") func adaptiveDictionary() throws {
        func encodings(_ column: Column) throws -> [PageEncoding] {
            try WritingFile.footer(WritingFile.bytes(column)).rowGroups[0].columns[0].metadata?.encodings ?? []
        }
        let count = 60_000
        #expect(try encodings(.integers((0..<Int64(count)).map { $0 &* 77_777 })) == [.plain, .rle])
        #expect(try encodings(.integers((0..<Int64(count)).map { $0 % 1_000 &* 77_777_777 })).contains(.rleDictionary))
        #expect(try encodings(.integers((0..<Int64(count)).map { $0 / 20 &* 1_000_003 })).contains(.rleDictionary))
        #expect(try encodings(.texts(ByteRows(texts: (0..<count).map { "unique \($0)" }))) == [.plain, .rle])
        #expect(try encodings(.floats((0..<count).map { Double($0 % 365) / 4 })).contains(.rleDictionary))
        #expect(try encodings(Column(.int8, .int8((0..<count).map { Int8($0 % 100) }))).contains(.rleDictionary))
    }

    @Test("a dictionary has at most 65,535 entries", arguments: [65_535, 65_536]) func entryLimit(different: Int) throws {
        let numbers = Column.integers((0..<different * 3).map { Int64($0 / 3) &* 1_000_003 })
        let texts = Column.texts(ByteRows(texts: (0..<different * 3).map { String($0 / 3) }))
        for column in [numbers, texts] {
            let bytes = try WritingFile.bytes(column)
            let encodings = try WritingFile.footer(bytes).rowGroups[0].columns[0].metadata?.encodings
            #expect(encodings?.contains(.rleDictionary) == (different <= 65_535))
            #expect(try Self.read(bytes) == [column.canonical])
        }
    }

    @Test("keys made to collide cost no more than plain values") func collidingKeys() throws {
        // Multiples of the inverse of the hash's factor fall into neighbouring slots.
        let inverse: UInt64 = 0xF1DE_83E1_9937_733D
        #expect(inverse &* 0x9E37_79B9_7F4A_7C15 == 1)
        let keys = (0..<40_000).map { Int64(bitPattern: inverse &* UInt64($0 % 20_000)) }
        #expect(try Self.read(WritingFile.bytes(.integers(keys))) == [Column.integers(keys).canonical])
    }

    @Test("a null in a required column is an error, not a value") func requiredNull() throws {
        let schema = try Schema([Field("a", .structure([Field("b", .int32, isNullable: false)]), isNullable: true)])
        let member = Column(.int32, .int32([1, 2]), validity: Bitmap([true, false]))
        let column = Column(schema.fields[0].type, .structure([member], count: 2))
        let writer = try ParquetWriter(schema: schema)
        #expect(throws: SluiceError.self) { try writer.encode([Batch(schema, [column], rowCount: 2)]) }
        let hidden = Column(schema.fields[0].type, .structure([member], count: 2), validity: Bitmap([true, false]))
        #expect(try Self.read(WritingFile.bytes(schema, [[Batch(schema, [hidden], rowCount: 2)]])) == ["[[1],null]"])
    }

    @Test("a decimal of too many digits is an error") func wideDecimal() throws {
        let column = Column(.decimal(precision: 4, scale: 2), .decimal([9_999, 10_000]))
        #expect(throws: SluiceError.self) { try WritingFile.bytes(column) }
        let null = Column(.decimal(precision: 4, scale: 2), .decimal([9_999, 10_000]), validity: Bitmap([true, false]))
        #expect(try Self.read(WritingFile.bytes(null)) == ["[9999,null]"])
    }

    @Test("types and options that Parquet does not have are refused") func refusals() throws {
        func code(_ schema: Schema, _ change: (inout ParquetWriterOptions) -> Void = { _ in }) -> String? {
            var options = ParquetWriterOptions()
            change(&options)
            do {
                _ = try ParquetWriter(schema: schema, options: options)
                return nil
            } catch {
                return error.code.name
            }
        }
        let good = try Schema([Field("a", .int64), Field("s", .structure([Field("t", .string)]))])
        #expect(code(.empty) == "type-error")
        #expect(code(try Schema([Field("a", .structure([]))])) == "type-error")
        #expect(code(good) { $0.codec = .deflate } == "invalid-option")
        #expect(code(good) { $0.pageRows = 0 } == "invalid-option")
        #expect(code(good) { $0.bloomFalsePositives = 0 } == "invalid-option")
        #expect(code(good) { $0.encodings = ["a": .deltaPrefix] } == "invalid-option")
        #expect(code(good) { $0.encodings = ["b": .plain] } == "unknown-column")
        #expect(code(good) { $0.bloomFilters = ["s.u"] } == "unknown-column")
        #expect(code(good) { $0.bloomFilters = ["s.t", "a"] } == nil)
    }
}
