import SluiceCore
import Testing

@testable import SluiceFormats

@Suite("Detection of CSV dialects") struct DialectDetectionTests {
    private func detection(_ bytes: [UInt8], _ options: [String: OptionValue] = [:]) throws -> DialectDetection {
        try CSVFormat(options: options).detection(FileInput(MemoryAccess(bytes), path: "x"))
    }

    private func detection(_ text: String, _ options: [String: OptionValue] = [:]) throws -> DialectDetection {
        try detection(Array(text.utf8), options)
    }

    @Test("the corpus is read as people would", arguments: DialectSample.corpus) func corpus(_ sample: DialectSample) throws {
        let found = try detection(sample.text)
        #expect(found.proposed == sample.proposed, "\(found.properties.map { "\($0.option) \($0.choice): \($0.reason)" })")
        for property in found.properties {
            #expect(!property.reason.isEmpty && !property.reason.hasSuffix("."))
            #expect((0...1).contains(property.score))
        }
        // With everything detected the file is read so.
        guard !sample.text.isEmpty else { return }
        let applied = sample.proposed.filter { $0.key != "null_values" }
        let expected = try read(sample.text, csv(applied.merging(["detect": .text("none")]) { first, _ in first }))
        let automatic = try read(sample.text, csv(["detect": .text("all")]))
        #expect(automatic.schema == expected.schema)
        #expect(automatic.rows == expected.rows)
        #expect(automatic.layout.warnings.count(where: { $0.contains("was detected") }) == applied.count)
    }

    @Test("among delimiters that fit equally well the choice is always the same") func ties() throws {
        let text = ["||", "~~", "::", "&&", "**", "@@", "^^", "##"].reduce("a") { $0 + $1 + "a" } + "\n"
        let first = try detection(text + text + text)
        for _ in 0..<50 {
            let again = try detection(text + text + text)
            #expect(again.proposed == first.proposed)
            #expect(again.properties.map { "\($0)" } == first.properties.map { "\($0)" })
        }
    }

    private static let western = "name;city\nM\u{FC}ller;K\u{F6}ln\nPetit;Orl\u{E9}ans\n"

    @Test("encodings are told apart by marks, by valid UTF-8, by zeros and by bytes from 80 to 9F") func encodings() throws {
        let western = Self.western
        func utf16(_ isBig: Bool, mark: Bool) -> [UInt8] {
            (Array((mark ? "\u{FEFF}" : "").utf16) + Array(western.utf16)).flatMap { unit -> [UInt8] in
                let (low, high) = (UInt8(unit & 0xFF), UInt8(unit >> 8))
                return isBig ? [high, low] : [low, high]
            }
        }
        let latin = western.unicodeScalars.map { UInt8($0.value) }
        let cases: [(String, [UInt8])] = [
            ("utf-8", Array(western.utf8)), ("utf-8", [0xEF, 0xBB, 0xBF] + Array(western.utf8)), ("utf-16le", utf16(false, mark: false)),
            ("utf-16be", utf16(true, mark: false)), ("utf-16le", utf16(false, mark: true)), ("utf-16be", utf16(true, mark: true)),
            ("cp1252", latin), ("cp1252", latin + Array("\u{80}x;y\n".unicodeScalars.map { UInt8($0.value) })),
            ("latin-1", latin + [0x81, 0x3B, 0x0A]),
        ]
        for (name, bytes) in cases {
            let found = try detection(bytes)
            #expect(found["encoding"]?.choice == .text(name))
            let result = try read(bytes, csv(["encoding": .text("auto")]))
            #expect(result.rows.first == [.string("Müller"), .string("Köln")], "\(name)")
            // Without being asked, only what could be nothing else is applied.
            let plain = try csv().open(MemorySource(bytes), path: "x").layout
            #expect(plain.columns == ["name", "city"])
            if name == "cp1252" || name == "latin-1" { #expect(plain.warnings.contains { $0.contains("set encoding: \(name)") }) }
        }
    }

    @Test("a character that the sample's end cuts is no fault") func cutCharacter() {
        for count in 1...3 {
            let bytes = Array("aé😀".utf8).dropLast(4) + Array("😀".utf8).prefix(count)
            #expect(EncodingEvidence(Array(bytes), isWhole: false).encoding == .utf8)
            #expect(EncodingEvidence(Array(bytes), isWhole: true).encoding == .cp1252)
        }
    }

    @Test("messy.csv is understood whole") func messy() throws {
        let found = try detection(SampleData.bytes("messy.csv"))
        #expect(
            found.proposed == [
                "delimiter": .text(";"), "encoding": .text("cp1252"), "decimal_mark": .text(","), "group_mark": .text("."),
                "date_pattern": .text("%d/%m/%Y"), "null_values": .texts(["", "n/a"]),
            ])
    }

    @Test(
        "files of the sample data that are plain stay plain",
        arguments: ["airports.csv", "planes.csv", "airlines.csv", "customers-2024-03-01.csv"])
    func plain(_ name: String) throws {
        let format = try csv()
        let layout = try format.open(MemorySource(SampleData.bytes(name)), path: name).layout
        #expect(layout.options.isEmpty)
        #expect(layout.warnings.isEmpty)
        #expect(try detection(SampleData.bytes(name)).proposed.keys.filter { $0 != "null_values" }.isEmpty)
    }

