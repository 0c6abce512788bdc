import SluiceCodecs
import SluiceCore
import SluiceParquet
import SluiceTestKit
import Testing

/// What the footer and the page index say about the values.
@Suite("Parquet statistics that are written") struct WritingStatisticsTests {
    private static func statistics(_ bytes: [UInt8]) throws -> ColumnStatistics {
        try #require(try WritingFile.footer(bytes).rowGroups[0].columns[0].metadata?.statistics)
    }

    private static func floats(_ values: [Double]) -> Column { .floats(values) }

    private static func number(_ bytes: [UInt8]?) -> Double? {
        bytes.map { Double(bitPattern: $0.reversed().reduce(0) { $0 << 8 | UInt64($1) }) }
    }

    @Test("a zero bound has the sign that widens it") func zeros() throws {
        let low = try Self.statistics(WritingFile.bytes(Self.floats([0.0, 5])))
        #expect(Self.number(low.minimum)?.bitPattern == (-0.0).bitPattern && Self.number(low.maximum) == 5)
        let high = try Self.statistics(WritingFile.bytes(Self.floats([-3, -0.0])))
        #expect(Self.number(high.maximum)?.bitPattern == 0 && Self.number(high.minimum) == -3)
    }

    @Test("a NaN leaves no bounds, since readers place it differently") func notANumber() throws {
        var options = ParquetWriterOptions()
        options.pageRows = 2
        let bytes = try WritingFile.bytes(Self.floats([1, 2, .nan, 4, 5, 6]), options)
        let statistics = try Self.statistics(bytes)
        #expect(statistics.minimum == nil && statistics.maximum == nil && statistics.nullCount == 0)
        let chunk = try WritingFile.footer(bytes).rowGroups[0].columns[0]
        #expect(chunk.columnIndexOffset == nil && chunk.offsetIndexOffset != nil)
    }

    @Test("long texts are cut, at whole characters and upward for the maximum") func longTexts() throws {
        let least = String(repeating: "a", count: 63) + "é tail"
        let most = String(repeating: "z", count: 62) + "\u{10FFFF} tail"
        let statistics = try Self.statistics(WritingFile.bytes(.texts(ByteRows(texts: [most, least]))))
        #expect(statistics.minimum == Array(String(repeating: "a", count: 63).utf8) && statistics.isMinimumExact == false)
        #expect(statistics.maximum == Array((String(repeating: "z", count: 61) + "{").utf8) && statistics.isMaximumExact == false)
        let short = try Self.statistics(WritingFile.bytes(.texts(ByteRows(texts: ["b", "a"]))))
        #expect(short.minimum == [97] && short.maximum == [98] && short.isMinimumExact == true && short.isMaximumExact == true)
    }

    @Test("no text is above the highest characters, so there is no upper bound") func highestText() throws {
        let statistics = try Self.statistics(WritingFile.bytes(.texts(ByteRows(texts: [String(repeating: "\u{10FFFF}", count: 30)]))))
        #expect(statistics.maximum == nil && statistics.minimum == nil)
    }

    @Test("texts are ordered by their bytes, also where a dictionary holds them", arguments: [true, false])
    func order(usesDictionary: Bool) throws {
        var options = ParquetWriterOptions()
        options.usesDictionaries = usesDictionary
        let texts = ["b", "", "é", "Z", "b", "漢", "a\u{0}"]
        let statistics = try Self.statistics(WritingFile.bytes(.texts(ByteRows(texts: texts)), options))
        #expect(statistics.minimum == [] && statistics.maximum == Array("漢".utf8))
    }

