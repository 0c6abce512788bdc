import SluiceCore
import SluiceExpressions
import SluiceTestKit
import Testing

@testable import SluiceQuality

@Suite("parts of an evaluation") struct MergeTests {
    /// One of each kind of measure.
    private static let text = """
        RowCount > 0, RowCount > 0 where "amount > 1", IsComplete "amount", IsUnique "customer", IsPrimaryKey "id", Entropy "country" > 0,
        UniqueValueRatio "country" > 0, Mean "amount" > 0, Sum "amount" > 0, StandardDeviation "id" > 0, ColumnCorrelation "id" "amount" > 0,
        ColumnValues "amount" > 3, ReferentialIntegrity "customer" "customers.id" = 1,
        CustomSql "SELECT sum(amount) / count(*) FROM primary WHERE id > 2" > 0
        """

    @Test("however rows are cut, and in whatever order parts are merged, the same comes out", arguments: 0..<20)
    func merged(_ seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let rows = try orders()
        let others = ["customers": try customers()]
        let whole = try verdict(Self.text, rows, others: others)
        let bound = try bind(Self.text, rows.schema, others: others)
        let compared = compared(bound, others)
        var parts = (0..<3).map { _ in bound.makePart(comparingWith: compared) }
        var start = 0
        while start < rows.rowCount {
            let end = min(rows.rowCount, start + Int.random(in: 1...4, using: &generator))
            _ = parts[Int.random(in: 0..<3, using: &generator)].take(rows.slice(start..<end))
            start = end
        }
        var merged = bound.makePart(comparingWith: compared)
        for part in parts.shuffled(using: &generator) { merged.merge(part) }
        let verdict = try bound.verdict(merged) { _, _ in [] }
        #expect(verdict.rowCount == 10)
        for (own, other) in zip(verdict.outcomes, whole.outcomes) {
            #expect(own.state == other.state && own.failedRows == other.failedRows && own.examples == other.examples, "\(own.rule)")
            for (a, b) in zip(own.figures, other.figures) { #expect(abs(a.value - b.value) < 1e-9, "\(own.rule): \(a.value) \(b.value)") }
        }
    }

    @Test("rows that do not keep a rule are found while they are measured")
    func rows() throws {
        let rows = try orders()
        let others = ["customers": try customers()]
        let bound = try bind(
            """
            RowCount > 0, IsComplete "amount", (ColumnValues "id" < 9) or (ColumnValues "country" = "NO"), Completeness "country" > 0.5,
            (IsComplete "amount") and (RowCount > 5), ReferentialIntegrity "customer" "customers.id" > 0.5,
            ColumnValues "amount" > 0 where "country = 'NO'"
            """, rows.schema, others: others)
        #expect(bound.rowRules == [1, 2, 5, 6])
        var part = bound.makePart(comparingWith: compared(bound, others))
        let failed = part.take(rows, judging: bound.rowRules)
        #expect(failed.map(\.rule) == [1, 2, 5, 6])
        #expect(failed.map { $0.failed.setPositions } == [[9], [9], [9], [2]])
    }

    @Test("columns that rules do not read may be left out, unless rules are about the columns")
    func columns() throws {
        let schema = try orders().schema
        #expect(try bind("RowCount > 0", schema).columns == [])
        #expect(try bind("Mean \"id\" > 0 where \"paid\", ColumnValues \"zip\" = \"1\"", schema).columns == [0, 3, 7])
        #expect(try bind("ColumnCount > 0", schema).columns == nil)
    }

    @Test("a tally with more keys than it may hold says nothing, and its rules are in error")
    func overfull() throws {
        var tally = KeyTally(maximum: 5)
        let rows = try orders()
        tally.take([rows.columns[4]], required: 1, rowCount: 10, selection: nil)
        #expect(!tally.isOverfull && tally.distinct == 4)
        tally.take([rows.columns[0]], required: 1, rowCount: 10, selection: nil)
        #expect(tally.isOverfull && tally.distinct == 0)
        var other = KeyTally(maximum: 5)
        other.merge(tally)
        #expect(other.isOverfull)
    }
}