    @Test("by itself only a delimiter is taken that must be, and it is told") func safe() throws {
        let layout = try csv().open(MemorySource(Array("a;b\n1;2\n".utf8)), path: "x.csv").layout
        #expect(layout.columns == ["a", "b"])
        #expect(layout.options == ["delimiter": .text(";")])
        #expect(layout.warnings.count == 1)
        #expect(layout.warnings.first?.hasPrefix("x.csv: delimiter: \";\" was detected: it gives 2 fields in 2 of 2 records") == true)
        // What is given is not looked for.
        #expect(try csv(["delimiter": .text(",")]).open(MemorySource(Array("a;b\n1;2\n".utf8)), path: "x").layout.columns == ["a;b"])
        #expect(try csv(["detect": .text("none")]).open(MemorySource(Array("a;b\n1;2\n".utf8)), path: "x").layout.columns == ["a;b"])
        // A text column with the same marks in each row, but none in its name.
        #expect(try csv().open(MemorySource(Array("tags\na;b\nc;d\n".utf8)), path: "x").layout.columns == ["tags"])
        #expect(try csv().open(MemorySource(Array("a b\n1 2\n3 4\n".utf8)), path: "x").layout.columns == ["a b"])
        #expect(
            try csv(["delimiter": .text("auto")]).open(MemorySource(Array("a b\n1 2\n3 4\n".utf8)), path: "x").layout.columns == ["a", "b"])
    }

    @Test("a stream's records are decoded by the detected dialect") func layoutTravels() throws {
        let layout = try csv().open(MemorySource(Array("a||b\n1||2\n".utf8)), path: "x").layout
        let decoder = try FormatRegistry.decoder(FileLayout(serialized: layout.serialized), schema: schema(("b", "int64")))
        let decoded = decoder.decode(
            RawRecords(bytes: Array("5||7".utf8), starts: [0], ends: [4]),
            origin: Origin(.shard(stream: "s", shard: "0"), .dense(first: 0, count: 1)))
        #expect(decoded.batch.columns[0].values == [.integer(7)])
    }

    @Test("Excel's first line is followed without being asked, but not against what is given", arguments: ["utf-8", "utf-16le"])
    func separatorLine(_ encoding: String) throws {
        func bytes(_ text: String) -> [UInt8] {
            encoding == "utf-8"
                ? [0xEF, 0xBB, 0xBF] + Array(text.utf8) : [0xFF, 0xFE] + text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        }
        let text = bytes("sep=;\r\na;b\r\n1;2,5\r\n")
        let read = try read(text, csv())
        #expect(read.schema.names == ["a", "b"])
        #expect(read.rows == [[.integer(1), .string("2,5")]])
        #expect(read.lines == [3])
        #expect(read.layout.warnings.contains { $0.contains("the first line says \"sep=;\"") }, "\(read.layout.warnings)")
        // What the line says holds for its file; what is given holds for all.
        #expect(try SluiceFormatsTests.read(bytes("sep=;\na,b\n1,2\n"), csv(["delimiter": .text(",")])).schema.names == ["a", "b"])
        #expect(try SluiceFormatsTests.read(bytes("sep=;\nx\na;b\n1;2\n"), csv(["skip_lines": .integer(2)])).schema.names == ["a", "b"])
        #expect(try SluiceFormatsTests.read(text, csv(["detect": .text("none"), "delimiter": .text("|")])).schema.names == ["sep=;"])
    }

    @Test(
        "a mark that was given for numbers is no delimiter, unless only that makes a table",
        arguments: [
            ("amount\n1,5\n2,5\n", ["amount"]), ("name;cost, EUR\nx;1,5\ny;2,5\n", ["name", "cost, EUR"]),
            ("a\tb\n1,5\t2,5\n", ["a", "b"]), ("a,b\n\"1,5\",\"2,5\"\n\"0,5\",\"1,0\"\n", ["a", "b"]), ("a|b\n1,5|2\n", ["a", "b"]),
        ])
    func marksInNumbers(_ text: String, _ names: [String]) throws {
        for detect in ["safe", "all"] {
            let result = try read(text, csv(["decimal_mark": .text(","), "detect": .text(detect)]))
            #expect(result.schema.names == names)
            #expect(result.rejects.isEmpty)
            #expect(result.rows.first?.contains { if case .float = $0 { true } else { false } } == true)
        }
        let grouped = try csv(["group_mark": .text(" "), "delimiter": .text("auto")])
        #expect(try read("n\n1 000\n2 500\n", grouped).column("n") == [.integer(1_000), .integer(2_500)])
    }

    @Test("why a column of digits stays text is said, and only then") func codes() throws {
        let text = "id,plz,price,phone,n,x\n1234567890123456,007,007.50,+4930123456,5,+a\n2,012,1.5,+4930123457,-0,7\n,,,,,\n"
        let found = try detection(text).properties.filter { $0.option == "columns" }
        #expect(found.map(\.choice) == ["id", "plz", "price", "phone"].map { .text("\($0): string") })
        let words = ["more than 15 digits", "would lose", "as codes have", "plus sign"]
        for (property, word) in zip(found, words) { #expect(property.reason.contains(word), "\(property.reason)") }
        #expect(try detection(text).proposed.keys.contains("columns") == false)
        // What is said is what happens.
        let types = try read(text, csv()).schema.fields.map(\.type)
        #expect(types == [.string, .string, .string, .string, .int64, .string])
    }

    @Test("any bytes can be looked at") func anyBytes() throws {
        for seed in UInt64(0)..<300 {
            var random = SeededGenerator(seed: seed)
            let bytes = random.bytes(seed % 2 == 0 ? Array(0...255) : Array("a1,;|\t\"'\\\n\r#. :-/\u{E9}".utf8), upTo: 200)
            let found = try detection(bytes)
            #expect(found["encoding"] != nil, "seed \(seed)")
            _ = try? csv(["detect": .text("all")]).open(MemorySource(bytes), path: "x")
        }
    }
}
