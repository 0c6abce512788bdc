import SluiceCore
import SluiceExpressions
import SluicePipelines
import SluiceTestKit
import Testing

@testable import SluiceEngine

@Suite("Aggregation over several parts")
struct AggregateGatheringTests {
    private static let calls = [
        "count(*)", "count(v)", "sum(v)", "avg(v)", "min(v)", "max(v)", "min(t)", "max(t)", "first(t)", "last(v)", "count(DISTINCT v)",
        "count(DISTINCT t)", "sum(DISTINCT v)", "count_if(v > 0)", "sum(f)",
    ]

    /// The same by plain loops over rows.
    private func model(_ rows: [[Value]], keys: Int) -> [String: [Value]] {
        var groups: [String: [[Value]]] = [:]
        for row in rows { groups[Array(row[..<keys]).key, default: []].append(row) }
        if keys == 0, rows.isEmpty { groups[""] = [] }
        return groups.mapValues { rows in
            let numbers = rows.compactMap { if case .integer(let number) = $0[keys] { number } else { nil } }
            let texts = rows.compactMap { if case .string(let text) = $0[keys + 1] { text } else { nil } }
            let floats = rows.compactMap { if case .float(let number) = $0[keys + 2] { number } else { nil } }
            let bytes = texts.map { Array($0.utf8) }
            let ordered = bytes.sorted { $0.lexicographicallyPrecedes($1) }.map { Value.string(String(decoding: $0, as: UTF8.self)) }
            func sum(_ numbers: some Collection<Int64>) -> Value { numbers.isEmpty ? .null : .integer(numbers.reduce(0, +)) }
            return [
                .integer(Int64(rows.count)), .integer(Int64(numbers.count)), sum(numbers),
                numbers.isEmpty ? .null : .float(Double(numbers.reduce(0, +)) / Double(numbers.count)),
                numbers.min().map { .integer($0) } ?? .null, numbers.max().map { .integer($0) } ?? .null,
                ordered.first ?? .null, ordered.last ?? .null, texts.first.map { .string($0) } ?? .null,
                numbers.last.map { .integer($0) } ?? .null, .integer(Int64(Set(numbers).count)), .integer(Int64(Set(bytes).count)),
                sum(Set(numbers)), .integer(Int64(numbers.count { $0 > 0 })),
                floats.isEmpty ? .null : .float(floats.reduce(0, +)),
            ]
        }
    }

    private func aggregation(_ schema: Schema, keys: Int, _ bench: Workbench) throws -> AggregateGathering {
        let groups = try schema.names.prefix(keys).map { try Expression(parsing: $0).bind(to: schema) }
        let aggregates = try Self.calls.map { try AggregateCall(parsing: $0).bind(to: schema) }
        let output = try Schema(
            schema.fields.prefix(keys) + zip(Self.calls.indices, aggregates).map { Field("a\($0)", $1.type) })
        return AggregateGathering(
            AggregateOperation(groups: groups, aggregates: aggregates), outputSchema: output, resources: bench.resources)
    }