    @Test("the page index has each page's bounds, nulls and first row", arguments: [true, false])
    func pageIndex(usesDictionary: Bool) throws {
        var options = ParquetWriterOptions()
        options.pageRows = 100
        options.usesDictionaries = usesDictionary
        let values = (0..<1_000).map { Int64($0 / 10) - 3 }
        let validity = Bitmap((0..<1_000).map { $0 % 7 != 0 && !(300..<400).contains($0) })
        let bytes = try WritingFile.bytes(.integers(values, validity: validity), options)
        let chunk = try WritingFile.footer(bytes).rowGroups[0].columns[0]
        let index = try ColumnIndex(serialized: Array(bytes[Int(try #require(chunk.columnIndexOffset))...]))
        let offsets = try OffsetIndex(serialized: Array(bytes[Int(try #require(chunk.offsetIndexOffset))...]))
        #expect(offsets.pages.map(\.firstRow) == stride(from: Int64(0), to: 1_000, by: 100).map { $0 })
        #expect(index.boundaryOrder == .ascending && index.nullPages == (0..<10).map { $0 == 3 })
        for page in 0..<10 {
            let there = (page * 100..<page * 100 + 100).filter { validity[$0] }.map { values[$0] }
            #expect(index.nullCounts?[page] == Int64(100 - there.count))
            #expect(Self.integer(index.minimums[page]) == there.min() && Self.integer(index.maximums[page]) == there.max())
        }
        for page in offsets.pages {
            let header = try PageHeader(serialized: Array(bytes[Int(page.offset)...]))
            guard case .data(let data) = header.kind else { return #expect(Bool(false), "no data page at \(page.offset)") }
            #expect(data.valueCount == 100)
        }
    }

    private static func integer(_ bytes: [UInt8]) -> Int64? {
        bytes.isEmpty ? nil : Int64(bitPattern: bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) })
    }

    @Test("pages of descending and of mixed values say so") func boundaryOrder() throws {
        var options = ParquetWriterOptions()
        options.pageRows = 2
        for (values, order) in [
            ([9, 8, 7, 6, 5, 4], BoundaryOrder.descending), ([1, 9, 0, 2, 3, 3], .unordered), ([1, 1, 1, 1], .ascending),
        ] {
            let bytes = try WritingFile.bytes(.integers(values.map { Int64($0) }), options)
            let chunk = try WritingFile.footer(bytes).rowGroups[0].columns[0]
            let index = try ColumnIndex(serialized: Array(bytes[Int(try #require(chunk.columnIndexOffset))...]))
            #expect(index.boundaryOrder == order)
        }
    }

    @Test("footer: who wrote it, notes, column orders, codec, sizes") func footer() throws {
        var options = ParquetWriterOptions()
        options.codec = .zstd
        options.notes = [("owner", "tests"), ("empty", "")]
        let bytes = try WritingFile.bytes(.integers([1, 2, 3]), options)
        let footer = try WritingFile.footer(bytes)
        #expect(footer.createdBy == "sluice version \(Release.version)" && footer.rowCount == 3)
        #expect(footer.keyValues == [KeyValue("owner", "tests"), KeyValue("empty", "")])
        #expect(footer.columnOrders == [.typeDefined])
        let chunk = try #require(footer.rowGroups[0].columns[0].metadata)
        #expect(chunk.codec == .zstd && footer.rowGroups[0].compressedBytes == chunk.compressedBytes)
        #expect(footer.rowGroups[0].uncompressedBytes == chunk.uncompressedBytes && footer.rowGroups[0].fileOffset == 4)
    }

    @Test(
        "pyarrow computes the same bounds and counts, and DuckDB finds what bloom filters hold",
        .enabled(if: WritingReaders.areThere, "pyarrow and DuckDB are not there"))
    func otherPrograms() async throws {
        let seed = UInt64.random(in: 0 ... .max)
        print("seed \(seed)")
        var random = WritingRandom(seed: seed)
        let directory = try TemporaryDirectory()
        let types = WritingRandom.flatTypes.filter { $0 != .binary && $0 != .boolean }
        let schema = try Schema(types.enumerated().map { Field("c\($0)", $1) })
        for file in 0..<4 {
            var options = ParquetWriterOptions()
            options.pageRows = 64
            options.usesDictionaries = file % 2 == 0
            options.pageVersion = file < 2 ? .one : .two
            options.bloomFilters = schema.names
            var groups: [[Batch]] = []
            for _ in 0..<3 {
                var columns: [Column] = []
                for type in types { columns.append(try random.column(type, count: 500)) }
                groups.append([Batch(schema, columns, rowCount: 500)])
            }
            try directory.write("t\(file).parquet", bytes: WritingFile.bytes(schema, groups, options))
        }
        let output = try await WritingReaders.run(Self.check, in: directory)
        #expect(output.contains("bounds") && output.contains("probes") && !output.contains("bounds 0\n") && !output.contains("probes 0\n"))
    }

    private static let check = #"""
        import glob, math
        import duckdb, pyarrow as pa, pyarrow.compute as pc, pyarrow.parquet as pq

        bounds = probes = 0
        for path in sorted(glob.glob("*.parquet")):
            file = pq.ParquetFile(path, page_checksum_verification=True)
            for group in range(file.num_row_groups):
                table = file.read_row_group(group)
                for index in range(table.num_columns):
                    column, about = table.column(index), file.metadata.row_group(group).column(index)
                    name, kind, statistics = table.column_names[index], column.type, about.statistics
                    assert about.has_offset_index, name
                    assert statistics.null_count == column.null_count, (name, statistics.null_count, column.null_count)
                    values = [value for value in column.to_pylist() if value is not None]
                    has_nan = pa.types.is_floating(kind) and any(math.isnan(value) for value in values)
                    assert about.has_column_index == (not has_nan), (name, has_nan)
                    assert statistics.has_min_max == (bool(values) and not has_nan), (name, values[:3])
                    if not statistics.has_min_max: continue
                    least, most = min(values), max(values)
                    if pa.types.is_string(kind):
                        least, most = min(values, key=str.encode), max(values, key=str.encode)
                        assert statistics.min.encode() <= least.encode() and statistics.max.encode() >= most.encode(), name
                        if len(least.encode()) <= 64: assert statistics.min == least
                        if len(most.encode()) <= 64: assert statistics.max == most
                    elif pa.types.is_decimal(kind):
                        if statistics.physical_type == "FIXED_LEN_BYTE_ARRAY":
                            assert statistics.min == least and statistics.max == most, (name, statistics.min, least)
                    else:
                        assert statistics.min == least and statistics.max == most, (name, kind, statistics.min, least)
                    bounds += 1
                    if pa.types.is_integer(kind) or pa.types.is_string(kind):
                        for value in values[:5]:
                            if "\0" in str(value): continue
                            answer = duckdb.execute(
                                f"select bloom_filter_excludes from parquet_bloom_probe('{path}', '{name}', ?) where row_group_id = {group}", [value])
                            assert answer.fetchall() == [(False,)], (path, name, value)
                            probes += 1
                        if not pa.types.is_string(kind): continue
                        answer = duckdb.execute(f"select bloom_filter_excludes from parquet_bloom_probe('{path}', '{name}', 'nobody wrote this')")
                        assert (True,) in answer.fetchall(), (path, name)
        print("bounds", bounds)
        print("probes", probes)
        """#
}
