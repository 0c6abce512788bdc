import SluiceCore
import SluiceExpressions
import SluiceTestKit
import Testing

@testable import SluiceQuality

/// Texts that nobody would write: whatever they are, reading ends in rules or in an error that is placed in the text.
@Suite("hostile rule sets") struct HostileTextTests {
    private static let pieces = [
        "RowCount", "IsComplete", "ColumnValues", "CustomSql", "ReferentialIntegrity", "DatasetMatch", "AggregateMatch", "DataFreshness",
        "Rules", "Analyzers", "Metadata", "=", "[", "]", "{", "}", "(", ")", ",", ":", "->", ">", "<=", "!=", "-", "+", "*", "/", "and",
        "or",
        "not", "in", "between", "matches", "where", "with", "threshold", "labels", "NULL", "EMPTY", "now()", "avg(last(3))", "last()", "0",
        "1.5", "24 hours", "\"id\"", "\"amount > 0\"", "\"\"", "\"a\\\"b\"", "\"customers.{id}\"", "\"id->id\"",
        "\"sum(customers.amount)\"",
        "\"SELECT count(*) FROM primary\"", "\"", "#", "\n", "é", "\u{0}", "\u{202E}", "'", "$", "\\",
    ]

    @Test("random pieces and damaged rules end in rules or in a placed error", arguments: 0..<40)
    func random(_ seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let schema = try orders().schema
        let other = try customers().schema
        for _ in 0..<100 {
            let text =
                Bool.random(using: &generator)
                ? (0..<Int.random(in: 1..<25, using: &generator)).map { _ in Self.pieces.randomElement(using: &generator) ?? "" }
                    .joined(separator: " ")
                : damaged(&generator)
            do throws(ExpressionError) {
                let set = try RuleSet(parsing: text)
                for rule in set.rules { #expect(rule.range.upperBound <= text.unicodeScalars.count) }
                _ = try BoundRuleSet(set, schema: schema, others: ["customers": other], nowMicros: noon)
            } catch {
                let length = text.unicodeScalars.count
                #expect(error.range.lowerBound <= error.range.upperBound && error.range.upperBound <= length, "\(text): \(error)")
                #expect(!error.message.isEmpty && error.caret(in: text).contains("^"), "\(text)")
            }
        }
    }

    /// An example of the reference with some characters taken out, doubled or replaced.
    private func damaged(_ generator: inout SeededGenerator) -> String {
        var scalars = Array((RuleManual.all.randomElement(using: &generator)?.example ?? "").unicodeScalars)
        for _ in 0..<Int.random(in: 1..<4, using: &generator) {
            let place = Int.random(in: 0..<max(1, scalars.count), using: &generator)
            guard scalars.indices.contains(place) else { continue }
            switch Int.random(in: 0..<3, using: &generator) {
            case 0: scalars.remove(at: place)
            case 1: scalars.insert(scalars[place], at: place)
            default: scalars[place] = Array(Self.pieces.randomElement(using: &generator)!.unicodeScalars)[0]
            }
        }
        return String(String.UnicodeScalarView(scalars))
    }
}
