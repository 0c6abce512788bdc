import SluiceCore
import Testing

@Suite("Columns and batches")
struct ColumnTests {
    static let cases: [(DataType, [Value])] = [
        (.null, [.null, .null, .null]),
        (.boolean, [.boolean(true), .null, .boolean(false)]),
        (.int8, [.integer(-128), .null, .integer(127)]),
        (.int32, [.integer(1), .integer(2), .integer(3)]),
        (.int64, [.integer(.min), .null, .integer(.max)]),
        (.float64, [.float(0.5), .null, .float(-1)]),
        (.decimal(precision: 5, scale: 2), [.decimal(12345, scale: 2), .null, .decimal(-1, scale: 2)]),
        (.string, [.string("a"), .null, .string("héllo\u{0}")]),
        (.binary, [.binary([0, 255]), .binary([]), .null]),
        (.date, [.date(0), .null, .date(-1)]),
        (.timestamp(zoned: true), [.timestamp(1, zoned: true), .null, .timestamp(-1, zoned: true)]),
        (.list(.string), [.list([.string("x"), .null]), .null, .list([])]),
        (
            .structure([Field("a", .int64), Field("b", .list(.int64))]),
            [
                .structure([.init("a", .integer(1)), .init("b", .list([.integer(2)]))]), .null,
                .structure([.init("a", .null), .init("b", .list([]))]),
            ]
        ),
    ]

    @Test("values go in and come out", arguments: cases)
    func roundTrip(_ type: DataType, _ values: [Value]) throws {
        #expect(try ColumnBuilder.column(type, values).values == values)
    }

    @Test("gather, slice and concatenate agree with the same on plain arrays", arguments: cases)
    func rows(_ type: DataType, _ values: [Value]) throws {
        let column = try ColumnBuilder.column(type, values)
        #expect(column.gather([2, 0, 2]).values == [values[2], values[0], values[2]])
        #expect(column.gatherOrNull([-1, 1, 0]).values == [.null, values[1], values[0]])
        #expect(column.slice(1..<3).values == Array(values[1..<3]))
        #expect(Column.concatenated([column, column.slice(0..<1), column]).values == values + [values[0]] + values)
        #expect(Column.nulls(type, count: 2).values == [.null, .null])
    }

    @Test(
        "a value that does not fit is refused",
        arguments: [
            (DataType.int8, Value.integer(128)), (.int32, .float(1)), (.float64, .integer(1)),
            (.decimal(precision: 3, scale: 1), .decimal(1000, scale: 1)),
            (.decimal(precision: 3, scale: 1), .decimal(1, scale: 2)), (.string, .integer(1)), (.list(.int8), .list([.integer(300)])),
            (.structure([Field("a", .int64)]), .structure([.init("z", .integer(1))])),
            (.timestamp(zoned: true), .timestamp(0, zoned: false)),
        ])
    func misfits(_ type: DataType, _ value: Value) {
        #expect(throws: RowError.self) { try ColumnBuilder.column(type, [value]) }
    }

    @Test("bitmaps of any length behave like arrays of bits", arguments: [0, 1, 63, 64, 65, 127, 128, 200])
    func bitmaps(_ count: Int) {
        var generator = SystemRandomNumberGenerator()
        let bits = (0..<count).map { _ in Bool.random(using: &generator) }
        let bitmap = Bitmap(bits)
        #expect((0..<count).map { bitmap[$0] } == bits)
        #expect(bitmap.setCount == bits.count { $0 })
        #expect((~bitmap).setCount == bits.count { !$0 })
        #expect(bitmap.setPositions.map { Int($0) } == bits.indices.filter { bits[$0] })
        var joined = Bitmap([true, false, true])
        joined.append(contentsOf: bitmap)
        joined.append(contentsOf: bitmap)
        #expect((0..<joined.count).map { joined[$0] } == [true, false, true] + bits + bits)
        #expect(Bitmap(repeating: true, count: count).allSet)
    }

    @Test("rows with errors leave the batch with their place and bytes")
    func separating() throws {
        let raw = RawRecords(bytes: Array("a,1\nb,x\nc,3".utf8), starts: [0, 4, 8], ends: [3, 7, 11])
        let schema = try Schema([Field("n", .int64)])
        let batch = Batch(
            schema, [.integers([1, 0, 3])], rowCount: 3, origin: Origin(.file(path: "in.csv"), .listed([2, 3, 5]), raw: raw))
        var errors = RowErrors()
        errors.add(RowError(.valueDoesNotFit, "no"), row: 1)
        let (kept, rejects) = batch.separating(errors)
        #expect(kept.columns[0].values == [.integer(1), .integer(3)])
        #expect(rejects.map(\.location) == [.file(path: "in.csv", line: 3)])
        #expect(rejects.map { String(decoding: $0.raw, as: UTF8.self) } == ["b,x"])
        #expect(kept.origin?.location(1).description == "in.csv:5")
        #expect(kept.origin?.raw.map { String(decoding: $0[1], as: UTF8.self) } == "c,3")
    }
}