    @Test("groups of random types equal a plain model, in memory and on disk", arguments: Rounds.of(16))
    func random(_ seed: Int) throws {
        var generator = Seeded(UInt64(seed))
        let keys = Int.random(in: 0...3, using: &generator)
        let types = RandomValue.plainTypes + (seed % 4 == 0 ? RandomValue.nestedTypes : [])
        var fields = (0..<keys).map { (name: "k\($0)", type: types.randomElement(using: &generator)!) }
        fields += [("v", .int16), ("t", .string), ("f", .float64)]
        let distinct = [3, 40, 400].randomElement(using: &generator)!
        var input = try TestInput(fields, rows: seed % 3 == 0 ? 30 : 6000, distinct: distinct, using: &generator)
        input = try input.withQuarters(of: "f", using: &generator)
        let isTight = seed.isMultiple(of: 2)
        let bench = Workbench(memory: isTight ? 0 : 1 << 30)
        let (rows, rejects) = try aggregation(input.schema, keys: keys, bench)
            .run(input.batches, parts: Int.random(in: 1...4, using: &generator), using: &generator)
        let comment = Comment(rawValue: "seed \(seed), keys \(fields.prefix(keys).map(\.type))")
        let expected = model(input.rows, keys: keys)
        #expect(rejects.isEmpty, comment)
        #expect(rows.count == expected.count, comment)
        for row in rows {
            let wanted = expected[Array(row[..<keys]).key]
            #expect(wanted?.key == Array(row[keys...]).key, comment)
        }
        if !isTight { #expect(bench.spilledBytes == 0, comment) }
        #expect(bench.resources.budget.usedBytes == 0, comment)
    }

    @Test("ten times more groups than memory", arguments: [1, 3])
    func large(_ parts: Int) throws {
        var generator = Seeded(7)
        let limit = 256 << 10
        let bench = Workbench(memory: limit)
        let schema = try Schema([Field("k0", .int64), Field("v", .int16), Field("t", .string), Field("f", .float64)])
        let rows = 40_000
        let batches = try stride(from: 0, to: rows, by: 1000).map { start in
            let numbers = start..<start + 1000
            let keys: [Int64] = numbers.map { Int64($0 * 7919 % 20_011) }
            let small: [Value] = numbers.map { .integer(Int64($0 % 100)) }
            let texts: [String] = numbers.map { "text \($0 % 50)" }
            let floats: [Double] = numbers.map { Double($0) / 4 }
            let columns = [Column.integers(keys), try ColumnBuilder.column(.int16, small), .texts(ByteRows(texts: texts)), .floats(floats)]
            return Batch(schema, columns, rowCount: 1000)
        }
        #expect(batches.reduce(0) { $0 + $1.byteCount } > 4 * limit)
        let (result, rejects) = try aggregation(schema, keys: 1, bench).run(batches, parts: parts, using: &generator)
        let expected = model(batches.flatMap(\.rowValues), keys: 1)
        #expect(rejects.isEmpty && result.count == expected.count)
        for row in result { #expect(expected[row[0].key]?.key == Array(row[1...]).key) }
        #expect(bench.spilledBytes > 10 * limit)
    }

    @Test("few groups come in the order of their first rows, whoever took them")
    func order() throws {
        var generator = Seeded(3)
        let input = try TestInput([("k0", .string), ("v", .int16), ("t", .string), ("f", .float64)], rows: 2000, using: &generator)
        let (rows, _) = try aggregation(input.schema, keys: 1, Workbench()).run(input.batches, parts: 3, using: &generator)
        var seen: Set<String> = []
        #expect(rows.map { $0[0].key } == input.rows.map { $0[0].key }.filter { seen.insert($0).inserted })
    }

    @Test("a sum of floats is the same in every order")
    func floatSums() throws {
        let schema = try Schema([Field("f", .float64)])
        var generator = Seeded(11)
        let numbers = (0..<5000).map { _ in Double.random(in: -1e9...1e9, using: &generator) * 0.1 }
        let batches = stride(from: 0, to: 5000, by: 100).map { Batch(schema, [.floats(Array(numbers[$0..<$0 + 100]))], rowCount: 100) }
        let operation = AggregateOperation(groups: [], aggregates: [try AggregateCall(parsing: "sum(f)").bind(to: schema)])
        let results = try (1...5).map { parts in
            try AggregateGathering(operation, outputSchema: try Schema([Field("s", .float64)]), resources: Workbench().resources)
                .run(batches, parts: parts, using: &generator).rows
        }
        #expect(Set(results).count == 1)
    }

    @Test("a sum that does not fit is a reject at the end")
    func overflow() throws {
        var generator = Seeded(1)
        let schema = try Schema([Field("k", .int8), Field("v", .int64)])
        let columns = [
            try ColumnBuilder.column(.int8, [.integer(1), .integer(2), .integer(1)]), Column.integers([.max, 3, 1]),
        ]
        let operation = AggregateOperation(
            groups: [try Expression(parsing: "k").bind(to: schema)], aggregates: [try AggregateCall(parsing: "sum(v)").bind(to: schema)])
        let output = try Schema([Field("k", .int8), Field("s", .int64)])
        let (rows, rejects) = try AggregateGathering(operation, outputSchema: output, resources: Workbench().resources)
            .run([Batch(schema, columns, rowCount: 3)], parts: 2, using: &generator)
        #expect(rows == [[.integer(2), .integer(3)]])
        #expect(rejects.map(\.error.code) == [.overflow])
    }
}

extension TestInput {
    /// The input with a column of numbers whose sums are exact.
    func withQuarters(of name: String, using generator: inout Seeded) throws -> TestInput {
        let index = try schema.require(name)
        return TestInput(
            schema: schema,
            batches: batches.map { batch in
                var columns = batch.columns
                columns[index] = .floats(
                    (0..<batch.rowCount).map { _ in Double(Int.random(in: -1000...1000, using: &generator)) / 4 },
                    validity: columns[index].validity)
                return Batch(schema, columns, rowCount: batch.rowCount)
            })
    }

    private init(schema: Schema, batches: [Batch]) {
        self.schema = schema
        self.batches = batches
    }
}
