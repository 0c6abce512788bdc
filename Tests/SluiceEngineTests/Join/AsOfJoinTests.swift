import SluiceCore
import SluiceExpressions
import SluicePipelines
import Testing

@testable import SluiceEngine

@Suite("As-of joins give what a plain model gives")
struct AsOfJoinTests {
    private static let seed = UInt64.random(in: .min ... .max)

    private static let pointTypes: [DataType] = [
        .int8, .int32, .int64, .float32, .float64, .decimal(precision: 30, scale: 2), .date, .timestamp(zoned: true),
    ]
    private static let kinds: [JoinKind] = [.inner, .left, .semi, .anti]

    /// The number behind a value; nil for none. Whole numbers are exact, and so are the quarters that floats are.
    private static func number(_ value: Value) -> Int128? {
        switch value {
        case .integer(let number), .timestamp(let number, _): Int128(number)
        case .date(let days): Int128(days)
        case .decimal(let unscaled, _): unscaled
        case .float(let number): number.isNaN ? nil : number.isInfinite ? (number < 0 ? -farthest : farthest) : Int128(number * 4)
        default: nil
        }
    }

    private static let farthest = Int128(1) << 120

    /// The row of the table that belongs to a row of the input: all of its key are looked at, in the table's order.
    private func match(
        _ row: [Value], _ tableRows: [[Value]], _ byKey: [String: [Int]], _ test: JoinCase, _ asOf: AsOfMatch
    ) -> Int? {
        guard !test.hasNull(row), let point = Self.number(row[asOf.inputColumn]) else { return nil }
        let limit: Int128? =
            switch asOf.tolerance {
            case .whole(let distance): distance
            case .fraction(let distance): Int128(distance * 4)
            case nil: nil
            }
        var best: (index: Int, point: Int128)?
        for index in byKey[test.key(row)] ?? [] {
            guard let place = Self.number(tableRows[index][asOf.tableColumn]) else { continue }
            let distance = abs(place - point)
            if asOf.direction == .backward, place > point { continue }
            if asOf.direction == .forward, place < point { continue }
            if let limit, distance > limit { continue }
            guard let held = best else {
                best = (index, place)
                continue
            }
            let heldDistance = abs(held.point - point)
            let isBetter =
                if place == held.point {
                    asOf.direction == .backward || (asOf.direction == .nearest && place <= point)
                } else {
                    distance < heldDistance || (distance == heldDistance && place < held.point)
                }
            if isBetter { best = (index, place) }
        }
        return best?.index
    }

    private func model(_ test: JoinCase, _ kind: JoinKind, _ asOf: AsOfMatch) -> [[Value]] {
        let tableRows = test.table.flatMap(\.rowValues)
        var byKey: [String: [Int]] = [:]
        for (index, row) in tableRows.enumerated() where !test.hasNull(row) { byKey[test.key(row), default: []].append(index) }
        return test.input.flatMap(\.rowValues).compactMap { row -> [Value]? in
            let found = match(row, tableRows, byKey, test, asOf)
            switch kind {
            case .semi: return found == nil ? nil : row
            case .anti: return found == nil ? row : nil
            case .left: return row + (found.map { tableRows[$0] } ?? [Value](repeating: .null, count: row.count))
            default: return found.map { row + tableRows[$0] }
            }
        }
    }

    private func check(
        _ test: JoinCase, _ kind: JoinKind, _ asOf: AsOfMatch, memory: Int = 1 << 30, workers: Int, _ generator: inout Seeded,
        _ comment: Comment
    ) throws {
        let bench = Workbench(memory: memory)
        let rows = try test.run(kind, asOf: asOf, bench.resources, workers: workers, using: &generator).map(\.key)
        let wanted = model(test, kind, asOf).map(\.key)
        if memory == 1 << 30, workers == 1 {
            #expect(difference(rows, wanted) == nil, comment)
        } else {
            #expect(difference(rows.sorted(), wanted.sorted()) == nil, comment)
        }
        #expect((bench.spilledBytes > 0) == (memory < 1 << 30), comment)
        #expect(bench.resources.budget.usedBytes == 0, comment)
    }

    private func tolerance(_ type: DataType, _ generator: inout Seeded) -> AsOfMatch.Tolerance? {
        if Bool.random(using: &generator) { return nil }
        let distance = Int.random(in: 0...60, using: &generator)
        return switch type {
        case .float32, .float64: .fraction(Double(distance) / 4)
        default: .whole(Int128(distance))
        }
    }

    @Test("all directions, with ties, nulls, NaNs and tolerance", arguments: pointTypes.indices, AsOfMatch.Direction.allCases)
    func types(_ index: Int, _ direction: AsOfMatch.Direction) throws {
        let seed = Self.seed &+ UInt64(index)
        var generator = Seeded(seed)
        let type = Self.pointTypes[index]
        for round in 0..<4 {
            let keys = round == 3 ? [] : [0]
            let test = try JoinCase(
                [("k", .string), ("point", type), ("number", .int64)], keys: keys, inputRows: round == 0 ? 0 : 100,
                tableRows: round == 1 ? 0 : 120, distinct: 40, using: &generator)
            let asOf = AsOfMatch(inputColumn: 1, tableColumn: 1, direction: direction, tolerance: tolerance(type, &generator))
            for kind in Self.kinds {
                let comment = Comment(rawValue: "seed \(seed), round \(round), \(kind), \(asOf)")
                try check(test, kind, asOf, workers: 1, &generator, comment)
                try check(test, kind, asOf, workers: 3, &generator, comment)
            }
        }
    }

    @Test("a table of ten times the memory goes to disk, also when it has few keys", arguments: [2, 600], AsOfMatch.Direction.allCases)
    func spilled(_ distinct: Int, _ direction: AsOfMatch.Direction) throws {
        var generator = Seeded(Self.seed)
        let schema = try Schema([Field("k", .int64), Field("point", .timestamp(zoned: true)), Field("text", .string)])
        func batch(_ rows: Int, _ generator: inout Seeded) throws -> Batch {
            let keys = (0..<rows).map { _ in Int64.random(in: 0..<Int64(distinct), using: &generator) }
            let points = (0..<rows).map { _ in Int64.random(in: 0...500, using: &generator) }
            let columns = [
                Column.integers(keys),
                try ColumnBuilder.column(
                    .timestamp(zoned: true), points.map { $0 == 0 ? .null : .timestamp($0, zoned: true) }),
                try ColumnBuilder.column(.string, (0..<rows).map { .string("\($0) " + String(repeating: "y", count: 150)) }),
            ]
            return Batch(schema, columns, rowCount: rows)
        }
        let test = JoinCase(
            schema: schema, input: JoinCase.cut(try batch(300, &generator), using: &generator),
            table: JoinCase.cut(try batch(3_000, &generator), using: &generator), keys: [0])
        let asOf = AsOfMatch(inputColumn: 1, tableColumn: 1, direction: direction, tolerance: .whole(3))
        for kind in Self.kinds {
            try check(test, kind, asOf, memory: 1 << 16, workers: 2, &generator, "seed \(Self.seed), \(kind)")
        }
    }
}
