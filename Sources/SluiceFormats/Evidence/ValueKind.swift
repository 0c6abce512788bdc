/// What one value of a column is, before anybody decides on a type for the column.
package enum ValueKind: UInt8, CaseIterable, Hashable, Sendable {
    case boolean
    /// In a text, at most `FormatLimits.inferredIntegerDigits` digits; in JSON, any number that an int64 holds.
    case integer
    /// Digits that look like a name: more than `FormatLimits.inferredIntegerDigits` of them.
    case identifier
    /// Digits with zeros or a plus sign before them, which a number would lose.
    case code
    /// A JSON number beyond int64.
    case hugeInteger
    /// Digits with a point between them.
    case fraction
    /// With an exponent, or beyond what a decimal holds.
    case float
    case date
    case timestamp
    case zonedTimestamp
    /// A day or time in another form than ISO 8601.
    case day
    case text
    case list
    case structure

    /// As reports name it.
    package var name: String {
        switch self {
        case .boolean: "boolean"
        case .integer: "integer"
        case .identifier: "long number"
        case .code: "code"
        case .hugeInteger: "huge integer"
        case .fraction: "decimal number"
        case .float: "float"
        case .date: "date"
        case .timestamp: "timestamp"
        case .zonedTimestamp: "timestamp with zone"
        case .day: "date or time in another form"
        case .text: "text"
        case .list: "list"
        case .structure: "struct"
        }
    }

    static let count = allCases.count
    var index: Int { Int(rawValue) }
}
