import SluiceCore
import SluiceFormats
import Testing

@Suite("What every format does") struct FormatConformanceTests {
    @Test("no format is left out") func complete() {
        #expect(Set(ConformingFormat.all.map(\.name)) == Set(FormatRegistry.formats.map { $0.name }))
    }

    @Test("values of every type and nulls come back as they were", arguments: ConformingFormat.all) func types(
        _ conforming: ConformingFormat
    ) throws {
        let format = try conforming.format()
        for (type, values) in ConformanceValues.types {
            let wanted = try schema((conforming.textColumn, type))
            guard !conforming.lacks.contains(type) else {
                #expect(throws: SluiceError.self, "\(type)") { try format.writer(wanted) }
                continue
            }
            let rows = (values + (conforming.holdsNulls ? [.null] : []) + values).map { [$0] }
            let content = FormatFile.read(format, try FormatFile.write(format, wanted, rows, rowsPerBlock: 2), wanted)
            #expect(content.rows == rows, "\(type)")
            #expect(content.rejects.isEmpty && content.failure == nil, "\(type)")
        }
    }

    @Test("nulls alone, and a null beside an empty text", arguments: ConformingFormat.all.filter(\.holdsNulls))
    func nulls(_ conforming: ConformingFormat) throws {
        let format = try conforming.format()
        let wanted = try schema(("a", "string"), ("b", "int64"), ("c", "list<string>"))
        let rows: [[Value]] = [[.null, .null, .null], [.string(""), .null, .list([])], [.null, .integer(0), .list([.null])]]
        let content = FormatFile.read(format, try FormatFile.write(format, wanted, rows), wanted)
        #expect(content.rows == rows)
        #expect(content.rejects.isEmpty && content.failure == nil)
    }

    @Test("texts of all scripts come back byte for byte", arguments: ConformingFormat.all) func unicode(_ conforming: ConformingFormat)
        throws
    {
        let format = try conforming.format()
        let wanted = try schema((conforming.textColumn, "string"))
        let lineEnds = conforming.holdsLineEnds ? ["a\nb", "a\r\nb", "\r", "\n"] : []
        let texts = ["first"] + ConformanceValues.texts + lineEnds
        let content = FormatFile.read(format, try FormatFile.write(format, wanted, texts.map { [.string($0)] }), wanted)
        let found = content.rows.map { row in if case .string(let text) = row[0] { Array(text.utf8) } else { [UInt8]() } }
        #expect(found == texts.map { Array($0.utf8) })
        #expect(content.rejects.isEmpty && content.failure == nil)
    }

    @Test("a file without rows has none, and a file without bytes is no crash", arguments: ConformingFormat.all)
    func empty(_ conforming: ConformingFormat) throws {
        let format = try conforming.format()
        let wanted = try schema((conforming.textColumn, "string"))
        let content = FormatFile.read(format, try FormatFile.write(format, wanted, []), wanted)
        #expect(content.rows.isEmpty && content.rejects.isEmpty && content.failure == nil)
        let none = FormatFile.read(format, [], wanted)
        #expect(none.rows.isEmpty && none.rejects.isEmpty)
        #expect((none.failure == nil) == !["parquet", "avro"].contains(conforming.name))
    }

    @Test("huge texts come back, between small ones", arguments: ConformingFormat.all) func huge(_ conforming: ConformingFormat) throws {
        let format = try conforming.format()
        let wanted = try schema((conforming.textColumn, "string"))
        let texts = ["a", String(repeating: "é\"x", count: 2_500_000), "", String(repeating: "z", count: 3_000_001), "b"]
        let content = FormatFile.read(format, try FormatFile.write(format, wanted, texts.map { [.string($0)] }), wanted)
        #expect(content.rows.count == texts.count)
        #expect(zip(content.rows, texts).allSatisfy { $0[0] == .string($1) })
        #expect(content.rejects.isEmpty && content.failure == nil)
    }

    /// Rows of a number and a text, or of a text alone.
    private func table(_ conforming: ConformingFormat, rows count: Int) throws -> (schema: Schema, rows: [[Value]]) {
        let numbers = conforming.holdsSeveralColumns
        let wanted =
            try numbers ? schema(("text", "string"), ("number", "int64"), ("ratio", "float64")) : schema((conforming.textColumn, "string"))
        let rows = (0..<count).map { row -> [Value] in
            let text = Value.string("row \(row) é\(row % 10)")
            return numbers ? [text, .integer(Int64(row)), .float(Double(row) / 8)] : [text]
        }
        return (wanted, rows)
    }

