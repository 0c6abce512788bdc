import FuzzKit
import SluiceCodecs
import SluiceCore
import SluiceParquet

/// Rows and a writer's options, written as Parquet and read again: all rows come back, and a condition's rows are those that it keeps, with
/// and without what statistics, indexes, bloom filters and dictionaries let a reader skip.
@_cdecl("LLVMFuzzerTestOneInput") public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var choices = Choices(Fuzzing.bytes(data, count))
    let options = choices.writerOptions()
    let condition = choices.condition()
    let batchRows = choices.one(of: [8_192, 3, 64])
    let rows = choices.rows()
    guard let written = try? write(rows, options) else {
        Fuzzing.require(false, "rows cannot be written")
        return 0
    }
    Fuzzing.requireSame(read(written, nil, batchRows), rows.map(\.json), "rows that were written and read")
    let expected = rows.filter(condition.holds).map(\.json)
    Fuzzing.requireSame(read(written, condition, batchRows), expected, "\(condition.bound): rows with skipping")
    var plain = condition
    plain.givesBounds = false
    Fuzzing.requireSame(read(written, plain, batchRows), expected, "\(condition.bound): rows without skipping")
    return 0
}

/// A row of the table: an integer, a text and a list of integers; the first two can be null.
private struct Row {
    var number: Int64?
    var text: String?
    var list: [Int64]

    var value: Value {
        .structure([
            Value.Member("n", number.map { .integer($0) } ?? .null), Value.Member("t", text.map { .string($0) } ?? .null),
            Value.Member("l", .list(list.map { .integer($0) })),
        ])
    }

    var json: String { value.json }
}

private let fields = [Field("n", .int64), Field("t", .string), Field("l", .list(.int64))]

extension Choices {
    fileprivate mutating func writerOptions() -> ParquetWriterOptions {
        var options = ParquetWriterOptions()
        options.codec = one(of: [.none, .snappy, .zstd, .gzip])
        options.pageRows = one(of: [4, 1, 50, 122_880])
        options.pageBytes = one(of: [1 << 20, 32])
        options.rowGroupRows = one(of: [16, 5, 122_880])
        options.usesDictionaries = number(below: 2) == 0
        options.dictionaryBytes = one(of: [1 << 20, 24])
        options.pageVersion = number(below: 2) == 0 ? .one : .two
        options.writesPageIndex = number(below: 4) != 3
        options.writesChecksums = number(below: 2) == 1
        if number(below: 2) == 1 { options.bloomFilters = ["n", "t"] }
        switch number(below: 5) {
        case 1: options.encodings = ["n": .delta, "t": .deltaLength]
        case 2: options.encodings = ["n": .streamSplit, "t": .deltaPrefix]
        case 3: options.encodings = ["n": .plain, "t": .plain]
        default: break
        }
        return options
    }

    fileprivate mutating func condition() -> Comparison {
        let isNumber = number(below: 2) == 0
        let value: Value = isNumber ? .integer(integer()) : .string(word())
        let other: Value = isNumber ? .integer(integer()) : .string(word())
        let relation: ColumnBound.Relation =
            switch number(below: 8) {
            case 0: .less(value)
            case 1: .lessOrEqual(value)
            case 2: .greater(value)
            case 3: .greaterOrEqual(value)
            case 4: .isNull
            case 5: .isNotNull
            case 6: .isIn([value, other])
            default: .isIn([value])
            }
        return Comparison(bound: ColumnBound(isNumber ? "n" : "t", relation))
    }

    private mutating func integer() -> Int64 {
        let edges: [Int64] = [.min, .max, 0, -1, 1 << 31, -(1 << 31) - 1]
        let choice = number(below: 256)
        return choice < edges.count ? edges[choice] : Int64(choice) - 128
    }

    private mutating func word() -> String {
        let words = ["", "a", "é", "\u{10FFFF}", String(repeating: "x", count: 70), String(repeating: "\u{10FFFF}", count: 20)]
        let choice = number(below: 64)
        return choice < words.count ? words[choice] : "k\(choice)"
    }

