import Glibc
import SluiceCore
import Testing

@testable import SluiceEngine

/// A generator of which a test can print the seed.
struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state &* 0x2545_F491_4F6C_DD1D
    }
}

/// Memory and disk for operators under test, and what they did with them.
final class Workbench {
    let directory: String
    let resources: OperatorResources

    init(memory: Int = 1 << 30) {
        var template = Array("/tmp/sluice-operators-XXXXXX".utf8CString)
        directory = String(cString: mkdtemp(&template)!)
        resources = OperatorResources(budget: MemoryBudget(limitBytes: memory), spill: SpillDirectory(path: directory + "/spill"))
    }

    deinit { try? DiskFiles.removeTree(directory) }

    var spilledBytes: Int { resources.spill.bytesWritten }
}

/// Input of a test: batches in the order of the input, with what rows they hold.
struct TestInput {
    let schema: Schema
    let batches: [Batch]

    var rows: [[Value]] { batches.flatMap(\.rowValues) }

    /// Columns of random values of the types, few enough different ones that they meet again.
    init(
        _ fields: [(name: String, type: DataType)], rows: Int, distinct: Int = 12, using generator: inout Seeded
    ) throws {
        schema = try Schema(fields.map { Field($0.name, $0.type) })
        let pools = fields.map { field in (0..<distinct).map { _ in RandomValue.of(field.type, using: &generator) } }
        var batches: [Batch] = []
        var left = rows
        while left > 0 {
            let count = min(left, Int.random(in: 1...200, using: &generator))
            left -= count
            let columns = try zip(fields, pools).map { field, pool in
                let nulls = Int.random(in: 0..<3, using: &generator)
                let values = (0..<count).map { _ in
                    Int.random(in: 0..<8, using: &generator) < nulls ? Value.null : pool.randomElement(using: &generator)!
                }
                let column = try ColumnBuilder.column(field.type, values)
                return Bool.random(using: &generator) ? column.asDictionary : column
            }
            batches.append(Batch(schema, columns, rowCount: count))
        }
        self.batches = batches
    }
}

enum RandomValue {
    static let plainTypes: [DataType] = [
        .boolean, .int8, .int16, .int32, .int64, .float32, .float64, .decimal(precision: 30, scale: 2), .string, .binary, .date,
        .timestamp(zoned: true), .timestamp(zoned: false),
    ]
    static let nestedTypes: [DataType] = [
        .list(.int64), .structure([Field("a", .int32), Field("b", .string)]), .map(key: .string, value: .int64),
    ]

    /// A value that is not null; sometimes one at the edge of the type.
    static func of(_ type: DataType, using generator: inout Seeded) -> Value {
        let edge = Int.random(in: 0..<5, using: &generator) == 0
        switch type {
        case .boolean: return .boolean(Bool.random(using: &generator))
        case .int8: return .integer(Int64(edge ? Int8.min : Int8.random(in: -9...9, using: &generator)))
        case .int16: return .integer(Int64(edge ? Int16.max : Int16.random(in: -99...99, using: &generator)))
        case .int32: return .integer(Int64(edge ? Int32.min : Int32.random(in: -999...999, using: &generator)))
        case .int64: return .integer(edge ? Int64.max : Int64.random(in: -999...999, using: &generator))
        case .float32, .float64:
            let edges: [Double] = [.nan, 0, -0.0, .infinity, -1e30]
            return .float(
                edge ? Double(Float(edges.randomElement(using: &generator)!)) : Double(Int.random(in: -400...400, using: &generator)) / 4)
        case .decimal(_, let scale):
            // Also around the bounds of 64 bits, and beyond.
            let edges = [Int128(Int64.max), Int128(Int64.max) + 1, Int128(Int64.max) - 1, Int128(Int64.min), Int128(Int64.min) - 1]
            let small = Int128(Int64.random(in: -9999...9999, using: &generator))
            let picked = Int.random(in: 0..<10, using: &generator)
            return .decimal(picked < 7 ? small : picked < 9 ? small << 70 : edges.randomElement(using: &generator)!, scale: scale)
        case .string:
            let texts = ["", "a", "aa", "e\u{301}", "é", "\u{0}", "😀 smile", "a text that is far too long to be packed anywhere", "zz"]
            return .string(edge ? texts.randomElement(using: &generator)! : "t\(Int.random(in: 0...99, using: &generator))")
        case .binary: return .binary((0..<Int.random(in: 0...9, using: &generator)).map { _ in UInt8.random(in: 0...3, using: &generator) })
        case .date: return .date(Int32.random(in: -1000...20000, using: &generator))
        case .timestamp(let zoned): return .timestamp(edge ? .min : Int64.random(in: -1000...1000, using: &generator), zoned: zoned)
        case .list(let element):
            return .list(
                (0..<Int.random(in: 0...3, using: &generator)).map { _ in
                    Int.random(in: 0...4, using: &generator) == 0 ? .null : of(element, using: &generator)
                })
        case .structure(let fields): return .structure(fields.map { .init($0.name, of($0.type, using: &generator)) })
        case .map(let key, let value):
            return .map(
                (0..<Int.random(in: 0...3, using: &generator)).map { _ in
                    .init(of(key, using: &generator), of(value, using: &generator))
                })
        default: return .null
        }
    }
}

