import SluiceCore
import SluiceExpressions
import SluiceTestKit
import Testing

@testable import SluiceQuality

@Suite("judging rows") struct EvaluationTests {
    private static let judged: [(String, String, Double)] = [
        ("RowCount = 10", "passed", 10.0), ("RowCount > 10", "failed", 10), ("RowCount between 10 and 20", "failed", 10),
        ("RowCount not between 10 and 20", "passed", 10), ("RowCount in [9, 10]", "passed", 10),
        ("RowCount = 2 * (3 + 2)", "passed", 10),
        ("RowCount = 9 where \"amount IS NOT NULL\"", "passed", 9), ("ColumnCount = 8", "passed", 8),
        ("ColumnExists \"id\"", "passed", 1), ("ColumnExists \"ID\"", "failed", 0),
        ("ColumnNamesMatchPattern \"[a-z]+\"", "passed", 1), ("ColumnNamesMatchPattern \"[a-c]+\"", "failed", 0),
        ("IsComplete \"id\"", "passed", 1), ("IsComplete \"amount\"", "failed", 0.9),
        ("IsComplete \"amount\" where \"id < 10\"", "passed", 1), ("Completeness \"amount\" >= 0.9", "passed", 0.9),
        ("Completeness \"amount\" > 0.9", "failed", 0.9), ("IsUnique \"id\"", "passed", 1), ("IsUnique \"customer\"", "failed", 0.1),
        ("Uniqueness \"amount\" > 0.7", "passed", 7.0 / 9), ("UniqueValueRatio \"customer\" = 0.25", "passed", 0.25),
        ("DistinctValuesCount \"customer\" = 4", "passed", 4), ("DistinctValuesCount \"country\" = 5", "passed", 5),
        ("IsPrimaryKey \"id\"", "passed", 1), ("IsPrimaryKey \"amount\"", "failed", 7.0 / 9),
        ("IsPrimaryKey \"customer\" \"day\"", "passed", 1),
        ("IsUnique \"customer\" \"paid\"", "failed", 0.2), ("ColumnValues \"id\" between 0 and 11", "passed", 1),
        ("ColumnValues \"id\" between 1 and 11", "failed", 0.9), ("ColumnValues \"amount\" > 0", "failed", 0.8),
        ("ColumnValues \"amount\" > 0 with threshold > 0.75", "passed", 0.8), ("ColumnValues \"amount\" != 1.00", "failed", 0.9),
        ("ColumnValues \"amount\" = NULL", "failed", 0.1), ("ColumnValues \"amount\" != NULL", "failed", 0.9),
        ("ColumnValues \"country\" in [\"NO\", \"SE\", \"DK\"]", "failed", 0.7),
        ("ColumnValues \"country\" in [\"NO\", \"SE\", \"DK\", NULL, EMPTY, WHITESPACES_ONLY]", "passed", 1),
        ("ColumnValues \"country\" not in [\"NO\"]", "failed", 0.6), ("ColumnValues \"country\" not in [\"NO\", NULL]", "failed", 0.5),
        ("ColumnValues \"zip\" matches \"[0-9]{4}\"", "failed", 0.9), ("ColumnValues \"zip\" matches \"[0-9]\"", "failed", 0),
        ("ColumnValues \"zip\" not matches \"(?i)12A\"", "failed", 0.9), ("ColumnValues \"day\" > \"2024-02-20\"", "passed", 1),
        ("ColumnValues \"day\" <= now()", "passed", 1), ("ColumnValues \"at\" > (now() - 10 hours)", "passed", 1),
        ("ColumnValues \"paid\" = \"true\"", "failed", 0.9), ("ColumnLength \"zip\" = 4", "failed", 0.9),
        ("ColumnLength \"zip\" between 2 and 5", "passed", 1), ("ColumnLength \"country\" > 0", "failed", 0.8),
        ("ColumnDataType \"id\" = \"LONG\"", "passed", 1), ("ColumnDataType \"zip\" = \"INTEGER\"", "failed", 0.9),
        ("ColumnDataType \"zip\" = \"INTEGER\" with threshold > 0.8", "passed", 0.9),
        ("ColumnDataType \"zip\" != \"INTEGER\"", "failed", 0.1),
        ("ColumnDataType \"zip\" in [\"Date\", \"STRING\"]", "passed", 1), ("ColumnDataType \"paid\" = \"DATE\"", "failed", 0),
        ("Mean \"customer\" = 2.7", "passed", 2.7), ("Sum \"amount\" = 38.5", "passed", 38.5), ("Sum \"id\" = 55", "passed", 55),
        ("StandardDeviation \"id\" < 3", "passed", 8.25.squareRoot()), ("Variance \"id\" = 8.25", "passed", 8.25),
        ("ColumnCorrelation \"id\" \"id\" > 0.999999", "passed", 1), ("Entropy \"paid\" > 0.3", "passed", 0.3250829733914482),
        ("DataFreshness \"at\" <= 9 hours", "passed", 1), ("DataFreshness \"at\" < 9 hours", "failed", 0.9),
        ("DataFreshness \"day\" between 0 hours and 10 days", "passed", 1),
        ("CustomSql \"SELECT count(*) FROM primary WHERE amount > 2.5\" = 5", "passed", 5),
        ("CustomSql \"SELECT sum(amount) / count(amount) FROM primary\" > 4", "passed", 38.5 / 9),
        ("CustomSql \"SELECT id FROM primary WHERE amount > 0\"", "failed", 0.8),
        ("CustomSql \"SELECT id FROM primary WHERE amount > 0\" with threshold >= 0.8", "passed", 0.8),
        ("RowCountMatch \"customers\" > 3", "passed", 10.0 / 3),
        ("ReferentialIntegrity \"customer\" \"customers.id\" = 1", "failed", 0.9),
        ("ReferentialIntegrity \"customer\" \"customers.{id}\" >= 0.9", "passed", 0.9),
        ("DatasetMatch \"customers\" \"id\" \"amount\" >= 0.2", "passed", 0.2),
        ("DatasetMatch \"customers\" \"id\" = 0.2", "passed", 0.2),
        ("DatasetMatch \"customers\" \"customer->id\" \"amount\" = 0.2", "passed", 0.2),
        ("SchemaMatch \"customers\" > 0.6", "passed", 2.0 / 3),
        ("AggregateMatch \"sum(amount)\" \"sum(customers.amount)\" = 11", "passed", 11),
        ("AggregateMatch \"sum(amount)\" \"customers.sum(amount)\" = 11", "passed", 11),
    ]

