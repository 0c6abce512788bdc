import SluiceCore
import SluiceEngine
import Testing

@Suite("Keys")
struct KeyTests {
    private func column(_ type: DataType, _ values: [Value]) throws -> Column { try ColumnBuilder.column(type, values) }

    private func keys(_ column: Column, descending: Bool = false, nullsFirst: Bool = false) -> [[UInt8]] {
        let part = KeyEncoder.Part(column: 0, isDescending: descending, nullsFirst: nullsFirst)
        let rows = KeyEncoder([part]).encode([column], rowCount: column.count)
        return (0..<rows.count).map { Array(rows[$0]) }
    }

    static let ascending: [(DataType, [Value])] = [
        (.boolean, [.boolean(false), .boolean(true)]),
        (.int8, [.integer(-128), .integer(-1), .integer(0), .integer(127)]),
        (.int64, [.integer(.min), .integer(-256), .integer(-1), .integer(0), .integer(255), .integer(256), .integer(.max)]),
        (
            .float64,
            [
                .float(-.infinity), .float(-1e300), .float(-1), .float(-Double.leastNonzeroMagnitude), .float(0),
                .float(.leastNonzeroMagnitude), .float(2), .float(.infinity),
                .float(.nan),
            ]
        ),
        (
            .decimal(precision: 38, scale: 0),
            [.decimal(-99, scale: 0), .decimal(-1, scale: 0), .decimal(0, scale: 0), .decimal(1 << 90, scale: 0)]
        ),
        (
            .string,
            [.string(""), .string("\u{0}"), .string("\u{0}a"), .string("a"), .string("a\u{0}"), .string("aa"), .string("b"), .string("é")]
        ),
        (.date, [.date(-1), .date(0), .date(1)]),
        (.timestamp(zoned: false), [.timestamp(-1, zoned: false), .timestamp(0, zoned: false)]),
        (.list(.int64), [.list([]), .list([.integer(1)]), .list([.integer(1), .integer(0)]), .list([.integer(2)])]),
        (
            .structure([Field("a", .string), Field("b", .int64)]),
            [
                .structure([.init("a", .string("a")), .init("b", .integer(2))]),
                .structure([.init("a", .string("aa")), .init("b", .integer(1))]),
            ]
        ),
    ]

    @Test("bytes sort as the values do, in both directions", arguments: ascending)
    func order(_ type: DataType, _ values: [Value]) throws {
        let encoded = keys(try column(type, values))
        for (a, b) in zip(encoded, encoded.dropFirst()) { #expect(a.lexicographicallyPrecedes(b)) }
        let reversed = keys(try column(type, values), descending: true)
        for (a, b) in zip(reversed, reversed.dropFirst()) { #expect(b.lexicographicallyPrecedes(a)) }
    }

    @Test("nulls come last, or first when asked, in either direction", arguments: [true, false])
    func nulls(_ descending: Bool) throws {
        let values = try column(.int64, [.integer(1), .null])
        let last = keys(values, descending: descending)
        #expect(last[0].lexicographicallyPrecedes(last[1]))
        let first = keys(values, descending: descending, nullsFirst: true)
        #expect(first[1].lexicographicallyPrecedes(first[0]))
    }

    @Test("values that are equal have one key: zeros of both signs, all NaNs")
    func equalValues() throws {
        let encoded = keys(try column(.float64, [.float(0), .float(-0.0), .float(.nan), .float(-Double.nan)]))
        #expect(encoded[0] == encoded[1])
        #expect(encoded[2] == encoded[3])
    }

    @Test("columns do not run into each other")
    func severalColumns() throws {
        let a = try column(.string, [.string("ab"), .string("a"), .null])
        let b = try column(.string, [.string("c"), .string("bc"), .string("x")])
        let rows = KeyEncoder(columns: [0, 1]).encode([a, b], rowCount: 3)
        #expect(Set((0..<3).map { Array(rows[$0]) }).count == 3)
    }

    @Test("the table numbers keys in order of appearance, as a dictionary would", arguments: [0, 1, 10, 1_000, 20_000])
    func table(_ count: Int) {
        var generator = SystemRandomNumberGenerator()
        let texts = (0..<count).map { _ in String(UInt64.random(in: 0..<UInt64(max(1, count / 3)), using: &generator)) }
        var model: [String: Int32] = [:]
        let expected = texts.map { text in
            let number = model[text] ?? Int32(model.count)
            model[text] = number
            return number
        }
        var table = KeyTable()
        let half = count / 2
        let numbers = table.numbers(of: ByteRows(texts: texts[..<half])) + table.numbers(of: ByteRows(texts: texts[half...]))
        #expect(numbers == expected)
        #expect(table.find(ByteRows(texts: texts)) == expected)
        #expect(table.find(ByteRows(texts: ["none"])) == [-1])
    }
}
