import SluiceCore
import Testing

@testable import SluiceExpressions

struct CastTests {
    @Test(
        "a value that fits is cast exactly",
        arguments: [
            ("'-128'::int8", "-128"), ("127::int8", "127"), ("3.0::int64", "3"), ("1e18::int64", "1000000000000000000"),
            ("'1e3'::float64", "1000.0"),
            ("'12.5'::decimal(5,2)", "12.50"), ("0.1::decimal(3,1)", "0.1"), ("(1e20 + 0)::decimal(38,0)", "100000000000000000000"),
            ("(0.1 + 0)::decimal(10,5)", "0.10000"), ("'YES'::boolean", "true"), ("'f'::boolean", "false"), ("1::boolean", "true"),
            ("true::int64", "1"),
            ("'2024-02-29'::date", "\"2024-02-29\""), ("'2024-02-29 10:00'::timestamp", "\"2024-02-29T10:00:00\""),
            ("'2024-02-29T10:00:00+02:00'::timestamptz", "\"2024-02-29T08:00:00Z\""),
            ("TIMESTAMP '2024-02-29 23:59:59'::date", "\"2024-02-29\""),
            ("DATE '2024-02-29'::timestamp", "\"2024-02-29T00:00:00\""), ("1.5::string", "\"1.5\""), ("[1, 2]::string", "\"[1,2]\""),
            ("['1', '2']::list<int64>", "[1,2]"), ("named_struct('a', '1')::struct<a: int32>", "{\"a\":1}"),
            ("cast(NULL as int64)", "null"),
            ("cast('1.50' as decimal(5,2))::decimal(4,1)", "1.5"), ("cast('7.00' as decimal(5,2))::int16", "7"),
            ("16777217::float32::float64", "16777216.0"),
            ("cast('1.25' as decimal(5,2))::float64", "1.25"), ("TIMESTAMP '1969-12-31 23:00:00'::date", "\"1969-12-31\""),
        ])
    func fits(_ text: String, _ expected: String) throws { #expect(try value(text).json == expected, "\(text)") }

    @Test(
        "a value that would lose something fails",
        arguments: [
            "128::int8", "'128'::int8", "-32769::int16", "2147483648::int32", "3.5::int64", "1e19::int64", "'3.5'::int64", "' 3'::int64",
            "''::int64",
            "'abc'::float64", "'1.255'::decimal(5,2)", "1234.5::decimal(4,1)", "(0.125 + 0)::decimal(10,2)",
            "cast('1.25' as decimal(5,2))::decimal(4,1)",
            "cast('1.25' as decimal(5,2))::int64", "'maybe'::boolean", "2::boolean", "'2023-02-29'::date", "'2024-1-1'::date",
            "'2024-01-01T00:00:00Z'::timestamp", "['1', 'x']::list<int64>", "1e300::float32", "(0.0 - 1e60)::decimal(38,0)",
            "'NaN'::float64::int64",
            "'inf'::float64::decimal(10,2)",
        ])
    func loses(_ text: String) throws { #expect(try rowFailure(text) == "value-does-not-fit", "\(text)") }

    @Test("every cast that types allow works on an empty column and on nulls")
    func matrix() throws {
        let types: [DataType] = [
            .null, .boolean, .int8, .int16, .int32, .int64, .float32, .float64, .decimal(precision: 10, scale: 2), .string, .binary, .date,
            .timestamp(zoned: false), .timestamp(zoned: true), .list(.int64), .structure([Field("a", .string)]),
        ]
        for source in types {
            for target in types where source.casts(to: target) {
                for count in [0, 3] {
                    let result = CastKernel.cast(.nulls(source, count: count), to: target)
                    #expect(
                        result.column.type == target && result.column.nullCount == count && result.errors.isEmpty, "\(source) to \(target)")
                }
            }
        }
    }

    @Test("numbers go to text and back")
    func roundTrip() throws {
        var generator = Seeded(seed: 20_130_105)
        let numbers = (0..<500).map { _ in Value.integer(Int64(bitPattern: generator.next()) >> Int64.random(in: 0..<63, using: &generator))
        }
        let floats = (0..<500).map { _ in Value.float(Double(bitPattern: generator.next())) }.filter {
            $0 != .float(.nan) && !"\($0)".contains("nan")
        }
        let table = try batch(("n", .int64, numbers))
        #expect(try values("n::string::int64", table) == numbers, "seed 20130105")
        #expect(try values("f::string::float64", try batch(("f", .float64, floats))) == floats, "seed 20130105")
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): a generator whose numbers follow from its seed.
struct Seeded: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
