import SluiceCore

/// What SQLite and Sluice's expressions agree on about a value: enough to know whether an operator means the same in both.
enum ValueKind: Hashable, Sendable {
    case null, integer, float32, float64, decimal, text, boolean, date, timestamp, binary, nested, choice
    /// A length of time, which only Sluice has.
    case interval

    init(_ type: DataType) {
        switch type {
        case .null: self = .null
        case .boolean: self = .boolean
        case .int8, .int16, .int32, .int64: self = .integer
        case .float32: self = .float32
        case .float64: self = .float64
        case .decimal: self = .decimal
        case .string: self = .text
        case .binary: self = .binary
        case .date: self = .date
        case .timestamp: self = .timestamp
        case .list, .structure, .map: self = .nested
        case .choice: self = .choice
        }
    }

    var isNumeric: Bool {
        switch self {
        case .integer, .float32, .float64, .decimal: true
        default: false
        }
    }

    /// What is said of it in reasons.
    var noun: String {
        switch self {
        case .null: "null"
        case .integer: "integers"
        case .float32, .float64: "floating-point numbers"
        case .decimal: "decimals"
        case .text: "texts"
        case .boolean: "booleans"
        case .date: "dates"
        case .timestamp: "timestamps"
        case .binary: "binaries"
        case .nested: "nested values"
        case .choice: "choices"
        case .interval: "intervals"
        }
    }
}

/// Why a query is left to SQLite.
struct LeftToSQLite: Error {
    let reason: String

    init(_ reason: String) { self.reason = reason }
}
