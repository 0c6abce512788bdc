import SluiceCore

/// Dates and timestamps that stand as text in an expression.
enum TextTimes {
    /// The literal that `text` means as a date or timestamp; nil where it is none.
    static func literal(_ text: String, as type: DataType) -> Literal? {
        var copy = text
        return copy.withUTF8 { bytes in
            switch type {
            case .date: TimeText.date(bytes).map { .date($0) }
            case .timestamp(let zoned): micros(bytes, zoned: zoned).map { .timestamp($0, zoned: zoned) }
            default: nil
            }
        }
    }

    /// Microseconds of a timestamp's text. A zone where the type has none does not fit; a missing one counts as UTC.
    static func micros(_ text: UnsafeBufferPointer<UInt8>, zoned: Bool) -> Int64? {
        guard let time = TimeText.timestamp(text), zoned || time.offsetSeconds == nil else { return nil }
        return zoned ? time.utcMicros : time.wallMicros
    }

    static func hasZone(_ text: String) -> Bool {
        var copy = text
        return copy.withUTF8 { TimeText.timestamp($0)?.offsetSeconds != nil }
    }

    static func advice(for type: DataType) -> String {
        switch type {
        case .date: "a date is written '2024-01-31'; for other forms use to_date(text, '%d/%m/%Y')"
        case .timestamp(zoned: false):
            "a timestamp is written '2024-01-31 23:59:00' without a zone; with one it is a timestamptz; for other forms use to_timestamp(text, pattern)"
        default: "a timestamptz is written '2024-01-31T23:59:00Z'; for other forms use to_timestamp(text, pattern)"
        }
    }
}
