import SluiceCore
import Testing

@testable import SluiceExpressions

/// Texts are compared as numbers where a constant is short; the outcome is that of comparing bytes.
struct ShortTextTests {
    /// Texts that differ in length, in a byte, and only in zeros at the end.
    private static let texts = [
        "", "a", "ab", "b", "abcdefg", "abcdefgh", "abcdefgi", "abcdefghi", "é", "a\u{0}", "a\u{0}\u{0}", "\u{0}", "zzzzzzzz", "x",
    ]

    private static func batch(_ rows: Int) throws -> (Batch, [String?]) {
        let texts = (0..<rows).map { $0 % 7 == 6 ? nil : Self.texts[($0 * 5 + rows) % Self.texts.count] }
        return (try SluiceExpressionsTests.batch(("t", .string, texts.map { $0.map { .string($0) } ?? .null })), texts)
    }

    @Test("equality with every constant, on either side", arguments: [1, 2, 5, 64, 65, 150], texts)
    func equality(_ rows: Int, _ constant: String) throws {
        let (batch, texts) = try Self.batch(rows)
        let expected = texts.map { text -> Value in text.map { .boolean(Array($0.utf8) == Array(constant.utf8)) } ?? .null }
        #expect(try values("t = '\(constant)'", batch) == expected)
        #expect(try values("'\(constant)' = t", batch) == expected)
        #expect(try values("NOT t <> '\(constant)'", batch) == expected)
    }

    @Test("membership among few and many, short and long", arguments: [1, 64, 150], [2, 3, 8, 9, 14])
    func membership(_ rows: Int, _ count: Int) throws {
        let (batch, texts) = try Self.batch(rows)
        let choices = Array(Self.texts.prefix(count))
        let list = choices.map { "'\($0)'" }.joined(separator: ", ")
        let expected = texts.map { text -> Value in
            text.map { text in .boolean(choices.contains { Array($0.utf8) == Array(text.utf8) }) } ?? .null
        }
        #expect(try values("t IN (\(list))", batch) == expected)
    }
}
