import SluiceCore
import SluiceStorage
import Testing

@Suite("Glob") struct GlobTests {
    @Test(
        "matches",
        arguments: [
            ("*.csv", "a.csv"), ("?.csv", "é.csv"), ("[a-c]x", "bx"), ("[!a-c]x", "dx"), ("[]]x", "]x"), ("a{b,c{d,e}}", "ace"),
            ("a{,b}", "a"), ("**/x", "x"), ("**/x", "a/b/x"), ("a/**", "a/b/c"), ("a/**/b/**/c", "a/1/b/2/3/c"), ("a\\*b", "a*b"),
            ("*a*b*", "xxaxxbxx"), ("\\{x\\}", "{x}"), ("month=0[1-3]/*", "month=02/x"), ("a\nb*", "a\nb c"), ("**/**/x", "q/x"),
            ("[a-]", "-"),
        ]) func matches(_ pattern: String, _ name: String) throws
    { #expect(try Glob(pattern).matches(name)) }

    @Test(
        "does not match",
        arguments: [
            ("*.csv", "a/b.csv"), ("*", ".hidden"), ("**", "a/.b/c"), ("?x", "_x"), ("[!a]x", ".x"), ("a/**", "a"), ("a/*/b", "a/b"),
            ("[a-c]", "d"), ("a", "A"), ("{a,b}", "c"),
        ]) func rejects(_ pattern: String, _ name: String) throws
    { #expect(try !Glob(pattern).matches(name)) }

    @Test("malformed patterns are errors with a remedy", arguments: ["[a", "{a,b", "[z-a]", "a//b", "/a", "../*"])
    func malformed(_ pattern: String) throws {
        let error = #expect(throws: SluiceError.self) { try Glob(pattern) }
        #expect(error?.code == .invalidArgument)
        #expect(error?.remedy != nil)
    }

    @Test("braces are bounded") func braces() throws {
        #expect(throws: Never.self) { try Glob(String(repeating: "{a,b}", count: 10)) }
        #expect(throws: SluiceError.self) { try Glob(String(repeating: "{a,b}", count: 11)) }
    }

    @Test("a pattern of many stars takes no exponential time") func stars() throws {
        #expect(
            try !Glob(String(repeating: "*a", count: 50)).matches(String(repeating: "a", count: 49) + String(repeating: "b", count: 2000)))
    }

    @Test("isLiteral") func literal() throws {
        #expect(try Glob("a/b.csv").isLiteral)
        #expect(try !Glob("a/*.csv").isLiteral)
        #expect(try !Glob("{a,b}").isLiteral)
    }
}
