import SluiceCore

/// What the values of a parameter are.
package enum ParameterType: String, CaseIterable, Sendable {
    case string, integer, number, boolean, date, timestamp, duration

    /// The type in words, with an example.
    package var wanted: String {
        switch self {
        case .string: "a text"
        case .integer: "a whole number"
        case .number: "a number, such as 2.5"
        case .boolean: "true or false"
        case .date: "a date, such as 2024-03-01"
        case .timestamp: "a timestamp, such as 2024-03-01T12:00:00Z"
        case .duration: "a length of time, such as 30 s or 1h30m"
        }
    }

    /// Whether a text is a value of the type; values stay texts, as they were written.
    package func admits(_ text: String) -> Bool {
        switch self {
        case .string: true
        case .integer: Int64(text) != nil
        case .number: Self.isNumber(text)
        case .boolean: text == "true" || text == "false"
        case .date: Self.parsed(text, TimeText.date) != nil
        case .timestamp: Self.parsed(text, TimeText.timestamp) != nil
        case .duration: TimeSpan(parsing: text) != nil
        }
    }

    /// Whether a whole scalar with a value is a number or a boolean, as YAML has them; the values of the other types are texts.
    var isTyped: Bool { self == .integer || self == .number || self == .boolean }

    /// The value in the language of expressions: texts in quotes, times as literals of their type.
    func literal(_ text: String) -> String {
        let quoted = "'" + text.replacing("'", with: "''") + "'"
        switch self {
        case .string: return quoted
        case .integer, .number: return text.hasPrefix("-") ? "(\(text))" : text
        case .boolean: return text
        case .date: return "DATE " + quoted
        case .timestamp: return (Self.parsed(text, TimeText.timestamp)?.offsetSeconds == nil ? "TIMESTAMP " : "TIMESTAMPTZ ") + quoted
        case .duration:
            let micros = TimeSpan(parsing: text)?.micros ?? 0
            return "INTERVAL '\(micros / 1_000_000) seconds \(micros % 1_000_000) microseconds'"
        }
    }

    private static func isNumber(_ text: String) -> Bool {
        guard let number = Double(text), number.isFinite else { return false }
        return text.utf8.allSatisfy { "0123456789+-.eE".utf8.contains($0) }
    }

    private static func parsed<Result>(_ text: String, _ parse: (UnsafeBufferPointer<UInt8>) -> Result?) -> Result? {
        var text = text
        return text.withUTF8(parse)
    }
}
