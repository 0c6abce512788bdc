/// The type of a column or value.
///
/// Physical layout (Arrow's): see `Column.Storage`. Dates are days and timestamps microseconds since 1970-01-01T00:00:00Z; a decimal is its
/// unscaled integer.
public indirect enum DataType: Hashable, Sendable {
    /// Type of a column in which every value is null and nothing else is known.
    case null
    case boolean
    case int8, int16, int32, int64
    case float32, float64
    /// `precision` is 1...38 digits in all, `scale` of them behind the point.
    case decimal(precision: Int, scale: Int)
    case string
    case binary
    case date
    /// `zoned`: a point in time (UTC inside). Otherwise a wall-clock reading without a zone.
    case timestamp(zoned: Bool)
    case list(DataType)
    case structure([Field])
    /// Entries in order; a key may be there twice, as it came, but is never null.
    case map(key: DataType, value: DataType)
    /// A value that came in more than one type, kept as it came: 2 to `maximumAlternatives` different types, none of them null or a choice.
    case choice([DataType])

    public static let maximumDecimalPrecision = 38
    /// As many as Arrow's union type has codes.
    public static let maximumAlternatives = 128

    public var isInteger: Bool {
        switch self {
        case .int8, .int16, .int32, .int64: true
        default: false
        }
    }

    public var isFloat: Bool { self == .float32 || self == .float64 }

    public var isDecimal: Bool {
        if case .decimal = self { true } else { false }
    }

    public var isNumeric: Bool { isInteger || isFloat || isDecimal }

    public var isChoice: Bool {
        if case .choice = self { true } else { false }
    }

    /// Whether values of the type are made of other values: lists, maps and structs.
    public var isNested: Bool {
        switch self {
        case .list, .map, .structure: true
        default: false
        }
    }

    public var isTemporal: Bool {
        switch self {
        case .date, .timestamp: true
        default: false
        }
    }
}

/// A named column of a schema or member of a struct.
public struct Field: Hashable, Sendable {
    public var name: String
    public var type: DataType
    public var isNullable: Bool

    public init(_ name: String, _ type: DataType, isNullable: Bool = true) {
        self.name = name
        self.type = type
        self.isNullable = isNullable
    }
}
