import SluiceCore

/// A type of an Avro schema (Avro specification 1.12), with its logical type where Sluice knows it.
indirect enum AvroType: Hashable, Sendable {
    case null, boolean, float, double, string
    case int(IntMeaning)
    case long(LongMeaning)
    /// Unscaled integer, big-endian two's complement, when it is a decimal.
    case bytes(Decimal?)
    case fixed(byteCount: Int, FixedMeaning)
    case enumeration([String])
    case array(AvroType)
    case map(AvroType)
    case union([AvroType])
    case record([AvroField])

    enum IntMeaning: Hashable, Sendable {
        case number, date
        /// Milliseconds since midnight.
        case timeMillis
    }

    enum LongMeaning: Hashable, Sendable {
        case number
        /// Microseconds since midnight.
        case timeMicros
        /// `zoned`: a point in time; otherwise `local-timestamp-…`.
        case timestamp(TimeUnit, zoned: Bool)
        /// The same in nanoseconds, read as the reader wants.
        case nanoseconds(NanosecondReading, zoned: Bool)
    }

    enum TimeUnit: Hashable, Sendable {
        case millis, micros
    }

    enum FixedMeaning: Hashable, Sendable {
        case binary, uuid
        case decimal(Decimal)
    }

    struct Decimal: Hashable, Sendable {
        let precision: Int
        let scale: Int
    }
}

/// A field of a record.
struct AvroField: Hashable, Sendable {
    let name: String
    let type: AvroType
}

extension AvroType {
    /// The least bytes that a value takes.
    var leastBytes: Int {
        switch self {
        case .null: 0
        case .boolean, .int, .long, .bytes, .string, .enumeration, .array, .map, .union: 1
        case .float: 4
        case .double: 8
        case .fixed(let count, _): count
        case .record(let fields): fields.reduce(0) { sum, field in min(sum + field.type.leastBytes, AvroLimits.blockBytes + 1) }
        }
    }
}