    fileprivate mutating func rows() -> [Row] {
        var rows: [Row] = []
        while !rest.isEmpty, rows.count < 300 {
            let shape = number(below: 16)
            // A run of one row now and then, so that dictionaries and runs are met.
            if shape == 15, let last = rows.last {
                rows += Array(repeating: last, count: number(below: 40))
                continue
            }
            let list = (0..<shape % 4).map { _ in integer() }
            rows.append(Row(number: shape & 4 == 0 ? integer() : nil, text: shape & 8 == 0 ? word() : nil, list: list))
        }
        return rows
    }
}

private func write(_ rows: [Row], _ options: ParquetWriterOptions) throws -> ParquetFile {
    let schema = try Schema(fields)
    var writer = try ParquetWriter(schema: schema, options: options)
    var bytes = writer.header
    for start in stride(from: 0, to: rows.count, by: options.rowGroupRows) {
        let part = rows[start..<min(start + options.rowGroupRows, rows.count)]
        let columns = [
            try ColumnBuilder.column(.int64, part.map { $0.number.map { .integer($0) } ?? .null }),
            try ColumnBuilder.column(.string, part.map { $0.text.map { .string($0) } ?? .null }),
            try ColumnBuilder.column(.list(.int64), part.map { .list($0.list.map { .integer($0) }) }),
        ]
        let group = try writer.encode([Batch(schema, columns, rowCount: part.count)])
        writer.append(group, at: Int64(bytes.count))
        bytes += group.bytes
    }
    bytes += writer.finish(at: Int64(bytes.count))
    return try ParquetFile(MemoryAccess(bytes), path: "x.parquet")
}

private func read(_ file: ParquetFile, _ condition: Comparison?, _ batchRows: Int) -> [String] {
    var rows: [String] = []
    do {
        for group in 0..<file.rowGroupCount {
            let reader = try RowGroupReader(
                file, rowGroup: group, columns: file.schema.names, condition: condition, batchRows: batchRows)
            while let read = try reader.next() {
                rows += (0..<read.batch.rowCount).map { read.batch.row($0).json }
                rows += read.rejects.map { "reject: \($0.error.message)" }
            }
        }
    } catch {
        rows.append("\(error)")
    }
    return rows
}

/// Compares one column with constants.
private struct Comparison: RowCondition {
    let bound: ColumnBound
    var columns: [String] { [bound.column] }
    var bounds: [ColumnBound] { givesBounds ? [bound] : [] }
    var givesBounds = true

    func kept(of batch: Batch) -> Bitmap {
        guard let column = batch[bound.column] else { return Bitmap(repeating: true, count: batch.rowCount) }
        return Bitmap((0..<batch.rowCount).map { holds(column[$0]) })
    }

    func holds(_ row: Row) -> Bool {
        holds(bound.column == "n" ? row.number.map { .integer($0) } ?? .null : row.text.map { .string($0) } ?? .null)
    }

    private func holds(_ value: Value) -> Bool {
        switch bound.relation {
        case .isNull: value.isNull
        case .isNotNull: !value.isNull
        case _ where value.isNull: false
        case .isIn(let others): others.contains { order(value, $0) == 0 }
        case .less(let other): order(value, other) < 0
        case .lessOrEqual(let other): order(value, other) <= 0
        case .greater(let other): order(value, other) > 0
        case .greaterOrEqual(let other): order(value, other) >= 0
        }
    }

    private func order(_ a: Value, _ b: Value) -> Int {
        switch (a, b) {
        case (.integer(let a), .integer(let b)): a < b ? -1 : a > b ? 1 : 0
        case (.string(let a), .string(let b)):
            a.utf8.elementsEqual(b.utf8) ? 0 : a.utf8.lexicographicallyPrecedes(b.utf8) ? -1 : 1
        default: 2
        }
    }
}
