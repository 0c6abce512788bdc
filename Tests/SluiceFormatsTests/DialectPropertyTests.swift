import SluiceCore
import Testing

@testable import SluiceFormats

/// Random tables, written in random dialects by a writer of a few lines that shares nothing with the reader.
@Suite("Random dialects") struct DialectPropertyTests {
    private struct Dialect {
        var delimiter = ","
        var quote: Character? = "\""
        var escape: Character?
        var lineEnd = "\n"
        var preamble: [String] = []
        var comment = ""
        var footer: [String] = []
        var headerRows = 1
        var encoding = TextEncoding.utf8
        var hasMark = false
        var blankRun = " \t "

        init(_ random: inout SeededGenerator) {
            delimiter = [",", ";", "\t", "|", "||", "::", "\t|\t", "blanks", "~|~"].randomElement(using: &random)!
            quote = ["\"", "\"", "'", nil].randomElement(using: &random)!
            escape = [nil, nil, "\\"].randomElement(using: &random)!
            if quote == nil { escape = "\\" }
            lineEnd = ["\n", "\r\n", "\r"].randomElement(using: &random)!
            if Bool.random(using: &random) { preamble = ["Made by hand", "", "on a day"] }
            if Bool.random(using: &random) { comment = "#" }
            if Bool.random(using: &random) { footer = ["End", "of file"] }
            headerRows = Int.random(in: 1...3, using: &random)
            encoding = TextEncoding.allCases.randomElement(using: &random)!
            hasMark = encoding == .utf8 || encoding == .utf16LittleEndian ? Bool.random(using: &random) : false
        }

        var options: [String: OptionValue] {
            [
                "delimiter": .text(delimiter), "quote": .text(quote.map(String.init) ?? ""), "escape": .text(escape.map(String.init) ?? ""),
                "skip_lines": .integer(preamble.count), "comment": .text(comment), "skip_footer": .integer(footer.count),
                "header_rows": .integer(headerRows), "encoding": .text(encoding.rawValue), "null_values": .texts(["NULL"]),
                "ragged": .text("fit"),
            ]
        }

        func field(_ text: String?) -> String {
            guard let text else { return "NULL" }
            let isPlain =
                !text.isEmpty && text != "NULL" && text.utf8.allSatisfy { $0 >= 0x80 || ($0 | 0x20) &- 0x61 < 26 || $0 &- 0x30 < 10 }
            if isPlain { return text }
            guard let quote else {
                let special = "\\\n" + (delimiter == "blanks" ? " \t" : String(delimiter.prefix(1)))
                return text.map { special.contains($0) ? "\\\($0)" : "\($0)" }.joined()
            }
            let inner = text.unicodeScalars.map { scalar in
                let character = Character(scalar)
                if character == escape { return "\(character)\(character)" }
                return character == quote
                    ? (escape.map { "\($0)\(quote)" } ?? "\(quote)\(quote)") : "\(scalar)"
            }
            return "\(quote)\(inner.joined())\(quote)"
        }

        func write(_ names: [[String]], _ rows: [[String?]]) -> [UInt8] {
            let between = delimiter == "blanks" ? blankRun : delimiter
            var lines = preamble + names.map { $0.map(field).joined(separator: between) }
            for row in rows {
                lines.append(row.map(field).joined(separator: between))
                if !comment.isEmpty, row.count % 2 == 0 { lines.append(comment + " \"said' " + between) }
            }
            let text = (lines + footer).map { $0 + lineEnd }.joined()
            switch encoding {
            case .utf8: return (hasMark ? [0xEF, 0xBB, 0xBF] : []) + Array(text.utf8)
            case .utf16LittleEndian: return (hasMark ? [0xFF, 0xFE] : []) + text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
            case .utf16BigEndian: return text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
            case .latin1, .cp1252: return text.unicodeScalars.map { UInt8($0.value) }
            }
        }
    }

    private func text(_ random: inout SeededGenerator, hasQuote: Bool) -> String? {
        var pieces = ["a", "B7", "é", "ß", "\"", "'", "\\", ",", ";", "|", ":", "\t", " ", "~", "2.5"]
        // Without quotes a null and a comment cannot be told from texts.
        pieces += hasQuote ? ["\n", "\r\n", "||", "::", "NULL", "#"] : ["\n"]
        if Int.random(in: 0..<6, using: &random) == 0 { return nil }
        let count = Int.random(in: hasQuote ? 0...4 : 1...4, using: &random)
        return (0..<count).map { _ in pieces.randomElement(using: &random)! }.joined()
    }

