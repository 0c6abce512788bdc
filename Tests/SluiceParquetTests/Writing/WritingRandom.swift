import SluiceCore

/// Random columns from a seed (SplitMix64).
struct WritingRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    mutating func below(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &self) }
    mutating func chance(_ percent: Int) -> Bool { below(100) < percent }

    /// How the values of a column are spread.
    struct Manner {
        var nullPercent: Int
        /// Values are taken from a pool of so many; nil: each is new.
        var pool: Int?
        /// How often a value is the one before again.
        var repeatPercent: Int
    }

    mutating func manner(isNullable: Bool) -> Manner {
        Manner(
            nullPercent: isNullable ? [0, 2, 50, 97, 100].randomElement(using: &self) ?? 0 : 0,
            pool: [nil, 1, 2, 17, 300].randomElement(using: &self) ?? nil, repeatPercent: [0, 0, 60, 98].randomElement(using: &self) ?? 0)
    }

    static let flatTypes: [DataType] = [
        .boolean, .int8, .int16, .int32, .int64, .float32, .float64, .decimal(precision: 4, scale: 2), .decimal(precision: 9, scale: 0),
        .decimal(precision: 10, scale: 10), .decimal(precision: 18, scale: 5), .decimal(precision: 19, scale: 3),
        .decimal(precision: 27, scale: 9), .decimal(precision: 38, scale: 18), .string, .binary, .date, .timestamp(zoned: false),
        .timestamp(zoned: true),
    ]

    mutating func flatType() -> DataType { Self.flatTypes.randomElement(using: &self) ?? .int64 }

    mutating func type(depth: Int) -> DataType {
        guard depth > 0, chance(60) else { return flatType() }
        switch below(4) {
        case 0: return .list(type(depth: depth - 1))
        case 1: return .map(key: chance(50) ? .string : .int32, value: type(depth: depth - 1))
        case 2: return .choice([.int64, .string, .list(.float64)])
        default:
            return .structure((0...below(3)).map { Field("m\($0)", type(depth: depth - 1), isNullable: chance(80)) })
        }
    }

    /// A column of `count` rows.
    mutating func column(_ type: DataType, count: Int, isNullable: Bool = true) throws -> Column {
        let manner = manner(isNullable: isNullable)
        var pool: [Value] = []
        for _ in 0..<(manner.pool ?? 0) { pool.append(value(type)) }
        var values: [Value] = []
        for _ in 0..<count {
            if let last = values.last, chance(manner.repeatPercent) {
                values.append(last)
            } else if chance(manner.nullPercent) {
                values.append(.null)
            } else {
                values.append(pool.randomElement(using: &self) ?? value(type))
            }
        }
        let column = try ColumnBuilder.column(type, values)
        guard case .bytes(let rows) = column.storage, chance(30) else { return column }
        return dictionary(column, rows)
    }

    /// The same texts as a dictionary, in which one entry is there twice and one is not used.
    private mutating func dictionary(_ column: Column, _ rows: ByteRows) -> Column {
        var entries = ByteRows(texts: ["not used"])
        var known: [ArraySlice<UInt8>: Int32] = [:]
        var codes: [Int32] = []
        for row in 0..<rows.count {
            if let code = known[rows[row]], !chance(1) {
                codes.append(code)
            } else {
                codes.append(Int32(entries.count))
                known[rows[row]] = Int32(entries.count)
                entries.append(rows[row])
            }
        }
        return Column(column.type, .dictionary(codes: codes, values: entries), validity: column.validity)
    }

    private mutating func value(_ type: DataType) -> Value {
        switch type {
        case .null: .null
        case .boolean: .boolean(chance(50))
        case .int8: .integer(Int64(Int8.random(in: .min ... .max, using: &self)))
        case .int16: .integer(Int64(Int16.random(in: .min ... .max, using: &self)))
        case .int32: .integer(integer(Int64(Int32.min)...Int64(Int32.max)))
        case .int64: .integer(integer(.min ... .max))
        case .float32: .float(Double(float()))
        case .float64: .float(chance(20) ? Double(float()) : Double.random(in: -1e9...1e9, using: &self))
        case .decimal(let precision, let scale): .decimal(decimal(precision), scale: scale)
        case .string: .string(text())
        case .binary: .binary((0..<below(20)).map { _ in UInt8(truncatingIfNeeded: below(256)) })
        case .date: .date(Int32(integer(-100_000...100_000)))
        case .timestamp(let zoned): .timestamp(integer(-4_000_000_000_000_000...4_000_000_000_000_000), zoned: zoned)
        case .list(let element): .list((0..<below(4)).map { _ in chance(15) ? .null : value(element) })
        case .structure(let fields):
            .structure(fields.map { Value.Member($0.name, $0.isNullable && chance(20) ? .null : value($0.type)) })
        case .map(let key, let item):
            // Keys are different, because some readers take no others.
            .map(
                (0..<below(4)).map {
                    Value.Entry(key == .string ? .string("k\($0)") : .integer(Int64($0)), chance(20) ? .null : value(item))
                })
        case .choice(let types): value(types.randomElement(using: &self) ?? .int64)
        }
    }

    private mutating func integer(_ range: ClosedRange<Int64>) -> Int64 {
        switch below(4) {
        case 0: Int64.random(in: range, using: &self)
        case 1: [range.lowerBound, range.upperBound, 0, -1].randomElement(using: &self) ?? 0
        default: Int64(below(500)) - 100
        }
    }

    private mutating func float() -> Float {
        chance(10)
            ? [0.0, -0.0, .infinity, -.infinity, .nan, .leastNonzeroMagnitude].randomElement(using: &self) ?? 0 : Float(below(2000)) / 8
    }

    private mutating func decimal(_ precision: Int) -> Int128 {
        let largest = Int128(NumberText.powerOfTen(precision)) - 1
        return chance(10) ? (chance(50) ? largest : -largest) : Int128.random(in: -largest...largest, using: &self)
    }

    private mutating func text() -> String {
        switch below(8) {
        case 0: ""
        case 1: String(repeating: "é漢🙂", count: below(60))
        case 2: String(repeating: "x", count: 200) + "\(below(50))"
        case 3: "\u{0}\u{10FFFF}"
        default: String(UInt32(truncatingIfNeeded: next()) >> UInt32(below(32)), radix: 36)
        }
    }
}
