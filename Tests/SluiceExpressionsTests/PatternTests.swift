import SluiceCore
import SluicePatterns
import Testing

@testable import SluiceExpressions

struct PatternTests {
    private static func groups(_ pattern: String, _ text: String) throws -> [String?]? {
        let compiled = try Pattern(pattern)
        var matcher = Matcher(compiled)
        var copy = text
        return copy.withUTF8 { bytes in
            guard let match = matcher.firstMatch(in: bytes, from: 0) else { return nil }
            let isFound = matcher.matches(bytes)
            #expect(isFound)
            return (0...compiled.groupCount).map { match.group($0).map { TextKernels.string(TextKernels.part(bytes, $0)) } }
        }
    }

    @Test(
        "a pattern finds what a backtracking engine finds first",
        arguments: [
            ("a", "cat", ["a"]), ("a|ab", "abc", ["a"]), ("ab|a", "abc", ["ab"]), ("a*", "baa", [""]), ("a+", "baa", ["aa"]),
            ("a+?", "baa", ["a"]),
            ("(a+)(b*)", "aabb", ["aabb", "aa", "bb"]), ("(a|b)*c", "ababc", ["ababc", "b"]), ("^b", "ab", nil), ("b$", "ab", ["b"]),
            ("x{2,3}", "xxxx", ["xxx"]), ("x{2,3}?", "xxxx", ["xx"]), ("x{2}", "x", nil), ("x{,2}", "x{,2}", ["x{,2}"]),
            ("[^0-9]+", "12ab3", ["ab"]),
            ("[]a]+", "a]", ["a]"]), ("[a-]+", "-a", ["-a"]), (#"\bcat\b"#, "concat cat", ["cat"]), (#"\Bcat"#, "concat", ["cat"]),
            ("(?i)É+", "éÉ", ["éÉ"]),
            (".+", "a\nb", ["a"]), ("(?s).+", "a\nb", ["a\nb"]), ("(?m)^b$", "a\nb\nc", ["b"]), ("(?:a)(b)?", "ac", ["a", nil]),
            ("", "abc", [""]),
            ("ß.", "straße", ["ße"]), (#"[\d.]+"#, "v1.2", ["1.2"]), ("(a*)*", "aab", ["aa", ""]), ("(|a)+", "aaa", ["", ""]),
            ("a{0}b", "ab", ["b"]),
            ("[α-ω]+", "xαβγ", ["αβγ"]), (#"\.\*\\"#, #"a.*\b"#, [#".*\"#]), ("(?i)[a-f]+", "xDEAD", ["DEAD"]), ("a.c", "a😀c", ["a😀c"]),
        ] as [(String, String, [String?]?)])
    func finds(_ pattern: String, _ text: String, _ expected: [String?]?) throws {
        let found = try Self.groups(pattern, text)
        // How often an empty repetition sets its group differs between engines; only the whole match is fixed.
        #expect(
            pattern.hasPrefix("(a*)*") || pattern.hasPrefix("(|a)") ? found?[0] == expected?[0] : found == expected,
            "\(pattern) in \(text): \(String(describing: found))")
    }

    @Test(
        "a malformed pattern is refused",
        arguments: [
            "(", ")", "[a", "a**", "*a", "a{3,2}", "a{1001}", "(?=a)", "(?<n", "\\", "\\q", "\\1", "[b-a]", "[[:alpha:]]",
            "((a{100}){100}){100}", "(?x)a",
        ])
    func malformed(_ pattern: String) {
        #expect(throws: PatternError.self) { try Pattern(pattern) }
    }

    @Test("hostile patterns take linear time")
    func linear() throws {
        let text = String(repeating: "a", count: 5000)
        #expect(try Self.groups("(a*)*b", text) == nil)
        #expect(try Self.groups("(a|aa)+$", text + "!") == nil)
        #expect(try Self.groups("(x+x+)+y", String(repeating: "x", count: 5000)) == nil)
        #expect(try value("'\(text)' LIKE '\(String(repeating: "%a", count: 200))b'") == .boolean(false))
        #expect(try value("'\(text)' LIKE '\(String(repeating: "a%", count: 200))'") == .boolean(true))
    }

    @Test(
        "LIKE",
        arguments: [
            ("'abc' LIKE 'abc'", true), ("'abc' LIKE 'a%'", true), ("'abc' LIKE '%c'", true), ("'abc' LIKE '%b%'", true),
            ("'abc' LIKE 'a_c'", true),
            ("'abc' LIKE 'A%'", false), ("'abc' ILIKE 'A%'", true), ("'ÄRGER' ILIKE 'är%'", true), ("'äbc' LIKE '_bc'", true),
            ("'' LIKE '%'", true),
            ("'' LIKE ''", true), ("'' LIKE '_'", false), ("'a%c' LIKE 'a!%c' ESCAPE '!'", true), ("'abc' LIKE 'a!%c' ESCAPE '!'", false),
            ("'a!c' LIKE 'a!!c' ESCAPE '!'", true), ("'abcabd' LIKE '%ab_'", true), ("'abcabd' LIKE '%b%a%d'", true),
            ("'abc' LIKE '%%%'", true),
            ("'abc' NOT LIKE 'b%'", true), ("'a_c' LIKE 'a\\_c' ESCAPE '\\'", true), ("'aXbc' LIKE 'a%X%X%c'", false),
            ("'aXbXXc' LIKE 'a%X%X%c'", true),
        ])
    func like(_ text: String, _ expected: Bool) throws { #expect(try value(text) == .boolean(expected), "\(text)") }

    @Test("LIKE with patterns from a column")
    func likeColumn() throws {
        let table = try batch(("t", .string, ["ab", "ab", "ab", nil].values), ("p", .string, ["a%", "%a", "a!", "x"].values))
        let result = try evaluated("t LIKE p ESCAPE '!'", table)
        #expect(result.column.values == [.boolean(true), .boolean(false), .null, .null])
        #expect(result.errors[2]?.code == .invalidArgument && result.errors.count == 1)
        #expect(failure("'a' LIKE 'a!' ESCAPE '!'")?.code == .typeError)
        #expect(failure("'a' LIKE 'a' ESCAPE '!!'")?.code == .typeError)
    }
}

extension [String?] {
    /// The texts as values.
    var values: [Value] { map { $0.map { .string($0) } ?? .null } }
}