    @Test("tables come back as they were, with the dialect given") func given() throws {
        for seed in UInt64(0)..<600 {
            var random = SeededGenerator(seed: seed)
            let dialect = Dialect(&random)
            let width = Int.random(in: 2...5, using: &random)
            let names = (0..<dialect.headerRows).map { row in (0..<width).map { "n\(row)\($0)" } }
            let rows = (0..<Int.random(in: 0...12, using: &random)).map { _ in
                (0..<width).map { _ in text(&random, hasQuote: dialect.quote != nil) }
            }
            let columns = (0..<width).map { column in names.map { $0[column] }.joined(separator: " ") }
            let result = try read(dialect.write(names, rows), csv(dialect.options), Schema(columns.map { Field($0, .string) }))
            let found: [[String?]] = result.rows.map { $0.map { if case .string(let text) = $0 { text } else { nil } } }
            #expect(result.rejects.isEmpty, "seed \(seed)")
            #expect(found == rows, "seed \(seed): \(String(decoding: dialect.write(names, rows), as: UTF8.self).debugDescription)")
        }
    }

    @Test("tables without traps come back with everything detected") func detected() throws {
        for seed in UInt64(0)..<400 {
            var random = SeededGenerator(seed: seed)
            var dialect = Dialect(&random)
            if dialect.encoding == .latin1 { dialect.encoding = .cp1252 }
            dialect.blankRun = "   "
            dialect.footer = []
            dialect.headerRows = 1
            let rows = (0..<20).map { (row: Int) -> [String?] in
                // An escape that is needed nowhere cannot be told from a text.
                let text = dialect.quote.map { "Wörter und, so; weiter | \(row)\($0)" } ?? "Wörter\(row)"
                return ["\(row)", text, "w\(row)", "\(100 - row).\(row % 9 + 1)5"]
            }
            let bytes = dialect.write([["id", "text", "word", "amount"]], rows)
            let result = try read(bytes, csv(["detect": .text("all")]))
            guard result.schema.names == ["id", "text", "word", "amount"] else {
                Issue.record(
                    "seed \(seed): \(dialect) \(result.layout.warnings) \(String(decoding: bytes, as: UTF8.self).debugDescription)")
                continue
            }
            let expected = try read(bytes, csv(dialect.options), result.schema)
            #expect(expected.rows.count == 20)
            #expect(result.rows == expected.rows, "seed \(seed): \(result.layout.warnings)")
        }
    }

    @Test("what is written in a wide dialect is read back", arguments: ["||", "\t|\t", "blanks", "::", ","], ["\"", ""])
    func writer(_ delimiter: String, _ quote: String) throws {
        let options: [String: OptionValue] = [
            "delimiter": .text(delimiter), "quote": .text(quote), "escape": .text("\\"), "null_values": .texts(["NULL"]),
        ]
        for seed in UInt64(0)..<100 {
            var random = SeededGenerator(seed: seed)
            let schema = try schema(("a", "string"), ("b|,", "int64"), ("c", "string"))
            let rows: [[Value]] = (0..<5).map { _ in
                [
                    text(&random, hasQuote: !quote.isEmpty).map { .string($0) } ?? .null,
                    .integer(Int64.random(in: -5...5, using: &random)),
                    text(&random, hasQuote: !quote.isEmpty).map { .string($0) } ?? .null,
                ]
            }
            let columns = try schema.fields.enumerated().map { index, field in try ColumnBuilder.column(field.type, rows.map { $0[index] })
            }
            let encoder = try csv(options).encoder(schema)
            var bytes = encoder.header
            try encoder.encode(Batch(schema, columns, rowCount: rows.count), into: &bytes)
            let result = try read(bytes, csv(options), schema)
            #expect(result.rejects.isEmpty, "seed \(seed)")
            #expect(result.rows == rows, "seed \(seed): \(String(decoding: bytes, as: UTF8.self).debugDescription)")
        }
        #expect(throws: SluiceError.self) { try csv(["delimiter": .text("blanks")]).encoder(schema(("a", "string"))) }
    }
}
