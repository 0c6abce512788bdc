import SluiceCore
import SluiceParquet
import SluiceTestKit
import Testing

/// Skipping must never lose a row: what a reader gives with bounds is what it gives without them.
@Suite("Parquet reading: skipping")
struct ReadingSkippingTests {
    static let names = ["skipping-index", "skipping-bloom", "skipping-dictionary"]

    /// Compares one column with constants, as the expression language does: NaN equals itself and is the greatest number.
    struct Comparison: RowCondition {
        let bound: ColumnBound
        var columns: [String] { [bound.column] }
        var bounds: [ColumnBound] { givesBounds ? [bound] : [] }
        var givesBounds = true

        func kept(of batch: Batch) -> Bitmap {
            guard let column = batch[bound.column] else { return Bitmap(repeating: false, count: batch.rowCount) }
            return Bitmap((0..<batch.rowCount).map { holds(column[$0]) })
        }

        private func holds(_ value: Value) -> Bool {
            switch bound.relation {
            case .isNull: value.isNull
            case .isNotNull: !value.isNull
            case _ where value.isNull: false
            case .isIn(let others): others.contains { Self.order(value, $0) == 0 }
            case .less(let other): Self.order(value, other) < 0
            case .lessOrEqual(let other): Self.order(value, other) <= 0
            case .greater(let other): Self.order(value, other) > 0
            case .greaterOrEqual(let other): Self.order(value, other) >= 0
            }
        }

        private static func order(_ a: Value, _ b: Value) -> Int {
            switch (a, b) {
            case (.integer(let a), .integer(let b)): a < b ? -1 : a > b ? 1 : 0
            case (.float(let a), .float(let b)):
                a.isNaN || b.isNaN ? (a.isNaN ? 1 : 0) - (b.isNaN ? 1 : 0) : a < b ? -1 : a > b ? 1 : 0
            case (.decimal(let a, _), .decimal(let b, _)): a < b ? -1 : a > b ? 1 : 0
            case (.date(let a), .date(let b)): a < b ? -1 : a > b ? 1 : 0
            case (.timestamp(let a, _), .timestamp(let b, _)): a < b ? -1 : a > b ? 1 : 0
            case (.boolean(let a), .boolean(let b)): (a ? 1 : 0) - (b ? 1 : 0)
            case (.string(let a), .string(let b)):
                a.utf8.elementsEqual(b.utf8) ? 0 : a.utf8.lexicographicallyPrecedes(b.utf8) ? -1 : 1
            default: 2
            }
        }
    }

    /// Rows that a condition keeps, and how many rows were not read.
    static func read(_ file: ParquetFile, _ condition: Comparison, batchRows: Int) throws -> (rows: [String], skipped: Int64) {
        var rows: [String] = []
        var skipped: Int64 = 0
        for group in 0..<file.rowGroupCount {
            let reader = try RowGroupReader(file, rowGroup: group, columns: file.schema.names, condition: condition, batchRows: batchRows)
            while let read = try reader.next() {
                #expect(read.rejects.isEmpty)
                for row in 0..<read.batch.rowCount {
                    let values = ReadTable.text(read.batch.row(row))
                    rows.append("\(read.batch.origin?.position(row) ?? 0) \(values)")
                }
            }
            skipped += reader.skippedRows
        }
        return (rows, skipped)
    }

