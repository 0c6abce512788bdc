import SluiceCodecs
import SluiceCore
import SluiceParquet
import SluiceTestKit
import Testing

/// Files of ours, read by pyarrow, DuckDB and Polars with identical values.
@Suite("Parquet files that other programs read", .enabled(if: WritingReaders.areThere, "pyarrow, DuckDB and Polars are not there"))
struct WritingReadersTests {
    private static func options(_ random: inout WritingRandom) -> ParquetWriterOptions {
        var options = ParquetWriterOptions()
        options.codec = [.snappy, .none, .gzip, .zstd].randomElement(using: &random) ?? .snappy
        options.pageVersion = random.chance(50) ? .one : .two
        options.pageRows = [1, 7, 100, 20_480].randomElement(using: &random) ?? 100
        options.pageBytes = [100, 4_000, 1 << 20].randomElement(using: &random) ?? 4_000
        options.usesDictionaries = random.chance(75)
        options.dictionaryBytes = random.chance(30) ? 500 : 1 << 20
        options.writesChecksums = random.chance(50)
        options.writesStatistics = random.chance(80)
        options.writesPageIndex = random.chance(80)
        return options
    }

    private static func batches(_ schema: Schema, _ random: inout WritingRandom, rows: Int) throws -> [Batch] {
        var batches: [Batch] = []
        var left = rows
        repeat {
            let count = min(left, 1 + random.below(400))
            var columns: [Column] = []
            for field in schema.fields { columns.append(try random.column(field.type, count: count, isNullable: field.isNullable)) }
            batches.append(Batch(schema, columns, rowCount: count))
            left -= count
        } while left > 0
        return batches
    }

    @Test("random tables of every type, with nulls and nesting") func randomTables() async throws {
        let seed = UInt64.random(in: 0 ... .max)
        print("seed \(seed)")
        var random = WritingRandom(seed: seed)
        let directory = try TemporaryDirectory()
        for file in 0..<30 {
            var fields: [Field] = []
            for index in 0...random.below(6) {
                fields.append(Field("c\(index)", random.type(depth: file % 3), isNullable: random.chance(80)))
            }
            let schema = try Schema(fields)
            var groups: [[Batch]] = []
            for _ in 0...random.below(3) {
                groups.append(try Self.batches(schema, &random, rows: [1, 40, 900].randomElement(using: &random) ?? 1))
            }
            try WritingFile.write("t\(file)", schema, groups, Self.options(&random), in: directory)
        }
        try await WritingReaders.compare(in: directory)
    }

    @Test("every flat type: no rows, one row, nulls only, many row groups") func edges() async throws {
        var random = WritingRandom(seed: 7)
        let directory = try TemporaryDirectory()
        let types = WritingRandom.flatTypes + [.null]
        let schema = try Schema(types.enumerated().map { Field("c\($0)", $1) })
        try WritingFile.write("none", schema, [], in: directory)
        try WritingFile.write("one", schema, [Self.batches(schema, &random, rows: 1)], in: directory)
        let nulls = Batch(schema, types.map { Column.nulls($0, count: 3000) }, rowCount: 3000)
        try WritingFile.write("nulls", schema, [[nulls]], in: directory)
        var options = ParquetWriterOptions()
        options.pageVersion = .two
        try WritingFile.write("nulls2", schema, [[nulls]], options, in: directory)
        let groups = try (0..<50).map { _ in try Self.batches(schema, &random, rows: 20) }
        try WritingFile.write("groups", schema, groups, in: directory)
        try await WritingReaders.compare(in: directory)
    }

    @Test("huge texts, and columns too varied for a dictionary") func large() async throws {
        let directory = try TemporaryDirectory()
        let schema = try Schema([
            Field("text", .string), Field("same", .string), Field("unique", .int64), Field("wide", .int32), Field("key", .string),
        ])
        let count = 70_000
        let texts = ByteRows(texts: (0..<count).map { $0 % 30_000 == 17 ? String(repeating: "long \($0) ", count: 200_000) : "t\($0)" })
        let columns = [
            Column.texts(texts), Column.texts(ByteRows(texts: (0..<count).map { _ in "same" })),
            Column.integers((0..<Int64(count)).map { $0 &* 0x1234_5678_9ABC }),
            Column(.int32, .int32((0..<Int32(count)).map { $0 % 66_000 * 3 })),
            Column.texts(ByteRows(texts: (0..<count).map { "key number \($0 * 31 % 5000)" })),
        ]
        let batch = Batch(schema, columns, rowCount: count)
        try WritingFile.write("large", schema, [[batch.slice(0..<9_999), batch.slice(9_999..<count)]], in: directory)
        try await WritingReaders.compare(in: directory)
    }

    @Test("encodings that are asked for") func encodings() async throws {
        var random = WritingRandom(seed: 11)
        let directory = try TemporaryDirectory()
        let choices: [(DataType, ParquetWriterOptions.Encoding)] = [
            (.int8, .delta), (.int32, .delta), (.int64, .delta), (.date, .delta), (.timestamp(zoned: true), .delta),
            (.decimal(precision: 9, scale: 2), .delta), (.decimal(precision: 17, scale: 2), .delta), (.string, .deltaLength),
            (.string, .deltaPrefix), (.binary, .deltaPrefix), (.float32, .streamSplit), (.float64, .streamSplit), (.int64, .streamSplit),
            (.boolean, .runLength), (.int64, .plain), (.list(.int64), .delta),
        ]
        let schema = try Schema(choices.enumerated().map { Field("c\($0)", $1.0) })
        var options = ParquetWriterOptions()
        options.pageRows = 300
        for (index, choice) in choices.enumerated() { options.encodings["c\(index)"] = choice.1 }
        for (name, version) in [("v1", ParquetWriterOptions.PageVersion.one), ("v2", .two)] {
            options.pageVersion = version
            try WritingFile.write(name, schema, [Self.batches(schema, &random, rows: 2_000)], options, in: directory)
            let footer = try WritingFile.footer(try directory.bytes("\(name).parquet"))
            let encodings = footer.rowGroups[0].columns.compactMap { $0.metadata?.encodings.map(\.description) }
            #expect(encodings[0].contains("DELTA_BINARY_PACKED") && encodings[7].contains("DELTA_LENGTH_BYTE_ARRAY"))
            #expect(encodings[8].contains("DELTA_BYTE_ARRAY") && encodings[10].contains("BYTE_STREAM_SPLIT"))
        }
        try await WritingReaders.compare(in: directory)
    }
}

extension TemporaryDirectory {
    func bytes(_ relative: String) throws -> [UInt8] { try Self.bytes(of: path(relative)) }
}
