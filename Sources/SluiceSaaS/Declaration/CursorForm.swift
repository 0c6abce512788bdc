import SluiceCore

/// How a service writes the values of a cursor.
package enum CursorForm: String, CaseIterable, Sendable {
    /// `2024-01-31T10:00:00Z`, as RFC 3339 has it; a time without a zone is in UTC.
    case time
    /// `2024-01-31 10:00:00`, in UTC.
    case spaced
    /// Seconds since 1970.
    case seconds
    /// Seconds since 1970 with six digits behind the point, as a text.
    case decimal
    /// A whole number that grows.
    case number

    /// Where the value lies: microseconds since 1970, or the number itself. Nil for what has not the form.
    package func place(of text: String) -> Int64? {
        switch self {
        case .time, .spaced: return Array(text.utf8).withUnsafeBufferPointer { TimeText.timestamp($0) }?.utcMicros
        case .number: return Int64(text)
        case .seconds, .decimal:
            let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
            guard let seconds = Int64(parts[0]), abs(seconds) < 1 << 40 else { return nil }
            guard parts.count == 2 else { return seconds * 1_000_000 }
            let digits = parts[1].prefix(6)
            guard let fraction = Int64(digits), fraction >= 0 else { return nil }
            let scale = [100_000, 10_000, 1_000, 100, 10, 1][digits.count - 1] as Int64
            return seconds * 1_000_000 + fraction * scale
        }
    }

    /// A place for people and for records of runs: a time to the microsecond, or the number.
    package func shown(_ place: Int64) -> String {
        if self == .number { return String(place) }
        var bytes: [UInt8] = []
        TimeText.append(micros: place, zoned: true, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A place as the service reads it; a form of seconds takes those that have begun.
    package func text(of place: Int64) -> String {
        switch self {
        case .number: return String(place)
        case .seconds: return String(place.flooredSeconds)
        case .decimal:
            let fraction = String(place - place.flooredSeconds * 1_000_000)
            return "\(place.flooredSeconds).\(String(repeating: "0", count: 6 - fraction.utf8.count))\(fraction)"
        case .time, .spaced:
            var bytes: [UInt8] = []
            TimeText.append(micros: place.flooredSeconds * 1_000_000, zoned: self == .time, to: &bytes)
            let text = String(decoding: bytes, as: UTF8.self)
            return self == .time ? text : text.replacing("T", with: " ")
        }
    }
}

extension Int64 {
    fileprivate var flooredSeconds: Int64 { (self >= 0 ? self : self - 999_999) / 1_000_000 }
}
