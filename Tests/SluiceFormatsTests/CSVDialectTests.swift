import SluiceCore
import Testing

@testable import SluiceFormats

@Suite("CSV dialects that are given") struct CSVDialectTests {
    private func texts(_ text: String, _ options: [String: OptionValue]) throws -> ReadResult {
        let framer = try csv(options).open(MemorySource(Array(text.utf8)), path: "t.csv")
        return try read(text, csv(options), Schema(framer.layout.columns.map { Field($0, .string) }), path: "t.csv")
    }

    private func strings(_ result: ReadResult) -> [[String?]] {
        result.rows.map { $0.map { if case .string(let text) = $0 { text } else { nil } } }
    }

    @Test("a delimiter may have several characters", arguments: ["||", "::", "\t|\t", ";;", "~|~", "§", "<>"])
    func wideDelimiters(_ delimiter: String) throws {
        let lines = [["a", "b", "c"], ["1", "", "x"], ["2", "\"q\(delimiter)\"\"r\ns\"", "|:;~<"], ["\"\"", "", ""]]
        let text = lines.map { $0.joined(separator: delimiter) }.joined(separator: "\n") + "\n"
        let result = try texts(text, ["delimiter": .text(delimiter)])
        #expect(result.rejects.isEmpty)
        #expect(strings(result) == [["1", nil, "x"], ["2", "q\(delimiter)\"r\ns", "|:;~<"], ["", nil, nil]])
        #expect(result.lines == [2, 3, 5])
    }

    @Test("overlapping delimiters are found from left to right") func overlapping() throws {
        #expect(try strings(texts("a||b\n1|||\"2\n3||4\n", ["delimiter": .text("||")])) == [["1", "|\"2"], ["3", "4"]])
    }

    @Test("runs of blanks may stand between fields") func blankRuns() throws {
        let result = try texts("  PID  TTY   NAME\n   1\tp0  \"a b\"  \n\n  22  -     c\n", ["delimiter": .text("blanks")])
        #expect(result.layout.columns == ["PID", "TTY", "NAME"])
        #expect(strings(result) == [["1", "p0", "a b"], ["22", "-", "c"]])
    }

