import SluiceCore
import SluiceFormats
import Testing

@Suite("Options of text") struct GrokOptionTests {
    /// The error of a pattern, with its remedy.
    private func failure(_ options: [String: OptionValue]) -> String {
        do throws(SluiceError) {
            _ = try FormatRegistry.format(named: "text", options: options)
            return ""
        } catch {
            #expect(error.code == .invalidOption)
            return error.message + "; " + (error.remedy ?? "")
        }
    }

    @Test(
        "what is wrong with a pattern is said with its place and what to do",
        arguments: [
            ("%{IPORHOTS:client}", "character 3", "did you mean \"IPORHOST\"?"), ("%{INT:a", "character 1", "%{NAME}"),
            ("a(b", "character 2", "parenthesis"), ("(?<=a)b(?<c>d)", "character 3", "look-around"),
            ("(?>a)(?<b>c)", "character 3", "atomic"), (#"(?<a>b)\1"#, "character 9", "no back-references"),
            ("(?<a>b{1001})", "more than 1000", ""), ("(?<a>(?:b{1000}){1000})", "10000 instructions", "repetitions"),
            ("(?:(?:(?:){1000}){1000}){1000}(?<a>b)", "100000 parts", "repetitions"),
            ("%{GREEDYDATA}", "captures nothing", "%{GREEDYDATA:message}"),
            ("%{INT:}", "empty", "%{NAME:column}"), ("%{INT:a:integr}", "unknown type", "did you mean \"integer\"?"),
            ("%{INT:a:list<int>}", "cannot be list<int32>", "captured texts are"),
            ("%{SYSLOGTIMESTAMP:t:timestamp}", "names no year", "type out"),
            ("%{HTTPDATE:t:date}", "cannot be a date", ":timestamp"),
            ("%{INT:a:int} %{WORD:a}", "int64 in one place and string", "one type"),
            ("%{:a}", "no pattern with the name \"\"", ""),
        ])
    func malformed(_ pattern: String, _ message: String, _ remedy: String) {
        let failure = failure(["pattern": .text(pattern)])
        #expect(failure.contains(message), "\(failure)")
        #expect(failure.contains(remedy), "\(failure)")
    }

    @Test("a definition that is wrong is named") func definitions() {
        #expect(
            failure(["pattern": .text("%{A:x}"), "patterns": .texts(["A %{B}", "B b(%{C}", "C c"])]).contains(
                "the pattern B is malformed at character 2"))
        #expect(failure(["pattern": .text("%{A:x}"), "patterns": .texts(["A %{B}", "B %{A}"])]).contains("refers to itself: A > B > A"))
        #expect(failure(["pattern": .text("%{INT:x}"), "patterns": .texts(["A"])]).contains("no definition"))
        #expect(failure(["pattern": .text("%{INT:x}"), "patterns": .texts(["UNUSED %{NOWHERE}"])]).contains("NOWHERE"))
        let doubling = (0..<30).map { "D\($0) %{D\($0 + 1)}%{D\($0 + 1)}" } + ["D30 (?:)"]
        #expect(failure(["pattern": .text("%{D0}(?<a>b)"), "patterns": .texts(doubling)]).contains("characters together"))
    }

