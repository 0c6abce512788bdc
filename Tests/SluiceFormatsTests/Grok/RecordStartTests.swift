import SluiceCore
import SluiceFormats
import Testing

@Suite("Records of several lines") struct RecordStartTests {
    private static let java = """
        2024-03-01 10:00:48,123 INFO  [main] com.example.Main - started
        2024-03-01 10:00:49,001 ERROR [worker-1] com.example.Job - failed
        java.lang.IllegalStateException: no such thing
        \tat com.example.Job.run(Job.java:42)
        \tat java.base/java.lang.Thread.run(Thread.java:1583)
        Caused by: java.io.IOException: gone

        \t... 2 more
        2024-03-01 10:00:50,777 WARN  [main] com.example.Main - odd

        """

    @Test("a stack trace belongs to the record before it", arguments: ["\n", "\r\n"]) func stackTrace(_ lineEnd: String) throws {
        let result = try readText(
            Self.java.replacing("\n", with: lineEnd),
            ["pattern": .text("%{JAVALOG}"), "record_start": .text("%{TIMESTAMP_ISO8601}")])
        #expect(result.rejects.isEmpty)
        #expect(result.lines == [1, 2, 9])
        #expect(result.column("level") == [.string("INFO"), .string("ERROR"), .string("WARN")])
        #expect(result.column("class") == [.string("com.example.Main"), .string("com.example.Job"), .string("com.example.Main")])
        #expect(result.column("timestamp").first == .timestamp(1_709_287_248_123_000, zoned: false))
        guard case .string(let message)? = result.column("message").dropFirst().first else { return }
        #expect(message.hasPrefix("failed\(lineEnd)java.lang.IllegalStateException"))
        #expect(message.hasSuffix("\t... 2 more"))
    }

    @Test("without a pattern the whole record is one column; what stands before the first start is a record, too") func whole() throws {
        let result = try readText("tail of\nsomething\n> a\n b\n> c", ["record_start": .text("> ")])
        #expect(result.column("line") == [.string("tail of\nsomething"), .string("> a\n b"), .string("> c")])
        #expect(result.lines == [1, 3, 5])
    }

    @Test("a pattern that every line matches is refused") func everyLine() throws {
        for pattern in ["", "%{GREEDYDATA}", ".*"] {
            #expect(throws: SluiceError.self) { try text(["record_start": .text(pattern)]) }
        }
    }

    @Test("random files fall into the records that a simple reader finds") func random() throws {
        for seed in UInt64(0)..<60 {
            var random = SeededGenerator(seed: seed)
            let lines = (0..<Int.random(in: 0...40, using: &random)).map { _ in
                ["", "x", "> y", ">", "  > z", String(repeating: "w", count: 3_000)].randomElement(using: &random)!
            }
            var content = lines.joined(separator: "\n")
            if Bool.random(using: &random) { content += "\n" }
            var expected: [String] = []
            var plain = content.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            if plain.last == "" { plain.removeLast() }
            for line in plain {
                if line.hasPrefix(">") || expected.isEmpty { expected.append(line) } else { expected[expected.count - 1] += "\n" + line }
            }
            let result = try readText(content, ["record_start": .text(">")])
            #expect(result.column("line") == expected.map { .string($0) }, "seed \(seed)")
        }
    }

    @Test("a file over many chunks") func chunks() throws {
        let content = (0..<60_000).map { "\($0 % 7 == 0 ? "> " : "  ")line \($0)\n" }.joined()
        let result = try readText(content, ["record_start": .text("> ")])
        #expect(result.rows.count == (60_000 + 6) / 7)
        let firstLines = stride(from: Int64(1), through: 60_000, by: 7)
        #expect(result.lines == Array(firstLines))
        #expect(result.column("line").last == .string("> line 59997\n  line 59998\n  line 59999"))
    }

    @Test("a record over the limit is one reject, of one long line or of many, and the records around it are read", arguments: [1, 1_000])
    func tooLarge(_ lineBytes: Int) throws {
        let format = try text(["record_start": .text("> ")])
        let count = 40_000_000
        let middle: [(String, Int)] =
            lineBytes == 1 ? [("x", count)] : [(String(repeating: "y", count: lineBytes - 1) + "\n", count / lineBytes)]
        var framer = try format.open(RepeatingSource([("> a\n  b\n> c", 1)] + middle + [("\n> d\n", 1)]), path: "big")
        let decoder = try format.decoder(framer.layout, schema: schema(("line", "string")), missing: .error)
        var values: [Value] = []
        var rejects: [Reject] = []
        while let framed = try framer.next() {
            #expect(framed.records.bytes.count <= 3 * CoreLimits.recordBytes + 2 * CoreLimits.batchBytes, "the buffer is bounded")
            rejects += framed.rejects
            values += decoder.decode(framed).batch.columns[0].values
        }
        #expect(values == [.string("> a\n  b"), .string("> d")])
        #expect(rejects.map(\.error.code) == [.recordTooLarge])
        #expect(rejects.first?.location?.description == "big:3")
    }

    @Test("a record of exactly the limit is read, one byte more is not", arguments: [0, 1]) func atLimit(_ excess: Int) throws {
        let format = try text(["record_start": .text("> ")])
        let source = RepeatingSource([("> ", 1), ("x", CoreLimits.recordBytes - 4 + excess), ("\ny\n> b\n", 1)])
        var framer = try format.open(source, path: "big")
        var (count, rejects) = (0, 0)
        while let framed = try framer.next() { (count, rejects) = (count + framed.count, rejects + framed.rejects.count) }
        #expect(count == 2 - excess)
        #expect(rejects == excess)
    }
}
