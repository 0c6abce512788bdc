import SluiceCore
import SluiceExpressions
import SluicePipelines
import SluiceTestKit
import Testing

@testable import SluiceEngine

@Suite("Steps over splits")
struct StepTests {
    /// Random rows in random splits; `n` repeats, some values are null.
    static func randomSplits(_ generator: inout some RandomNumberGenerator) -> [[[(Int64?, String?)]]] {
        (0..<Int.random(in: 1...5, using: &generator)).map { _ in
            (0..<Int.random(in: 0...4, using: &generator)).map { _ in
                (0..<Int.random(in: 1...20, using: &generator)).map { _ in
                    let number = Int64.random(in: -3...6, using: &generator)
                    let text = Int.random(in: 0...9, using: &generator)
                    return (number == -3 ? nil : number, text == 0 ? nil : "t\(text)")
                }
            }
        }
    }

    private func json(_ row: (Int64?, String?)) -> String {
        "{\"n\":\(row.0.map { "\($0)" } ?? "null"),\"t\":\(row.1.map { "\"\($0)\"" } ?? "null")}"
    }

    @Test("filter and projection give the same rows whatever the width", arguments: [1, 2, 8])
    func stateless(_ width: Int) async throws {
        let harness = try EngineHarness()
        defer { harness.remove() }
        let splits: [[[(Int64?, String?)]]] = [[[(1, "a"), (nil, "b")], [(3, "c")]], [[(4, nil)]], []]
        let source = try EngineHarness.source(splits)
        let output = try Schema([Field("double", .int64)])
        let rows = try await harness.rows(
            source,
            [
                (.filter(try Expression(parsing: "n > 1").bind(to: source.schema)), source.schema),
                (.project([.expression(try Expression(parsing: "n * 2").bind(to: source.schema))]), output),
            ], width: width)
        #expect(rows.sorted() == ["{\"double\":6}", "{\"double\":8}"])
    }

    @Test("limit takes the first rows in source order", arguments: [0, 1, 3, 5, 100])
    func limit(_ count: Int) async throws {
        let harness = try EngineHarness()
        defer { harness.remove() }
        let splits: [[[(Int64?, String?)]]] = [[[(1, "a"), (2, "b")]], [[(3, "c")], [(4, "d")]], [[(5, "e")]]]
        let source = try EngineHarness.source(splits)
        let rows = try await harness.rows(source, [(.limit(count), source.schema)])
        #expect(rows == splits.joined().joined().prefix(count).map(json))
    }

    @Test("sort, deduplicate and aggregate agree with plain models on random input", arguments: Rounds.of(12))
    func models(_ round: Int) async throws {
        var generator = SystemRandomNumberGenerator()
        let splits = Self.randomSplits(&generator)
        let all = Array(splits.joined().joined())
        let comment = Comment(rawValue: "\(splits)")
        let harness = try EngineHarness()
        defer { harness.remove() }
        let source = try EngineHarness.source(splits)

        let sorted = try await harness.rows(
            source, [(.sort([SortKey(column: 0, isDescending: round.isMultiple(of: 2), nullsFirst: false)]), source.schema)])
        let order = all.enumerated().sorted { a, b in
            guard let x = a.element.0 else { return b.element.0 == nil && a.offset < b.offset }
            guard let y = b.element.0 else { return true }
            return x == y ? a.offset < b.offset : round.isMultiple(of: 2) ? x > y : x < y
        }
        #expect(sorted == order.map { json($0.element) }, comment)

        let first = try await harness.rows(source, [(.deduplicate(keys: [0], keep: .first, order: []), source.schema)])
        var seen: Set<Int64?> = []
        #expect(first == all.filter { seen.insert($0.0).inserted }.map(json), comment)

        let last = try await harness.rows(source, [(.deduplicate(keys: [0], keep: .last, order: []), source.schema)])
        seen = []
        #expect(last == Array(all.reversed().filter { seen.insert($0.0).inserted }.reversed()).map(json), comment)

        let schema = try Schema([Field("t", .string), Field("c", .int64), Field("s", .int64)])
        let operation = AggregateOperation(
            groups: [try Expression(parsing: "t").bind(to: source.schema)],
            aggregates: [
                try AggregateCall(parsing: "count(*)").bind(to: source.schema),
                try AggregateCall(parsing: "sum(n)").bind(to: source.schema),
            ])
        let groups = try await harness.rows(source, [(.aggregate(operation), schema)])
        var keys: [String?] = []
        for row in all where !keys.contains(row.1) { keys.append(row.1) }
        let expected = keys.map { key in
            let members = all.filter { $0.1 == key }
            let numbers = members.compactMap(\.0)
            let sum = numbers.isEmpty ? "null" : "\(numbers.reduce(0, +))"
            return "{\"t\":\(key.map { "\"\($0)\"" } ?? "null"),\"c\":\(members.count),\"s\":\(sum)}"
        }
        #expect(groups == expected, comment)
    }

    @Test("an aggregation without groups gives one row, even over nothing")
    func globalAggregate() async throws {
        let harness = try EngineHarness()
        defer { harness.remove() }
        for splits: [[[(Int64?, String?)]]] in [[], [[]], [[[(1, nil), (2, nil)]], [[(4, nil)]]]] {
            let source = try EngineHarness.source(splits)
            let operation = AggregateOperation(groups: [], aggregates: [try AggregateCall(parsing: "count(*)").bind(to: source.schema)])
            let rows = try await harness.rows(source, [(.aggregate(operation), try Schema([Field("c", .int64)]))])
            #expect(rows == ["{\"c\":\(splits.joined().joined().count)}"])
        }
    }

    @Test("a union gives both inputs' rows, before and behind a step that orders", arguments: [true, false])
    func union(_ behindSort: Bool) async throws {
        let harness = try EngineHarness()
        defer { harness.remove() }
        let source = try EngineHarness.source([[[(2, "a")]], [[(1, "b")]]])
        let other = try EngineHarness.source([[[(0, "c")]]])
        let schema = try Schema([Field("t", .string), Field("m", .int64)])
        let union = LogicalOperation.union(
            UnionOperation(other: EngineHarness.planned(other), inputColumns: [1, nil], otherColumns: [1, 0]))
        let sort = LogicalOperation.sort([SortKey(column: 0, isDescending: false, nullsFirst: false)])
        let steps = behindSort ? [(sort, source.schema), (union, schema)] : [(union, schema), (sort, schema)]
        let rows = try await harness.rows(source, steps)
        let expected =
            behindSort
            ? ["{\"t\":\"b\",\"m\":null}", "{\"t\":\"a\",\"m\":null}", "{\"t\":\"c\",\"m\":0}"]
            : ["{\"t\":\"a\",\"m\":null}", "{\"t\":\"b\",\"m\":null}", "{\"t\":\"c\",\"m\":0}"]
        #expect(rows == expected)
    }
}