    @Test("many rows keep their order", arguments: ConformingFormat.all) func many(_ conforming: ConformingFormat) throws {
        let format = try conforming.format()
        let (wanted, rows) = try table(conforming, rows: 30_000)
        let content = FormatFile.read(format, try FormatFile.write(format, wanted, rows), wanted)
        #expect(content.rows == rows)
        #expect(content.rejects.isEmpty && content.failure == nil)
    }

    @Test("wanted columns come in the wanted order; one that the file lacks is null", arguments: ConformingFormat.all)
    func projection(_ conforming: ConformingFormat) throws {
        let format = try conforming.format()
        let (written, rows) = try table(conforming, rows: 500)
        let bytes = try FormatFile.write(format, written, rows)
        let wanted =
            try conforming.holdsSeveralColumns
            ? schema(("number", "int64"), ("none", "date"), ("text", "string"))
            : schema(("none", "date"), (conforming.textColumn, "string"))
        let content = FormatFile.read(format, bytes, wanted)
        #expect(content.failure == nil && content.rejects.isEmpty)
        #expect(content.rows == rows.map { conforming.holdsSeveralColumns ? [$0[1], .null, $0[0]] : [.null, $0[0]] })
    }

    /// Keeps the rows whose text ends with a digit.
    private struct EndsWith: RowCondition {
        var column: String
        var digit: Character
        var columns: [String] { [column] }
        var bounds: [ColumnBound] { [] }

        func isKept(_ value: Value) -> Bool { if case .string(let text) = value { text.last == digit } else { false } }

        func kept(of batch: Batch) -> Bitmap {
            guard let index = batch.schema.index(of: column) else { return Bitmap(repeating: false, count: batch.rowCount) }
            return Bitmap((0..<batch.rowCount).map { isKept(batch.columns[index][$0]) })
        }
    }

    @Test("a condition leaves out no row that it keeps, and what it leaves out is counted", arguments: ConformingFormat.all)
    func condition(_ conforming: ConformingFormat) throws {
        let format = try conforming.format()
        let (wanted, rows) = try table(conforming, rows: 20_000)
        let condition = EndsWith(column: conforming.textColumn, digit: "3")
        let content = FormatFile.read(format, try FormatFile.write(format, wanted, rows), wanted, condition: condition)
        #expect(content.rows.filter { condition.isKept($0[0]) } == rows.filter { condition.isKept($0[0]) })
        #expect(content.rows.count + content.skippedRows == rows.count)
        #expect(content.rejects.isEmpty && content.failure == nil)
    }

    @Test("a file that was cut gives whole rows from its start, never another one", arguments: ConformingFormat.all)
    func cut(_ conforming: ConformingFormat) throws {
        let format = try conforming.format()
        let (wanted, rows) = try table(conforming, rows: 300)
        let bytes = try FormatFile.write(format, wanted, rows, rowsPerBlock: 50)
        var mostRows = 0
        for end in Set(stride(from: 0, to: bytes.count, by: 37)).union(0..<64).union((bytes.count - 64)..<bytes.count) {
            let content = FormatFile.read(format, Array(bytes[..<end]), wanted)
            #expect(content.rows.count <= rows.count)
            // Where a record ends with its line, the last one may be cut inside a value without anybody seeing it.
            let whole = content.rows.dropLast()
            #expect(Array(whole) == Array(rows.prefix(whole.count)), "cut at \(end)")
            mostRows = max(mostRows, content.rows.count)
            if !conforming.readsCutFiles { #expect(content.failure != nil, "cut at \(end)") }
        }
        if conforming.readsCutFiles { #expect(mostRows > 200) }
    }

    @Test("damaged files end in an error or in rows, never in a crash", arguments: ConformingFormat.all)
    func damaged(_ conforming: ConformingFormat) throws {
        let format = try conforming.format()
        let (wanted, rows) = try table(conforming, rows: 60)
        let bytes = try FormatFile.write(format, wanted, rows)
        var random = SeededGenerator(seed: 11)
        for round in 0..<300 {
            var damaged = bytes
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                damaged[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            let content = FormatFile.read(format, damaged, wanted)
            #expect(content.rows.count <= 2 * bytes.count, "round \(round) of seed 11")
        }
    }
}