    @Test("the same rows with and without skipping", arguments: names)
    func sameRows(_ name: String) throws {
        let seed = UInt64.random(in: 0 ... .max)
        print("skipping \(name): seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let file = try ReadingFiles.open(name)
        let constants = try Self.constants(file)
        for _ in 0..<150 {
            let field = file.schema.fields[random.number(below: file.schema.count)]
            var bound = Self.bound(field, constants[field.name] ?? [], &random)
            if random.number(below: 20) == 0, field.type == .float64 { bound.relation = .isIn([.float(.nan), .float(0)]) }
            let batchRows = [5, 64, 8_192][random.number(below: 3)]
            let found = try Self.read(file, Comparison(bound: bound), batchRows: batchRows)
            let expected = try Self.read(file, Comparison(bound: bound, givesBounds: false), batchRows: 8_192)
            let same = found.rows == expected.rows
            #expect(same, "\(bound): \(found.rows.count) rows, not \(expected.rows.count)")
            #expect(found.skipped == expected.skipped, "\(bound): every row that is not given was skipped")
        }
    }

    /// Values of each column, and some beside them.
    private static func constants(_ file: ParquetFile) throws -> [String: [Value]] {
        var found: [String: [Value]] = [:]
        for group in 0..<file.rowGroupCount {
            let reader = try RowGroupReader(file, rowGroup: group, columns: file.schema.names)
            while let read = try reader.next() {
                for (field, column) in zip(file.schema.fields, read.batch.columns) {
                    found[field.name, default: []] += column.values.filter { !$0.isNull }
                }
            }
        }
        return found
    }

    private static func bound(_ field: Field, _ values: [Value], _ random: inout SeededGenerator) -> ColumnBound {
        let value = near(values[random.number(below: values.count)], random.number(below: 3) - 1)
        let other = near(values[random.number(below: values.count)], random.number(below: 3) - 1)
        let relation: ColumnBound.Relation =
            switch random.number(below: 8) {
            case 0: .less(value)
            case 1: .lessOrEqual(value)
            case 2: .greater(value)
            case 3: .greaterOrEqual(value)
            case 4: .isNull
            case 5: .isNotNull
            case 6: .isIn([value, other])
            default: .isIn([value])
            }
        return ColumnBound(field.name, relation)
    }

    private static func near(_ value: Value, _ step: Int) -> Value {
        switch value {
        case .integer(let number): .integer(number + Int64(step) * 1_000)
        case .float(let number): .float(step == 0 ? -number : number + Double(step) / 16)
        case .decimal(let number, let scale): .decimal(number + Int128(step), scale: scale)
        case .timestamp(let micros, let zoned): .timestamp(micros + Int64(step), zoned: zoned)
        case .string(let text): .string(step == 0 ? text : step < 0 ? String(text.dropLast()) : text + "z")
        default: value
        }
    }

    @Test(
        "rows are skipped where files say that they cannot be wanted",
        arguments: [
            ("skipping-index", "sorted", Value.integer(100), 100), ("skipping-bloom", "random", .integer(2_000), 240),
            ("skipping-index", "text", .string("00050" + String(repeating: "z", count: 80)), 100),
            ("skipping-index", "money", .decimal(-250, scale: 2), 100), ("skipping-dictionary", "gap", .integer(17), 240),
            ("skipping-bloom", "text", .string("00050"), 240), ("skipping-index", "unsigned", .integer(2_147_500_000), 100),
            ("skipping-index", "time", .timestamp(1_000_000, zoned: false), 100), ("skipping-index", "date", .date(18_262), 100),
        ])
    func skips(_ name: String, _ column: String, _ value: Value, _ atLeast: Int) throws {
        let file = try ReadingFiles.open(name)
        var counted = Comparison(bound: ColumnBound(column, .isIn([value])))
        var asked: [Int] = []
        for group in 0..<file.rowGroupCount {
            let probe = RowCounter(base: counted)
            let reader = try RowGroupReader(file, rowGroup: group, columns: ["sorted"], condition: probe)
            while try reader.next() != nil {}
            asked.append(probe.seen.count)
        }
        counted.givesBounds = false
        #expect(asked.reduce(0, +) <= Int(file.rowCount) - atLeast, "the condition was asked of \(asked) rows of \(file.rowCount)")
    }

    /// Counts the rows of which it is asked.
    struct RowCounter: RowCondition {
        final class Count: @unchecked Sendable { var count = 0 }

        let base: Comparison
        let seen = Count()
        var columns: [String] { base.columns }
        var bounds: [ColumnBound] { base.bounds }

        func kept(of batch: Batch) -> Bitmap {
            seen.count += batch.rowCount
            return base.kept(of: batch)
        }
    }
}
