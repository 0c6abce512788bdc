import SluiceCore
import Testing

@testable import SluiceExpressions

struct AggregateTests {
    /// The result of an aggregate over groups, in two batches and two states that are merged.
    private func result(_ text: String, _ table: Batch, _ groups: [Int32], count: Int) throws -> Evaluated {
        let bound = try AggregateCall(parsing: text).bind(to: table.schema)
        func state(_ rows: Range<Int>) -> any AggregateState {
            var state = bound.makeState()
            let part = table.slice(rows)
            state.resize(groups: count)
            state.update(bound.argument?.evaluate(part).column, groups: Array(groups[rows]))
            return state
        }
        let half = table.rowCount / 2
        var merged = state(0..<half)
        merged.resize(groups: count)
        merged.merge(state(half..<table.rowCount), mapping: (0..<Int32(count)).map { $0 })
        let result = merged.finish()
        #expect(result.column.type == bound.type, "\(text)")
        #expect(result.column.count == count, "\(text)")
        return result
    }

    @Test(
        "aggregates by group",
        arguments: [
            ("count(*)", "[3,2,1,0]"), ("count(x)", "[2,2,0,0]"), ("sum(x)", "[4,7,null,null]"), ("avg(x)", "[2.0,3.5,null,null]"),
            ("min(x)", "[1,2,null,null]"), ("max(x)", "[3,5,null,null]"), ("first(x)", "[1,5,null,null]"), ("last(x)", "[3,2,null,null]"),
            ("min(t)", "[\"a\",\"b\",\"c\",null]"), ("max(t)", "[\"b\",\"z\",\"c\",null]"), ("count(DISTINCT t)", "[2,2,1,0]"),
            ("count(distinct x % 2)", "[1,2,0,0]"), ("sum(DISTINCT x % 2)", "[1,1,null,null]"), ("count_if(x > 1)", "[1,2,0,0]"),
            ("SUM(x * 1.5)", "[6.0,10.5,null,null]"), ("sum(d)", "[3.75,2.50,1.25,null]"), ("avg(d)", "[1.25,1.25,1.25,null]"),
            ("max(d)", "[1.25,1.25,1.25,null]"), ("any_value(t)", "[\"a\",\"z\",\"c\",null]"), ("count(DISTINCT d)", "[1,1,1,0]"),
            ("sum(NULL)", "[null,null,null,null]"),
        ])
    func groups(_ text: String, _ expected: String) throws {
        let table = try batch(
            ("x", .int32, [.integer(1), .integer(5), .null, .integer(3), .integer(2), .null]),
            ("t", .string, ["a", "z", "b", "a", "b", "c"].values),
            ("d", .decimal(precision: 5, scale: 2), [Value](repeating: .decimal(125, scale: 2), count: 6)))
        let result = try result(text, table, [0, 1, 0, 0, 1, 2], count: 4)
        #expect(Value.list(result.column.values).json == expected, "\(text)")
        #expect(result.errors.isEmpty)
    }

    @Test("the zero that was there is given back, and -0 comes before 0")
    func zeros() throws {
        let table = try batch(("x", .float64, [.float(-0.0), .float(-0.0), .float(0), .float(-0.0)]))
        for (call, expected) in [("max(x)", [FloatingPointSign.minus, .plus]), ("min(x)", [.minus, .minus])] {
            guard case .float64(let values) = try result(call, table, [0, 0, 1, 1], count: 2).column.storage else {
                Issue.record("\(call) is no float")
                continue
            }
            #expect(values.map(\.sign) == expected && values.allSatisfy { $0 == 0 }, "\(call)")
        }
    }

    @Test("a sum that does not fit fails its group, whatever the order of its rows")
    func overflow() throws {
        let rows: [Value] = [.integer(.max), .integer(1), .integer(-1), .integer(.max), .integer(1), .null]
        let result = try result("sum(x)", try batch(("x", .int64, rows)), [0, 0, 0, 1, 1, 2], count: 3)
        #expect(result.column.values == [.integer(.max), .null, .null])
        #expect(result.errors[1]?.code == .overflow && result.errors.count == 1)
    }

    @Test("an aggregate equals a plain loop, with random groups and nulls")
    func random() throws {
        var generator = Seeded(seed: 77)
        let numbers = (0..<2000).map { _ in
            Int.random(in: 0..<5, using: &generator) == 0 ? Value.null : .integer(Int64.random(in: -50...50, using: &generator))
        }
        let groups = (0..<2000).map { _ in Int32.random(in: 0..<20, using: &generator) }
        let table = try batch(("x", .int64, numbers))
        var sums = [Int64?](repeating: nil, count: 20)
        var sets = [Set<Int64>](repeating: [], count: 20)
        for (value, group) in zip(numbers, groups) {
            guard case .integer(let number) = value else { continue }
            sums[Int(group)] = (sums[Int(group)] ?? 0) + number
            sets[Int(group)].insert(number)
        }
        #expect(try result("sum(x)", table, groups, count: 20).column.values == sums.map { $0.map { .integer($0) } ?? .null }, "seed 77")
        #expect(
            try result("count(DISTINCT x)", table, groups, count: 20).column.values == sets.map { .integer(Int64($0.count)) }, "seed 77")
        #expect(
            try result("max(x)", table, groups, count: 20).column.values == sets.map { $0.max().map { .integer($0) } ?? .null }, "seed 77")
    }

    @Test("merging maps groups")
    func mapping() throws {
        let table = try batch(("x", .int64, [.integer(1), .integer(2)]))
        for (text, expected) in [
            ("sum(x)", "[2,null,1]"), ("count(DISTINCT x)", "[1,0,1]"), ("last(x)", "[2,null,1]"), ("min(x)", "[2,null,1]"),
            ("count(*)", "[1,0,1]"),
        ] {
            let bound = try AggregateCall(parsing: text).bind(to: table.schema)
            var other = bound.makeState()
            other.resize(groups: 2)
            other.update(bound.argument?.evaluate(table).column, groups: [0, 1])
            var state = bound.makeState()
            state.resize(groups: 3)
            state.merge(other, mapping: [2, 0])
            #expect(Value.list(state.finish().column.values).json == expected, "\(text)")
        }
    }

    @Test(
        "a wrong call says why",
        arguments: [
            ("summ(x)", "unknown-function", "sum"), ("sum(t)", "type-error", "CAST"), ("sum(x) + 1", "syntax-error", "next step"),
            ("upper(t)", "unknown-function", "derive"),
            ("x", "syntax-error", ""), ("sum(x", "syntax-error", "not closed"), ("first(DISTINCT x)", "type-error", ""),
            ("sum(*)", "syntax-error", ""),
            ("count_if(x)", "type-error", "<> 0"), ("sum(y)", "unknown-column", "x"),
        ])
    func errors(_ text: String, _ code: String, _ advice: String) throws {
        let schema = try Schema([Field("x", .int64), Field("t", .string)])
        do {
            _ = try AggregateCall(parsing: text).bind(to: schema)
            Issue.record("\(text) is accepted")
        } catch {
            #expect(error.code.name == code, "\(text): \(error.message)")
            #expect((error.remedy ?? "").contains(advice), "\(text): \(error.remedy ?? "")")
        }
    }
}