    @Test("the limits hold, and what is at them works") func limits() throws {
        let (nesting, groups) = (128, 256)
        let nested = { (count: Int) in String(repeating: "(?:", count: count) + "(?<a>b)" + String(repeating: ")", count: count) }
        #expect(failure(["pattern": .text(nested(nesting - 2))]) == "")
        #expect(failure(["pattern": .text(nested(nesting - 1))]).contains("nested deeper"))
        #expect(failure(["pattern": .text(nested(100_000))]).contains("bytes"))
        let captures = { (count: Int) in (0..<count).map { "(?<c\($0)>x)" }.joined() }
        #expect(failure(["pattern": .text(captures(groups))]) == "")
        #expect(failure(["pattern": .text(captures(groups + 1))]).contains("more than 256 groups"))
        let some = { (count: Int) in (0..<count).map { "%{INT:c\($0)}" } }
        #expect(failure(["pattern": .texts(some(GrokLimits.patterns))]) == "")
        #expect(failure(["pattern": .texts(some(GrokLimits.patterns + 1))]).contains("101 patterns"))
        let long = { (count: Int) in "(?<a>" + String(repeating: "x?", count: (count - 6) / 2) + ")" }
        #expect(failure(["pattern": .text(long(9_000))]) == "")
        #expect(failure(["pattern": .text(long(GrokLimits.patternBytes + 2))]).contains("over 65536 bytes"))
        let definitions = { (count: Int) in (0..<count).map { "N\($0) a" } }
        #expect(failure(["pattern": .text("%{N0:a}"), "patterns": .texts(definitions(GrokLimits.definitions))]) == "")
        #expect(
            failure(["pattern": .text("%{N0:a}"), "patterns": .texts(definitions(GrokLimits.definitions + 1))]).contains(
                "1001 own patterns"))
    }

    @Test("captures have the types that they say") func types() throws {
        let line = "5 2.50 true 2024-03-01 2024-03-01T10:00:00 7 1.25 x"
        let result = try readText(
            line,
            [
                "pattern": .text(
                    "%{INT:a:int} %{NUMBER:b:float} %{WORD:c:boolean} %{NOTSPACE:d:date} %{TIMESTAMP_ISO8601:e:timestamp} %{INT:f:int16} "
                        + "%{NUMBER:[g][h]:decimal(5,2)} %{WORD:i}")
            ])
        #expect(
            result.schema.fields.map(\.type.description) == [
                "int64", "float64", "boolean", "date", "timestamp", "int16", "decimal(5,2)", "string",
            ])
        #expect(result.schema.names == ["a", "b", "c", "d", "e", "f", "g.h", "i"])
        let expected: [Value] = [
            .integer(5), .float(2.5), .boolean(true), .date(19_783), .timestamp(1_709_287_200_000_000, zoned: false), .integer(7),
            .decimal(125, scale: 2), .string("x"),
        ]
        #expect(result.rows == [expected])
    }

    @Test("times are read as the library's pattern or an option says") func times() throws {
        func time(_ line: String, _ pattern: String, _ options: [String: OptionValue] = [:]) throws -> [Value] {
            try readText(line, options.merging(["pattern": .text(pattern)]) { $1 }).column("t")
        }
        #expect(try time("[10/Oct/2000:13:55:36 -0700]", "%{HTTPDATE:t:timestamp}") == [.timestamp(971_211_336_000_000, zoned: true)])
        #expect(try time("2024-03-01 10:00:48,5", "%{TIMESTAMP_ISO8601:t:timestamp}") == [.timestamp(1_709_287_248_500_000, zoned: false)])
        #expect(
            try time("2024-03-01T10:00:48+01:00", "%{TIMESTAMP_ISO8601:t:timestamptz}") == [.timestamp(1_709_283_648_000_000, zoned: true)])
        #expect(
            try time("[Wed Oct 11 14:32:52 2000]", "%{HTTPDERROR_DATE:t:timestamp}") == [.timestamp(971_274_772_000_000, zoned: false)])
        #expect(
            try time("1.3.2024 10:00", "(?<t>.*)", ["timestamp_pattern": .text("%d.%m.%Y %H:%M")]) == [.string("1.3.2024 10:00")])
        #expect(
            try time(
                "1.3.2024 10:00", "%{GREEDYDATA:t:timestamp}", ["timestamp_pattern": .text("%d.%m.%Y %H:%M")])
                == [.timestamp(1_709_287_200_000_000, zoned: false)])
        // A name that only stands for another one has its times.
        #expect(
            try time("10/Oct/2000:13:55:36 -0700", "%{WHEN:t:timestamp}", ["patterns": .texts(["WHEN %{HTTPDATE}"])])
                == [.timestamp(971_211_336_000_000, zoned: true)])
    }

    @Test("null texts are an option") func nullTexts() throws {
        func row(_ options: [String: OptionValue]) throws -> [String?]? {
            let pattern = OptionValue.text("%{NOTSPACE:a} %{NOTSPACE:b} %{NOTSPACE:c}")
            let rows = try readText("- NA x", options.merging(["pattern": pattern]) { $1 }).rows
            return rows.first?.map { if case .string(let text) = $0 { text } else { nil } }
        }
        #expect(try row([:]) == [nil, "NA", "x"])
        #expect(try row(["null_texts": .texts(["NA", "x"])]) == ["-", nil, nil])
        #expect(try row(["null_texts": .texts([])]) == ["-", "NA", "x"])
    }

    @Test("flags, classes and escapes of other programs' patterns") func syntax() throws {
        let result = try readText(
            "ABC é;\u{1B}[0m x", ["pattern": .text(#"(?<a>(?i:abc)) (?<b>[é[:punct:]]+)\e\[0m (?<c>\x78)\z"#)])
        #expect(result.rejects.map(\.error.message) == [])
        #expect(result.rows == [[.string("ABC"), .string("é;"), .string("x")]])
    }
}