    @Test("each rule type says what its page says", arguments: judged)
    func rules(_ rule: String, _ state: String, _ value: Double) throws {
        let outcome = try verdict(rule, others: ["customers": customers()]).outcomes[0]
        #expect(outcome.state.rawValue == state, "\(outcome.message ?? "")")
        let found = try #require(outcome.figures.first?.value)
        #expect(abs(found - value) < 1e-9, "\(rule): \(found)")
        #expect((outcome.message == nil) == (state == "passed"))
    }

    @Test("over no rows shares are whole, counts are zero and means have no value")
    func empty() throws {
        let none = try orders().slice(0..<0)
        let states = try verdict(
            "IsComplete \"id\", IsUnique \"id\", ColumnValues \"id\" > 5, RowCount = 0, Mean \"id\" > 0, Sum \"id\" = 0, Entropy \"id\" = 0",
            none
        ).outcomes
        #expect(states.map(\.state) == [.passed, .passed, .passed, .passed, .failed, .failed, .passed])
        #expect(states[4].message == "Mean \"id\" has no value, because no row has one")
    }

    @Test("composed rules are judged by column, or row by row")
    func composition() throws {
        let either = "(ColumnValues \"country\" = \"NO\") or (ColumnValues \"amount\" > 2.49)"
        #expect(try verdict(either).outcomes[0].state == .failed)
        let rows = try verdict(either, composition: .row).outcomes[0]
        #expect(rows.state == .failed && rows.failedRows == 1)
        #expect(try verdict("(ColumnValues \"id\" < 5) or (ColumnValues \"id\" > 4)", composition: .row).outcomes[0].state == .passed)
        #expect(try verdict("(RowCount = 10) and ((IsUnique \"customer\") or (IsComplete \"id\"))").outcomes[0].state == .passed)
        let both = try verdict("(RowCount = 9) and (IsUnique \"customer\")").outcomes[0]
        #expect(both.state == .failed && both.message?.contains("RowCount is 10, and should be = 9; IsUnique") == true)
    }

    @Test("a failed rule says why, with the first rows that fail")
    func examples() throws {
        let outcome = try verdict("ColumnValues \"amount\" > 2.49 where \"paid OR id = 3\"").outcomes[0]
        #expect(outcome.message == "3 of 10 rows do not keep it" && outcome.failedRows == 3)
        #expect(
            outcome.examples.map { "\($0.place ?? "") \($0.values)" } == [
                "in.csv:1 {\"amount\":1.00}", "in.csv:3 {\"amount\":-0.50}", "in.csv:10 {\"amount\":null}",
            ])
    }

    @Test("dynamic rules compare with earlier results, and are skipped while there is none")
    func history() throws {
        let rule = "RowCount > avg(last(3)) * 0.5"
        #expect(try verdict(rule).outcomes[0].state == .skipped)
        #expect(try verdict(rule) { figure, count in figure == "RowCount" && count == 3 ? [10, 20, 24] : [] }.outcomes[0].state == .passed)
        let low = try verdict(rule) { _, _ in [30, 30, 30] }.outcomes[0]
        #expect(low.state == .failed && low.message == "RowCount is 10, and should be > 15")
        #expect(try verdict("RowCount between min(last(2)) - 1 and max(last(2)) + 1") { _, _ in [9, 11] }.outcomes[0].state == .passed)
        #expect(try verdict("RowCount = index(last(5), 2)") { _, count in Array([8, 10, 9].prefix(count)) }.outcomes[0].state == .passed)
        #expect(try verdict("RowCount = median(last(4))") { _, _ in [1, 9, 11, 50] }.outcomes[0].state == .passed)
        #expect(try verdict("RowCount > last()") { _, count in count == 1 ? [9] : [] }.outcomes[0].state == .passed)
        #expect(try verdict("RowCount > std(last(2))") { _, _ in [4, 8] }.outcomes[0].state == .passed)
        #expect(try verdict("RowCount > 1 / (last() - 1)") { _, _ in [1] }.outcomes[0].state == .skipped)
    }

    @Test("analyzers measure without a judgement")
    func analyzers() throws {
        let verdict = try verdict("Rules = [] Analyzers = [ RowCount, Completeness \"amount\", Mean \"id\" ]")
        #expect(verdict.figures.map { "\($0.name) \($0.value)" } == ["RowCount 10.0", "Completeness \"amount\" 0.9", "Mean \"id\" 5.5"])
        #expect(verdict.isPassed && verdict.outcomes.isEmpty)
    }

    @Test("rows whose condition cannot be computed are counted, and do not fulfil it")
    func failures() throws {
        let verdict = try verdict("RowCount = 9 where \"10 / (id - 3) < 100\", ColumnValues \"id\" > 0 where \"1 / (id - 1) > 0\"")
        #expect(verdict.outcomes.map(\.state) == [.passed, .passed] && verdict.failures == 2)
    }
}
