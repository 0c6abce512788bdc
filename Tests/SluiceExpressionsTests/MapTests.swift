import SluiceCore
import Testing

@testable import SluiceExpressions

/// Functions of maps over columns.
struct MapTests {
    private static func rows() throws -> Batch {
        let type = DataType.map(key: .string, value: .int64)
        return try batch(
            (
                "m", type,
                [
                    .map([.init(.string("a"), .integer(1)), .init(.string("b"), .null)]), .null, .map([]),
                    .map([.init(.string("b"), .integer(3)), .init(.string("b"), .integer(4))]),
                ]
            ), ("k", .string, [.string("a"), .string("a"), .string("b"), .null]),
            ("xs", .list(.string), [.list([.string("p"), .string("q")]), .null, .list([.null]), .list([.string("r"), .string("r")])]),
            ("n", .int64, [.integer(1), .integer(2), .null, .integer(4)]))
    }

    @Test("a key leads to its value, of two entries to the last")
    func lookups() throws {
        let batch = try Self.rows()
        #expect(try values("m['a']", batch) == [.integer(1), .null, .null, .null])
        #expect(try values("m['b']", batch) == [.null, .null, .null, .integer(4)])
        #expect(try values("m[k]", batch) == [.integer(1), .null, .null, .null])
        #expect(try values("element_at(m, upper('b'))", batch) == [.null, .null, .null, .null])
        #expect(failure("m[1]", batch.schema)?.code == .typeError)
        #expect(failure("n[1]", batch.schema)?.code == .typeError)
    }

    @Test("keys, values, entries and counts")
    func parts() throws {
        let batch = try Self.rows()
        #expect(
            try values("map_keys(m)", batch) == [
                .list([.string("a"), .string("b")]), .null, .list([]), .list([.string("b"), .string("b")]),
            ])
        #expect(try values("map_values(m)", batch) == [.list([.integer(1), .null]), .null, .list([]), .list([.integer(3), .integer(4)])])
        #expect(try values("cardinality(m)", batch) == [.integer(2), .null, .integer(0), .integer(2)])
        #expect(try values("list_transform(map_entries(m), e -> e.value)[1]", batch) == [.integer(1), .null, .null, .integer(3)])
        #expect(failure("map_keys(n)", batch.schema)?.code == .typeError)
    }

    @Test("maps are made of columns; a null key and a key that stands twice fail their row only")
    func made() throws {
        let batch = try Self.rows()
        let made = try evaluated("map(k, n, 'z', 0)", batch)
        #expect(made.column.values[0].json == #"{"a":1,"z":0}"#)
        #expect(made.errors.byRow.keys.sorted() == [3])
        #expect(made.column[2].json == #"{"b":null,"z":0}"#)
        let zipped = try evaluated("map_from_arrays(xs, list_transform(xs, x -> n))", batch)
        #expect(zipped.column[0].json == #"{"p":1,"q":1}"#)
        let place = ", in map_from_arrays(xs, list_transform(xs, x -> n))"
        #expect(
            zipped.errors.byRow.mapValues(\.message) == [
                2: "a key of the map is null" + place, 3: "the key \"r\" stands twice in the map" + place,
            ])
        #expect(zipped.column.isNull(1))
        #expect(failure("map('a')")?.code == .typeError)
    }
}