extension Column {
    /// The same texts behind codes; other columns as they are.
    var asDictionary: Column {
        guard case .bytes(let rows) = storage else { return self }
        var codes: [Int32] = []
        var values = ByteRows()
        var known: [[UInt8]: Int32] = [:]
        for row in 0..<rows.count {
            let bytes = Array(rows[row])
            if let code = known[bytes] {
                codes.append(code)
            } else {
                known[bytes] = Int32(values.count)
                codes.append(Int32(values.count))
                values.append(bytes)
            }
        }
        return Column(type, .dictionary(codes: codes, values: values), validity: validity)
    }
}

extension Value {
    /// A text that is equal where keys are: one zero, one NaN, texts by their bytes.
    var key: String {
        switch self {
        case .float(let number): number.isNaN ? "nan" : "\(number == 0 ? 0 : number)"
        case .string(let text): "\(Array(text.utf8))"
        case .list(let values): "[" + values.map(\.key).joined(separator: ",") + "]"
        case .structure(let members): "{" + members.map(\.value.key).joined(separator: ",") + "}"
        case .map(let entries): "<" + entries.map { $0.key.key + ":" + $0.value.key }.joined(separator: ",") + ">"
        case .null: "null"
        case .timestamp(let micros, _): "\(micros)"
        case .date(let days): "\(days)"
        default: "\(self)"
        }
    }
}

extension [Value] {
    var key: String { map(\.key).joined(separator: "|") }
}

extension GatheringOperator {
    /// Feeds batches to several parts, each taking its share in any order, and drains what comes.
    func run(_ batches: [Batch], parts: Int, using generator: inout Seeded) throws -> (rows: [[Value]], rejects: [Reject]) {
        let made = try (0..<parts).map { _ in try makePart() }
        var rejects: [Reject] = []
        for (index, batch) in batches.enumerated().shuffled(using: &generator) {
            try made.randomElement(using: &generator)!.take(batch, at: BatchPosition(UInt64(index) * 1000), rejects: &rejects)
        }
        let result = try combine(made.shuffled(using: &generator))
        rejects += result.rejects
        return (try result.streams.flatMap { try $0.drained(&rejects) }, rejects)
    }
}

extension BatchStream {
    func drained(_ rejects: inout [Reject]) throws -> [[Value]] {
        var rows: [[Value]] = []
        while let batch = try next(rejects: &rejects) {
            rows += batch.rowValues
        }
        return rows
    }
}

extension Batch {
    var rowValues: [[Value]] { (0..<rowCount).map { row in columns.map { $0[row] } } }
}
