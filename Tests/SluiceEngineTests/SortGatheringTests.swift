import SluiceCore
import SluicePipelines
import SluiceTestKit
import Testing

@testable import SluiceEngine

@Suite("Sorting over several parts")
struct SortGatheringTests {
    /// Negative, 0 or positive, by a plain look at values.
    static func order(_ a: Value, _ b: Value, _ key: SortKey) -> Int {
        if a.isNull || b.isNull { return a.isNull && b.isNull ? 0 : a.isNull == key.nullsFirst ? -1 : 1 }
        let order: Int
        switch (a, b) {
        case (.float(let x), .float(let y)): order = x.isNaN || y.isNaN ? (x.isNaN ? 1 : 0) - (y.isNaN ? 1 : 0) : x < y ? -1 : x > y ? 1 : 0
        case (.string(let x), .string(let y)): order = bytes(Array(x.utf8), Array(y.utf8))
        case (.binary(let x), .binary(let y)): order = bytes(x, y)
        default:
            let (x, y) = (a.number, b.number)
            order = x < y ? -1 : x > y ? 1 : 0
        }
        return key.isDescending ? -order : order
    }

    private static func bytes(_ a: [UInt8], _ b: [UInt8]) -> Int {
        a.lexicographicallyPrecedes(b) ? -1 : b.lexicographicallyPrecedes(a) ? 1 : 0
    }

    @Test("rows come in the order of a plain stable sort, in memory and on disk, with and without a limit", arguments: Rounds.of(16))
    func random(_ seed: Int) throws {
        var generator = Seeded(UInt64(seed) + 100)
        let count = Int.random(in: 1...3, using: &generator)
        let fields = (0..<count).map { (name: "k\($0)", type: RandomValue.plainTypes.randomElement(using: &generator)!) } + [("x", .int32)]
        let input = try TestInput(fields, rows: 5000, distinct: [3, 50, 3000].randomElement(using: &generator)!, using: &generator)
        let keys = (0..<count).map {
            SortKey(column: $0, isDescending: Bool.random(using: &generator), nullsFirst: Bool.random(using: &generator))
        }
        let limit = seed % 4 == 3 ? Int.random(in: 0...200, using: &generator) : nil
        let bench = Workbench(memory: seed.isMultiple(of: 2) ? 64 << 10 : 1 << 30)
        let sort = SortGathering(keys, schema: input.schema, limit: limit, resources: bench.resources)
        let result = try sort.run(input.batches, parts: Int.random(in: 1...3, using: &generator), using: &generator)
        let expected = input.rows.enumerated().sorted { a, b in
            for (index, key) in keys.enumerated() {
                let order = Self.order(a.element[index], b.element[index], key)
                if order != 0 { return order < 0 }
            }
            return a.offset < b.offset
        }.map(\.element).prefix(limit ?? .max)
        let comment = Comment(rawValue: "seed \(seed): \(fields.map(\.type)), \(keys)")
        #expect(result.rows.map(\.key) == expected.map(\.key), comment)
        if limit == nil { #expect((bench.spilledBytes > 0) == seed.isMultiple(of: 2), comment) }
        #expect(bench.resources.budget.usedBytes == 0, comment)
    }

    @Test("many rows are merged in ranges that follow one another", arguments: [1, 700, 1_000_000])
    func ranges(_ distinct: Int64) throws {
        var generator = Seeded(UInt64(distinct))
        let schema = try Schema([Field("s", .string), Field("n", .int64), Field("row", .int32)])
        let rows = (0..<200_000).map { row in
            (
                text: "text \(Int64.random(in: 0..<distinct, using: &generator) / 10)", number: Int64.random(in: 0...3, using: &generator),
                row
            )
        }
        let batches = stride(from: 0, to: rows.count, by: 8000).map { start in
            let part = rows[start..<start + 8000]
            let columns = [
                Column.texts(ByteRows(texts: part.map(\.text))), .integers(part.map(\.number)),
                Column(.int32, .int32(part.map { Int32($0.2) })),
            ]
            return Batch(schema, columns, rowCount: part.count)
        }
        let bench = Workbench()
        let keys = [0, 1].map { SortKey(column: $0, isDescending: $0 == 1, nullsFirst: false) }
        let sort = SortGathering(keys, schema: schema, resources: bench.resources)
        let result = try sort.run(batches, parts: 3, using: &generator)
        let expected = rows.sorted { a, b in
            a.text == b.text ? a.number == b.number ? a.2 < b.2 : a.number > b.number : a.text.utf8.lexicographicallyPrecedes(b.text.utf8)
        }
        #expect(result.rows.map { $0[2] } == expected.map { .integer(Int64($0.2)) })
        #expect(bench.resources.budget.usedBytes == 0)
    }

    @Test("the first rows of many are found without keeping all")
    func top() throws {
        var generator = Seeded(5)
        let schema = try Schema([Field("n", .int64)])
        let numbers = (0..<200_000).map { _ in Int64.random(in: 0...1_000_000, using: &generator) }
        let batches = stride(from: 0, to: numbers.count, by: 8000).map { start in
            Batch(schema, [.integers(Array(numbers[start..<start + 8000]))], rowCount: 8000)
        }
        let bench = Workbench(memory: 2 << 20)
        let key = SortKey(column: 0, isDescending: true, nullsFirst: false)
        let rows = try SortGathering([key], schema: schema, limit: 10, resources: bench.resources).run(batches, parts: 2, using: &generator)
            .rows
        #expect(rows == numbers.sorted(by: >).prefix(10).map { [.integer($0)] })
        #expect(bench.spilledBytes == 0)
    }
}

extension Value {
    /// A number that orders as the value does.
    fileprivate var number: Int128 {
        switch self {
        case .boolean(let truth): truth ? 1 : 0
        case .integer(let number): Int128(number)
        case .decimal(let unscaled, _): unscaled
        case .date(let days): Int128(days)
        case .timestamp(let micros, _): Int128(micros)
        default: 0
        }
    }
}
