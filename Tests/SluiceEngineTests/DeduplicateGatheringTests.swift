import SluiceCore
import SluicePipelines
import SluiceTestKit
import Testing

@testable import SluiceEngine

@Suite("Deduplication over several parts")
struct DeduplicateGatheringTests {
    @Test("the rows that a plain model keeps, by input order or by columns, in memory and on disk", arguments: Rounds.of(16))
    func random(_ seed: Int) throws {
        var generator = Seeded(UInt64(seed) + 500)
        let types = RandomValue.plainTypes
        var fields = (0..<Int.random(in: 1...2, using: &generator)).map { (name: "k\($0)", type: types.randomElement(using: &generator)!) }
        let keys = Array(fields.indices)
        fields.append(("o", types.randomElement(using: &generator)!))
        fields.append(("x", .list(.int64)))
        let input = try TestInput(fields, rows: 4000, distinct: [3, 60].randomElement(using: &generator)!, using: &generator)
        let keep = seed % 2 == 0 ? KeptDuplicate.first : .last
        let order = seed % 4 < 2 ? [] : [SortKey(column: keys.count, isDescending: Bool.random(using: &generator), nullsFirst: false)]
        let bench = Workbench(memory: seed % 3 == 0 ? 0 : 1 << 30)
        let step = DeduplicateGathering(keys: keys, keep: keep, order: order, schema: input.schema, resources: bench.resources)
        let rows = try step.run(input.batches, parts: Int.random(in: 1...3, using: &generator), using: &generator).rows

        var kept: [String: (place: Int, row: [Value])] = [:]
        for (place, row) in input.rows.enumerated() {
            let key = Array(row[..<keys.count]).key
            if let other = kept[key] {
                var comparison = order.first.map { SortGatheringTests.order(row[$0.column], other.row[$0.column], $0) } ?? 0
                if comparison == 0 { comparison = 1 }
                if (comparison > 0) != (keep == .last) { continue }
            }
            kept[key] = (place, row)
        }
        let expected = kept.values.sorted { $0.place < $1.place }.map(\.row.key)
        let comment = Comment(rawValue: "seed \(seed): \(fields.map(\.type)), keep \(keep), order \(order)")
        if bench.spilledBytes == 0 {
            #expect(rows.map(\.key) == expected, comment)
        } else {
            #expect(rows.map(\.key).sorted() == expected.sorted(), comment)
        }
        #expect(bench.resources.budget.usedBytes == 0, comment)
    }

    @Test("ten times more rows than memory")
    func large() throws {
        var generator = Seeded(9)
        let limit = 256 << 10
        let bench = Workbench(memory: limit)
        let input = try TestInput([("k", .int64), ("t", .string)], rows: 60_000, distinct: 5000, using: &generator)
        #expect(input.batches.reduce(0) { $0 + $1.byteCount } > 2 * limit)
        let step = DeduplicateGathering(keys: [0, 1], keep: .last, schema: input.schema, resources: bench.resources)
        let rows = try step.run(input.batches, parts: 2, using: &generator).rows
        #expect(rows.map(\.key).sorted() == Set(input.rows.map(\.key)).sorted())
        #expect(bench.spilledBytes > 10 * limit)
    }
}