    @Test("an escape takes the meaning from quotes, delimiters and line ends, and is text before anything else") func escapes() throws {
        let text = #"""
            a,b
            "say \"hi\" ""there""",x\,y
            C:\dir\new,"\\share"
            one\
            two,\N
            """#
        let result = try texts(text, ["escape": .text("\\"), "null_values": .texts(["", "\\N"])])
        #expect(result.rejects.isEmpty)
        #expect(strings(result) == [["say \"hi\" \"there\"", "x,y"], [#"C:\dir\new"#, #"\share"#], ["one\ntwo", nil]])
        #expect(result.lines == [2, 3, 4])
    }

    @Test(
        "records of wide dialects do not depend on how the bytes are cut into chunks", arguments: [true, false],
        ["||", "blanks", ",", "\t|\t"])
    func anyChunks(_ isStrict: Bool, _ delimiter: String) throws {
        let dialect = try CSVDialect([
            "delimiter": .text(delimiter), "escape": .text("\\"), "quotes": .text(isStrict ? "strict" : "lenient"),
        ])
        for seed in UInt64(0)..<300 {
            var random = SeededGenerator(seed: seed)
            let bytes = random.bytes(Array("aab\"\"\"||,,\\\\\n\n\r  \t;".utf8), upTo: 90)
            var rules = dialect.recordRules(columnCount: nil)
            rules.recordBytes = seed % 2 == 0 ? 12 : 1_000
            rules.trims = seed % 3 == 0
            let whole = try framed(bytes, rules, chunkBytes: 1 << 20)
            for chunkBytes in [1, 2, 3, 7, 40] {
                let cut = try framed(bytes, rules, chunkBytes: chunkBytes)
                #expect(cut == whole, "seed \(seed), chunks of \(chunkBytes): \(String(decoding: bytes, as: UTF8.self).debugDescription)")
            }
        }
    }

    private func framed(_ bytes: [UInt8], _ rules: RecordRules, chunkBytes: Int) throws -> [String] {
        var framer = TextFramer(MemorySource(bytes), rules: rules, path: "x", chunkBytes: chunkBytes)
        var records: [String] = []
        var rejects: [String] = []
        while let next = try framer.next() {
            records += (0..<next.count).map { "\(next.origin.position($0)) \(next.records[$0])" }
            rejects += next.rejects.map { "\($0.location!) \($0.raw)" }
        }
        return records + ["rejects"] + rejects
    }

    @Test("a simple dialect reads the same with and without libcsv", arguments: [true, false]) func sameAsLibCSV(_ trims: Bool) throws {
        let narrow = try CSVDialect(["quotes": .text("lenient"), "trim": .boolean(trims), "ragged": .text("fit")])
        // An escape that does not occur changes nothing, and libcsv has none.
        let wide = try CSVDialect([
            "quotes": .text("lenient"), "trim": .boolean(trims), "ragged": .text("fit"), "escape": .text("^"),
        ])
        for seed in UInt64(0)..<500 {
            var random = SeededGenerator(seed: seed)
            let bytes = random.bytes(Array("aab\"\"\",,,\n\n\r  \t;".utf8), upTo: 60)
            #expect(
                try framed(bytes, narrow.recordRules(columnCount: 3), chunkBytes: 1 << 20)
                    == framed(bytes, wide.recordRules(columnCount: 3), chunkBytes: 1 << 20),
                "seed \(seed): \(String(decoding: bytes, as: UTF8.self).debugDescription)")
            let names = ["x", "y", "z"]
            var results: [[[Value]]] = []
            for dialect in [narrow, wide] {
                let decoder = try CSVDecoder(
                    dialect, layout: FileLayout(format: "csv", columns: names), schema: Schema(names.map { Field($0, .string) }),
                    missing: .error)
                var framer = TextFramer(MemorySource(bytes), rules: dialect.recordRules(columnCount: 3), path: "x")
                var rows: [[Value]] = []
                while let part = try framer.next() {
                    let batch = decoder.decode(part).batch
                    rows += (0..<batch.rowCount).map { row in batch.columns.map { $0[row] } }
                }
                results.append(rows)
            }
            #expect(results[0] == results[1], "seed \(seed): \(String(decoding: bytes, as: UTF8.self).debugDescription)")
        }
    }

    @Test("line ends may be LF, CRLF, CR or mixed", arguments: ["\n", "\r\n", "\r", "\r\n\r\n", "\n\r"]) func lineEnds(_ end: String) throws
    {
        for delimiter in [",", "||"] {
            let text =
                ["a\(delimiter)b", "1\(delimiter)2", "3\(delimiter)4"].joined(separator: end) + "\r5\(delimiter)6\n7\(delimiter)8\r\n"
            let result = try texts(text, ["delimiter": .text(delimiter)])
            #expect(strings(result) == [["1", "2"], ["3", "4"], ["5", "6"], ["7", "8"]])
        }
    }

    @Test("a header of several rows gives names of their parts") func headerRows() throws {
        let text = "Sales,,Costs\nq1,q2,\n(kg),,(t)\n1,2,3\n"
        let options: [String: OptionValue] = ["header_rows": .integer(3), "header_separator": .text("_")]
        let result = try texts(text, options)
        #expect(result.layout.columns == ["Sales_q1_(kg)", "q2", "Costs_(t)"])
        #expect(strings(result) == [["1", "2", "3"]])
    }

    @Test("preamble, comments and footer are no records") func surroundings() throws {
        let text = "Export of \"today\nby me\n# units: kg\na,b\n1,2\n# 3,4\n5,6\n\nTotal,8\n\"end, of file\"\n"
        let options: [String: OptionValue] = ["skip_lines": .integer(2), "comment": .text("#"), "footer": .text("Total")]
        #expect(try strings(texts(text, options)) == [["1", "2"], ["5", "6"]])
        let counted: [String: OptionValue] = ["skip_lines": .integer(2), "comment": .text("#"), "skip_footer": .integer(1)]
        #expect(try strings(texts(text, counted)) == [["1", "2"], ["5", "6"], ["Total", "8"]])
    }

    @Test("a footer is found across blocks, and only among the last records") func footers() throws {
        let count = 3 * CoreLimits.batchRows
        let rows = (0..<count).map { "Total \($0),1" }.joined(separator: "\n")
        for skipped in [0, 1, CSVLimits.footerRecords] {
            let result = try texts("a,b\n" + rows + "\n", ["skip_footer": .integer(skipped)])
            #expect(result.rows.count == count - skipped)
        }
        // The text stands everywhere, and only the last records can be the footer.
        #expect(try texts("a,b\n" + rows + "\n", ["footer": .text("Total")]).rows.count == count - CSVLimits.footerRecords)
        #expect(try texts("a,b\n" + rows + "\n", ["footer": .text("Sum")]).rows.count == count)
        #expect(throws: SluiceError.self) { try csv(["skip_footer": .integer(CSVLimits.footerRecords + 1)]) }
    }

    @Test(
        "ragged records are rejected, padded, truncated or both",
        arguments: [("error", 1, 2), ("pad", 2, 1), ("truncate", 2, 1), ("fit", 3, 0)])
    func ragged(_ choice: String, _ rows: Int, _ rejects: Int) throws {
        for delimiter in [",", "::"] {
            let text = "a,b,c\n1,2,3\n1,2\n1,2,3,4\n".split(separator: ",", omittingEmptySubsequences: false).joined(separator: delimiter)
            let result = try texts(text, ["ragged": .text(choice), "delimiter": .text(delimiter)])
            #expect(result.rows.count == rows)
            #expect(result.rejects.count == rejects)
        }
        let one = try texts("a,b,c\n1\n", [:])
        #expect(one.rejects.first?.error.message.hasPrefix("the record has 1 field, the header 3") == true)
    }

    @Test("names that differ only in their normal form are two columns") func normalForms() throws {
        let text = "caf\u{E9},cafe\u{301}\n1,2\n"
        let result = try read(text, csv(), Schema([Field("caf\u{E9}", .int64), Field("cafe\u{301}", .int64)]))
        #expect(result.rows == [[.integer(1), .integer(2)]])
        #expect(try read(text, csv()).schema.count == 2)
    }

    @Test(
        "a value that does not fit is a dead letter with line and column, far beyond any sample",
        arguments: ["2.75", "007", "1_000", "1e3", "٣"])
    func beyondSamples(_ value: String) throws {
        for delimiter in [",", "||"] {
            let good = (1...FormatLimits.sampleRows + 5_000).map { "\($0)\(delimiter)x\n" }.joined()
            let text = "n\(delimiter)t\n" + good + "\(value)\(delimiter)y\n7\(delimiter)z\n"
            let format = try csv(["delimiter": .text(delimiter)])
            let inferred = try read(text, format)
            #expect(inferred.schema["n"]?.type == .int64)
            #expect(inferred.rows.count == FormatLimits.sampleRows + 5_001)
            #expect(inferred.rejects.count == 1)
            #expect(inferred.rejects.first?.location?.description == "test.csv:\(FormatLimits.sampleRows + 5_002):1")
            #expect(inferred.rejects.first?.error.code == .valueDoesNotFit)
            #expect(inferred.rejects.first?.error.message.contains(value) == true)
        }
    }

    @Test("quotes that never close take linear time", arguments: ["\"ab\n", "\"\"\"a\n", "\"a\" \n \" "], [",", "||"])
    func hostileQuotes(_ line: String, _ delimiter: String) throws {
        // Each line would be searched to the end of the file: 100,000 times 400 KB.
        let bytes = Array(("a\(delimiter)b\n" + String(repeating: line, count: 100_000)).utf8)
        let format = try csv(["quotes": .text("lenient"), "delimiter": .text(delimiter), "trim": .boolean(true)])
        var framer = try format.open(MemorySource(bytes), path: "x")
        var count = 0
        while let next = try framer.next() { count += next.count + next.rejects.count }
        #expect(count >= 50_000)
    }

    @Test("a delimiter that is not the file's is named", arguments: [";", "\t", "|"]) func wrongDelimiter(_ delimiter: String) throws {
        let text = "id;amount\n1;2\n".replacing(";", with: delimiter)
        let error = #expect(throws: SluiceError.self) { try read(text, csv(["delimiter": .text(",")]), schema(("id", "int64"))) }
        #expect(error?.remedy?.contains("set delimiter:") == true)
    }

    @Test("a cut UTF-16 file says UTF-16", arguments: [true, false]) func cutUTF16(_ isGiven: Bool) throws {
        let text = "a,b\n1,é\n2,ü"
        var bytes: [UInt8] = isGiven ? [] : [0xFF, 0xFE]
        for unit in text.utf16 { bytes += [UInt8(unit & 0xFF), UInt8(unit >> 8)] }
        bytes.removeLast()
        let format = try csv(isGiven ? ["encoding": .text("utf-16le")] : [:])
        let result = try read(bytes, format, schema(("a", "int64"), ("b", "string")))
        #expect(result.rows == [[.integer(1), .string("é")]])
        #expect(result.rejects.first?.error.message.contains("utf-16le") == true)
    }
}