/// Lambdas of two parameters.
struct ListReduceTests {
    @Test("lists of different lengths are reduced each on their own")
    func columns() throws {
        let batch = try batch(
            (
                "xs", .list(.int32),
                [.list([.integer(1), .integer(2), .integer(3)]), .null, .list([]), .list([.integer(7)]), .list([.null, .integer(1)])]
            ),
            ("n", .int64, [.integer(10), .integer(20), .integer(30), .integer(40), .null]))
        #expect(try values("list_reduce(xs, (a, x) -> a * 10 + x)", batch) == [.integer(123), .null, .null, .integer(7), .null])
        #expect(try values("list_reduce(xs, (a, x) -> a + x, n)", batch) == [.integer(16), .null, .integer(30), .integer(47), .null])
        #expect(try values("list_reduce(xs, (a, x) -> coalesce(a, 0) + coalesce(x, n, 5))", batch)[4] == .integer(1))
        #expect(try values("list_reduce(list_transform(xs, x -> x + n), (a, x) -> greatest(a, x))", batch)[0] == .integer(13))
        #expect(
            try values("list_transform(xs, y -> list_reduce([1, 2], (a, x) -> a + x * y))", batch)[0]
                == .list([.integer(3), .integer(5), .integer(7)]))
    }

    @Test("a failure belongs to its row")
    func failures() throws {
        let batch = try batch(("xs", .list(.int64), [.list([.integer(1), .integer(0), .integer(5)]), .list([.integer(6), .integer(2)])]))
        let result = try evaluated("list_reduce(xs, (a, x) -> a // x)", batch)
        #expect(result.column.values == [.null, .integer(3)])
        #expect(result.errors.byRow.keys.sorted() == [0])
    }

    @Test(
        "wrong lambdas are explained",
        arguments: [
            ("list_reduce([1], x -> x)", "type-error"), ("list_transform([1], (a, b) -> a)", "type-error"),
            ("list_reduce([1], (a, a) -> a)", "syntax-error"), ("list_reduce([1], (a, x) -> 'text')", "type-error"),
            ("list_reduce([1], (a, x) -> b)", "unknown-column"), ("list_reduce([1], (a, x))", "syntax-error"),
            ("(a, x) -> a", "syntax-error"),
        ])
    func errors(_ text: String, _ code: String) {
        #expect(failure(text)?.code.name == code)
    }

    @Test("the columns of a lambda's body are read, its parameters are none")
    func references() throws {
        #expect(try Expression(parsing: "list_reduce(xs, (a, x) -> a + x * n)").referencedColumns == ["xs", "n"])
    }
}

/// Hashes against values of other programs.
struct HashTests {
    /// From the xxHash specification's reference implementation (`xxhsum -H1`) with seed 0.
    @Test(
        "XXH64 of the reference implementation",
        arguments: [
            ("", UInt64(0xEF46_DB37_51D8_E999)), ("a", 0xD24E_C4F1_A98C_6E5B), ("abc", 0x44BC_2CF5_AD77_0999),
            ("Nobody inspects the spammish repetition", 0xFBCE_A83C_8A37_8BF1),
        ])
    func reference(_ text: String, _ expected: UInt64) {
        #expect(Array(text.utf8).withUnsafeBytes { XXHash64.hash($0, seed: 0) } == expected)
    }

    @Test("numbers hash as their bytes")
    func numbers() {
        #expect(XXHash64.hash(UInt64(7), seed: 42) == withUnsafeBytes(of: UInt64(7).littleEndian) { XXHash64.hash($0, seed: 42) })
        #expect(XXHash64.hash(UInt32(7), seed: 42) == withUnsafeBytes(of: UInt32(7).littleEndian) { XXHash64.hash($0, seed: 42) })
    }

    @Test("a column hashes as its rows do, whatever its storage; both zeros are one")
    func columns() throws {
        let batch = try batch(
            ("c", .choice([.int64, .string]), [.integer(1), .string("x"), .null]),
            ("f", .float64, [.float(0), .float(-0.0), .float(.nan)]),
            ("xs", .list(.string), [.list([.string("x"), .null]), .list([.string("x")]), .null]),
            ("d", .decimal(precision: 20, scale: 0), [.decimal(1, scale: 0), .decimal(-1, scale: 0), .decimal(256, scale: 0)]))
        let hashes = try values("xxhash64(c)", batch)
        #expect(try hashes == [value("xxhash64(1)"), value("xxhash64('x')"), .integer(42)])
        let floats = try values("xxhash64(f)", batch)
        #expect(floats[0] == floats[1] && floats[0] != floats[2])
        let lists = try values("xxhash64(xs)", batch)
        #expect(try lists == [value("xxhash64('x')"), value("xxhash64('x')"), .integer(42)])
        let wide = try values("xxhash64(d)", batch)
        #expect(
            try wide == [
                value("xxhash64(CAST('\u{1}' AS binary))"), .integer(Int64(bitPattern: XXHash64Tests.minusOne)),
                value("xxhash64(CAST('\u{1}\u{0}' AS binary))"),
            ])
    }

    private enum XXHash64Tests {
        static let minusOne = [UInt8(0xFF)].withUnsafeBytes { XXHash64.hash($0, seed: 42) }
    }

    @Test("CRC-32 of every length agrees with the bit by bit definition", arguments: 0..<40)
    func crc(_ count: Int) {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 89 &+ 3) }
        var expected = UInt32.max
        for byte in bytes {
            expected ^= UInt32(byte)
            for _ in 0..<8 { expected = expected & 1 == 1 ? expected >> 1 ^ 0xEDB8_8320 : expected >> 1 }
        }
        #expect(bytes.withUnsafeBufferPointer(CRC32.checksum) == ~expected)
    }
}
