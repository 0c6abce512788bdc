import SluiceCore

/// A type as the C data interface spells it (Arrow specification, "The Arrow C data interface", section "Data type description").
enum ArrowFormat: Equatable {
    /// Units of times, each a power of ten of a second.
    enum Unit: Character {
        case second = "s", milli = "m", micro = "u", nano = "n"
    }

    case null
    case boolean
    case signed(bytes: Int)
    case unsigned(bytes: Int)
    case half, float, double
    case decimal(precision: Int, scale: Int, bits: Int)
    /// Text or binary with offsets of 32 or 64 bits.
    case bytes(isText: Bool, isLarge: Bool)
    case byteViews(isText: Bool)
    case fixedBinary(width: Int)
    case dateDays, dateMillis
    case timestamp(Unit, zone: String)
    case list(isLarge: Bool)
    case fixedList(count: Int)
    case structure
    case map
    /// Which child each type code from 0 to 127 means.
    case union(codes: [Int], isDense: Bool)

    /// - Returns: nil where the text is none that columns of this program can take.
    init?(_ text: String) {
        if let simple = Self.simple[text] {
            self = simple
        } else if let timestamp = Self.timestamp(text) ?? Self.sized(text) {
            self = timestamp
        } else {
            return nil
        }
    }

    private static let simple: [String: ArrowFormat] = [
        "n": .null, "b": .boolean, "c": .signed(bytes: 1), "s": .signed(bytes: 2), "i": .signed(bytes: 4), "l": .signed(bytes: 8),
        "C": .unsigned(bytes: 1), "S": .unsigned(bytes: 2), "I": .unsigned(bytes: 4), "L": .unsigned(bytes: 8),
        "e": .half, "f": .float, "g": .double, "u": .bytes(isText: true, isLarge: false), "U": .bytes(isText: true, isLarge: true),
        "z": .bytes(isText: false, isLarge: false), "Z": .bytes(isText: false, isLarge: true), "vu": .byteViews(isText: true),
        "vz": .byteViews(isText: false), "tdD": .dateDays, "tdm": .dateMillis, "+l": .list(isLarge: false), "+L": .list(isLarge: true),
        "+s": .structure, "+m": .map,
    ]

    private static func timestamp(_ text: String) -> ArrowFormat? {
        guard text.hasPrefix("ts"), let unit = text.dropFirst(2).first.flatMap(Unit.init(rawValue:)) else { return nil }
        let rest = text.dropFirst(3)
        return rest.first == ":" ? .timestamp(unit, zone: String(rest.dropFirst())) : nil
    }

    /// Formats with numbers behind a colon.
    private static func sized(_ text: String) -> ArrowFormat? {
        guard let colon = text.firstIndex(of: ":") else { return nil }
        let parts = text[text.index(after: colon)...].split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
        let numbers = parts.compactMap { $0 }
        guard numbers.count == parts.count else { return nil }
        switch text[..<colon] {
        case "w" where numbers.count == 1 && numbers[0] >= 0: return .fixedBinary(width: numbers[0])
        case "+w" where numbers.count == 1 && numbers[0] >= 0: return .fixedList(count: numbers[0])
        case "d" where numbers.count == 2 || numbers.count == 3:
            let bits = numbers.count == 3 ? numbers[2] : 128
            guard [32, 64, 128, 256].contains(bits) else { return nil }
            return .decimal(precision: numbers[0], scale: numbers[1], bits: bits)
        case "+ud", "+us":
            guard numbers.allSatisfy({ (0...127).contains($0) }), Set(numbers).count == numbers.count else { return nil }
            return .union(codes: numbers, isDense: text.hasPrefix("+ud"))
        default: return nil
        }
    }
}

extension DataType {
    /// The format of a column of the type; nested types say more in their children.
    var arrowFormat: String {
        switch self {
        case .null: "n"
        case .boolean: "b"
        case .int8: "c"
        case .int16: "s"
        case .int32: "i"
        case .int64: "l"
        case .float32: "f"
        case .float64: "g"
        case .decimal(let precision, let scale): "d:\(precision),\(scale)"
        case .string: "u"
        case .binary: "z"
        case .date: "tdD"
        case .timestamp(let zoned): zoned ? "tsu:UTC" : "tsu:"
        case .list: "+l"
        case .map: "+m"
        case .structure: "+s"
        case .choice(let types): "+us:" + types.indices.map(String.init).joined(separator: ",")
        }
    }

    /// The fields below a column of the type.
    var arrowChildren: [Field] {
        switch self {
        case .list(let element): [Field("item", element)]
        case .map(let key, let value):
            [Field("entries", .structure([Field("key", key, isNullable: false), Field("value", value)]), isNullable: false)]
        case .structure(let fields): fields
        case .choice(let types): types.enumerated().map { Field("\($0)", $1) }
        default: []
        }
    }
}
