package import SluiceCore
package import SluicePipelines

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
            guard let seconds = Int64(parts[0]), seconds.magnitude < 1 << 40 else { return nil }
            guard parts.count == 2 else { return seconds * 1_000_000 }
            let digits = parts[1].prefix(6)
            guard let fraction = Int64(digits), digits.first != "-", digits.first != "+" else { return nil }
            let scale = [100_000, 10_000, 1_000, 100, 10, 1][digits.count - 1] as Int64
            return seconds * 1_000_000 + (text.hasPrefix("-") ? -fraction : fraction) * scale
        }
    }

    /// The lower bound that brings every record: the first time that texts can say, or 1970, before which services that count seconds take nothing.
    var earliest: Int64 {
        switch self {
        case .time, .spaced: -62_135_596_800_000_000
        case .seconds, .decimal, .number: 0
        }
    }

    /// The lag where nobody says one.
    var usualLag: Int64 { self == .number ? 0 : 60_000_000 }

    /// A lag as it is written: a length of time, or for numbers a number.
    package func lag(_ node: DefinitionNode) throws(SluiceError) -> Int64 {
        guard self == .number else { return try node.timeSpan(in: 0...SaaSLimits.longestLag).micros }
        return Int64(try node.integer(in: 0...Int.max))
    }

    /// A lag for people.
    package func lagText(_ lag: Int64) -> String { self == .number ? String(lag) : "\(lag / 1_000_000) s" }

    /// Where somebody says that reading begins: a time, or a value of the form.
    package func begin(of text: String) -> Int64? {
        self == .number ? place(of: text) : CursorForm.time.place(of: text) ?? place(of: text)
    }

    /// How somebody says it.
    package var example: String { self == .number ? "1200" : "\"2024-01-31T10:00:00Z\"" }

    /// A place for people and for records of runs: a time to the microsecond, or the number.
    package func shown(_ place: Int64) -> String {
        if self == .number { return String(place) }
        var bytes: [UInt8] = []
        TimeText.append(micros: place, zoned: true, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// How many digits a time has behind its seconds; none where it has no form of a time.
    func digits(of text: String) -> Int {
        guard self == .time || self == .spaced, let point = text.utf8.firstIndex(of: UInt8(ascii: ".")) else { return 0 }
        return min(text.utf8[point...].dropFirst().prefix { (0x30...0x39).contains($0) }.count, Self.mostDigits)
    }

    private static let mostDigits = 9

    /// A place as the service reads it; a form of seconds takes those that have begun.
    ///
    /// - Parameter digits: How many a time has behind its seconds.
    package func text(of place: Int64, digits: Int = 0) -> String {
        switch self {
        case .number: return String(place)
        case .seconds: return String(place.flooredSeconds)
        case .decimal:
            let (seconds, fraction) = place.magnitude.quotientAndRemainder(dividingBy: 1_000_000)
            let digits = String(fraction)
            return "\(place < 0 ? "-" : "")\(seconds).\(String(repeating: "0", count: 6 - digits.utf8.count))\(digits)"
        case .time, .spaced:
            var bytes: [UInt8] = []
            // A lag does not lead before the first time that a text can say.
            let place = max(earliest, place)
            TimeText.append(micros: place.flooredSeconds * 1_000_000, zoned: false, to: &bytes)
            if digits > 0 {
                let fraction = String(place - place.flooredSeconds * 1_000_000)
                let padded = String(repeating: "0", count: 6 - fraction.utf8.count) + fraction
                bytes.append(UInt8(ascii: "."))
                bytes += padded.utf8.prefix(digits)
                bytes += repeatElement(UInt8(ascii: "0"), count: max(0, digits - 6))
            }
            let text = String(decoding: bytes, as: UTF8.self)
            return self == .time ? text + "Z" : text.replacing("T", with: " ")
        }
    }
}

extension Int64 {
    fileprivate var flooredSeconds: Int64 { (self >= 0 ? self : self - 999_999) / 1_000_000 }
}
