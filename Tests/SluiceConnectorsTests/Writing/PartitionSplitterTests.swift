import SluiceCore
import Testing

@testable import SluiceConnectors

@Suite("Rows by partition")
struct PartitionSplitterTests {
    static func column(_ type: DataType, _ values: [Value]) throws -> Column { try ColumnBuilder.column(type, values) }

    static func batch(_ fields: [(String, DataType, [Value])]) throws -> Batch {
        let schema = try Schema(fields.map { Field($0.0, $0.1) })
        return Batch(schema, try fields.map { try column($0.1, $0.2) }, rowCount: fields[0].2.count)
    }

    @Test("rows keep their order, null and empty text are partitions of their own")
    func texts() throws {
        let batch = try Self.batch([
            ("k", .string, [.string("b"), .null, .string("a"), .string("b"), .string(""), .null]),
            ("n", .int64, (0..<6).map { .integer($0) }),
        ])
        let splitter = try PartitionSplitter(batch.schema, partitionBy: ["k"])
        #expect(splitter.fileSchema.names == ["n"])
        let groups = splitter.split(batch)
        #expect(groups.map(\.values) == [["b"], [nil], ["a"], [""]])
        #expect(
            groups.map { $0.batch.columns[0].values } == [
                [.integer(0), .integer(3)], [.integer(1), .integer(5)], [.integer(2)], [.integer(4)],
            ])
    }

    @Test("several columns are one partition together, in the order of partition_by")
    func several() throws {
        let batch = try Self.batch([
            ("y", .int16, [.integer(2024), .integer(2025), .integer(2024), .integer(2024)]),
            ("n", .string, [.string("p"), .string("q"), .string("r"), .string("s")]),
            ("d", .date, [.date(0), .date(0), .date(1), .date(0)]),
        ])
        let groups = try PartitionSplitter(batch.schema, partitionBy: ["d", "y"]).split(batch)
        #expect(groups.map(\.values) == [["1970-01-01", "2024"], ["1970-01-01", "2025"], ["1970-01-02", "2024"]])
        #expect(groups.map { $0.batch.columns[0].values } == [[.string("p"), .string("s")], [.string("q")], [.string("r")]])
    }

    @Test(
        "every row lands in the partition of its value, for random values",
        arguments: [DataType.string, .int32, .decimal(precision: 5, scale: 2), .boolean])
    func random(_ type: DataType) throws {
        let seed = UInt64.random(in: 0 ... .max)
        var generator = SplitMix(state: seed)
        let values: [Value] = (0..<5_000).map { _ in
            let number = Int64.random(in: 0..<200, using: &generator)
            return switch type {
            case _ where number == 7: .null
            case .string: .string("value \(number)")
            case .boolean: .boolean(number > 100)
            case .decimal(_, let scale): .decimal(Int128(number), scale: scale)
            default: .integer(number)
            }
        }
        let batch = try Self.batch([("k", type, values), ("row", .int64, values.indices.map { .integer(Int64($0)) })])
        var expected: [String?: [Value]] = [:]
        for (row, value) in values.enumerated() {
            expected[value.isNull ? nil : value.description, default: []].append(.integer(Int64(row)))
        }
        let groups = try PartitionSplitter(batch.schema, partitionBy: ["k"]).split(batch)
        #expect(groups.count == expected.count, "seed \(seed)")
        for group in groups { #expect(group.batch.columns[0].values == expected[group.values[0]], "seed \(seed)") }
    }

    @Test("columns that cannot name a directory are refused")
    func refused() throws {
        let schema = try Schema([Field("a", .string), Field("f", .float64), Field("l", .list(.string))])
        #expect(sluiceError { _ = try PartitionSplitter(schema, partitionBy: ["f"]) }?.code == .typeError)
        #expect(sluiceError { _ = try PartitionSplitter(schema, partitionBy: ["l"]) }?.code == .typeError)
        #expect(sluiceError { _ = try PartitionSplitter(schema, partitionBy: ["b"]) }?.code == .unknownColumn)
        #expect(sluiceError { _ = try PartitionSplitter(schema, partitionBy: ["a", "a"]) }?.code == .duplicateColumn)
        #expect(sluiceError { _ = try PartitionSplitter(try Schema([Field("a", .string)]), partitionBy: ["a"]) }?.code == .invalidOption)
    }
}

/// A small generator with a printable seed.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
