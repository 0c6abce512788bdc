import SluiceCore
import SluiceFormats
import Testing

@Suite("Records of text, good and bad") struct GrokRecordTests {
    @Test("a line that no pattern matches is a dead letter that says how far it fits, with its bytes") func unmatched() throws {
        let result = try readText(
            "a=1 b=2\na=1 c=2\n\nnothing\na=1 b=", ["pattern": .text("^a=%{INT:a:int} b=%{INT:b:int}$")], path: "x.log")
        #expect(result.rows == [[.integer(1), .integer(2)]])
        #expect(result.rejects.map { $0.location?.description } == ["x.log:2:5", "x.log:4:1", "x.log:5:7"])
        #expect(result.rejects.map { String(decoding: $0.raw, as: UTF8.self) } == ["a=1 c=2", "nothing", "a=1 b="])
        #expect(result.rejects.allSatisfy { $0.error.code == .malformedRecord })
        #expect(result.rejects[0].error.message.contains("fits up to byte 4, before \"c=2\""))
        #expect(result.rejects[2].error.message.contains("fits up to the record's end and expects more"))
    }

    @Test("a value that does not fit is a dead letter with its column, never null or changed") func misfit() throws {
        let result = try readText(
            "1 x\n99999999999999999999 y\n007 z\n", ["pattern": .text("%{NOTSPACE:n:int} %{WORD:w}")], path: "x.log")
        #expect(result.rows == [[.integer(1), .string("x")]])
        #expect(result.rejects.map { $0.location?.description } == ["x.log:2:1", "x.log:3:1"])
        #expect(result.rejects.map(\.error.column) == ["n", "n"])
        #expect(result.rejects.map(\.error.code) == [.valueDoesNotFit, .valueDoesNotFit])
        #expect(result.rejects[1].error.message.contains("leading zeros"))
        let time = try readText("[10/Foo/2000:13:55:36 -0700] é\n", ["pattern": .text(#"\[(?<t>[^\]]*)\]"#)])
        #expect(time.rejects.isEmpty)
    }

    @Test("a carriage return alone ends no line, so it moves no line number", arguments: [false, true])
    func carriageReturns(_ isMultiline: Bool) throws {
        var options: [String: OptionValue] = ["pattern": .text("^%{INT:n:int} %{GREEDYDATA:rest}$")]
        if isMultiline { options["record_start"] = .text(#"\S"#) }
        let result = try readText("1 a\rb\rc\nx\r\ry\n2 \r\r\n3\r\r4 \n", options, path: "x.log")
        #expect(result.lines == [1, 3])
        #expect(result.rejects.map { $0.location?.description } == ["x.log:2:1", "x.log:4:2"])
    }

    @Test("patterns are tried in order; a column of another pattern is null") func several() throws {
        let options: [String: OptionValue] = [
            "pattern": .texts(["^user=%{WORD:user}", "^ip=%{IP:ip} user=%{WORD:user}", "user=%{WORD:other}"])
        ]
        let result = try readText("user=ann\nip=10.0.0.1 user=bob\n? user=eve\nnone\n", options)
        #expect(result.schema.names == ["user", "ip", "other"])
        let users: [[Value]] = [
            [.string("ann"), .null, .null], [.string("bob"), .string("10.0.0.1"), .null], [.null, .null, .string("eve")],
        ]
        #expect(result.rows == users)
        #expect(result.rejects.map { String(decoding: $0.raw, as: UTF8.self) } == ["none"])
    }

    @Test("a pattern may match anywhere in the record, and the first match counts") func anywhere() throws {
        let result = try readText("é x=1 x=2\n", ["pattern": .text("x=%{INT:x:int}")])
        #expect(result.column("x") == [.integer(1)])
        // Word boundaries have no automaton; the slower machine finds the same.
        let bounded = try readText("ax=1 x=2\n", ["pattern": .text(#"\bx=%{INT:x:int}"#)])
        #expect(bounded.column("x") == [.integer(2)])
    }

    @Test("a name that is captured twice is what took part") func twice() throws {
        let result = try readText("a:1\nb:2\n", ["pattern": .text("a:%{INT:n:int}|b:%{INT:n:int}")])
        #expect(result.column("n") == [.integer(1), .integer(2)])
    }

    @Test("only the wanted columns are decoded, in any order, and others are not judged") func projection() throws {
        let options: [String: OptionValue] = ["pattern": .text("%{NOTSPACE:a:int} %{NOTSPACE:b} %{NOTSPACE:c:int}")]
        let content = "1 x 3\n2 y z\n"
        let some = try read(content, text(options), schema(("b", "string"), ("a", "int64")), path: "x.log")
        #expect(some.rows == [[.string("x"), .integer(1)], [.string("y"), .integer(2)]])
        #expect(some.rejects.isEmpty)
        let all = try readText(content, options)
        #expect(all.rejects.count == 1)
        let other = try read(content, text(options), schema(("c", "string"), ("d", "int64")), missing: .null, path: "x.log")
        #expect(other.rows == [[.string("3"), .null], [.string("z"), .null]])
        #expect(throws: SluiceError.self) { try read(content, text(options), schema(("d", "int64")), missing: .error, path: "x.log") }
    }

    /// Rows in which a column is a value.
    private struct Equals: RowCondition {
        var column: String
        var value: Value
        var columns: [String] { [column] }
        var bounds: [ColumnBound] { [] }

        func kept(of batch: Batch) -> Bitmap {
            guard let index = batch.schema.index(of: column) else { return Bitmap(repeating: false, count: batch.rowCount) }
            return Bitmap((0..<batch.rowCount).map { batch.columns[index][$0] == value })
        }
    }

    @Test("a condition leaves rows out before they are decoded whole, but none that cannot be judged") func condition() throws {
        let format = try text(["pattern": .text("%{NOTSPACE:a:int} %{NOTSPACE:b:int}")])
        let content = "1 10\n2 x\n1 y\nz 1\n1 20\nw\n"
        let input = FileInput(MemoryAccess(Array(content.utf8)), path: "x.log")
        let wanted = try format.describe(input).schema ?? Schema([])
        var reader = try format.reader(input, ReadRequest(wanted, condition: Equals(column: "a", value: .integer(1)), keepsRaw: false))
        var (rows, rejects, skipped, lines): ([Value], [String], Int, [Int64]) = ([], [], 0, [])
        while var piece = try reader.next() {
            while let decoded = try piece.next() {
                rows += decoded.batch.columns[1].values
                rejects += decoded.rejects.map { String(decoding: $0.raw, as: UTF8.self) }
                skipped += decoded.skippedRows
                lines += (0..<decoded.batch.rowCount).compactMap { decoded.batch.origin?.position($0) }
            }
        }
        #expect(rows == [.integer(10), .integer(20)])
        #expect(rejects == ["1 y", "z 1", "w"])
        #expect(skipped == 1)
        #expect(lines == [1, 5])
    }

    @Test("both ways of reading give the same rows, over many chunks") func bothWays() throws {
        var content = ""
        for row in 0..<30_000 {
            content += row % 1_000 == 999 ? "bad line \(row)\n" : row % 777 == 0 ? "\r\n" : "k=\(row) t=\"é\(row % 13)\" -\r\n"
        }
        let options: [String: OptionValue] = ["pattern": .text(#"k=%{INT:k:int} t="%{DATA:t}" %{NOTSPACE:x}"#)]
        let careful = try readText(content, options)
        let format = try text(options)
        let input = FileInput(MemoryAccess(Array(content.utf8)), path: "test.log")
        var reader = try format.reader(input, ReadRequest(careful.schema))
        var (rows, rejects, lines): ([[Value]], [Reject], [Int64]) = ([], [], [])
        while var piece = try reader.next() {
            while let decoded = try piece.next() {
                rows += (0..<decoded.batch.rowCount).map { row in decoded.batch.columns.map { $0[row] } }
                rejects += decoded.rejects
                lines += (0..<decoded.batch.rowCount).compactMap { decoded.batch.origin?.position($0) }
            }
        }
        #expect(rows.count == 30_000 - 30 - 39)
        #expect(rows == careful.rows)
        #expect(lines == careful.lines)
        #expect(rejects.map(\.location) == careful.rejects.map(\.location))
        #expect(rejects.count == 30)
    }

    @Test("bytes that are no text are rejected with the way out") func encoding() throws {
        let bytes = Array("caf".utf8) + [0xE9, 0x0A] + Array("b\n".utf8)
        let format = try text()
        let wanted = try schema(("line", "string"))
        let result = try read(bytes, format, wanted, path: "x.log")
        #expect(result.rows == [[.string("b")]])
        #expect(result.rejects.map(\.error.code) == [.invalidEncoding])
        #expect(result.rejects.first?.error.message.contains("cp1252") == true)
        let latin = try read(bytes, text(["encoding": .text("latin-1")]), wanted, path: "x.log")
        #expect(latin.column("line") == [.string("café"), .string("b")])
    }

    @Test("writing takes one string column and refuses what would not be read back") func writing() throws {
        let format = try FormatRegistry.format(named: "text")
        #expect(throws: SluiceError.self) { try format.writer(schema(("a", "string"), ("b", "string"))) }
        #expect(throws: SluiceError.self) { try format.writer(schema(("a", "int64"))) }
        let wanted = try schema(("line", "string"))
        func written(_ texts: [Value]) throws -> [UInt8] {
            let batch = Batch(wanted, [try ColumnBuilder.column(.string, texts)], rowCount: texts.count)
            return try format.writer(wanted).encode(FileBlock([batch])).bytes
        }
        let texts: [Value] = [.string("a"), .string(""), .string(" é\t"), .string("b\rc")]
        #expect(try read(written(texts), text(), wanted, path: "x.txt").column("line") == texts)
        for bad in [Value.null, .string("a\nb"), .string("a\r")] { #expect(throws: SluiceError.self) { try written([bad]) } }
    }
}
