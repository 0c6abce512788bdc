/// A length of time as definitions write it: `90 s`, `1 minute`, `1h30m`, `500 ms`, `2 days`.
///
/// Every number has its unit: us, ms, s, m, h, d, w, or a name such as `seconds`. Months and years have no fixed length.
package struct TimeSpan: Hashable, Sendable {
    package var micros: Int64

    package init(micros: Int64) { self.micros = micros }

    /// Nil for anything else, and for more than `maxMicros`.
    package init?(parsing text: String) {
        var rest = text[...]
        var total: Int64 = 0
        while true {
            rest = rest.drop { $0 == " " }
            if rest.isEmpty { break }
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest[digits.endIndex...].drop { $0 == " " }
            let unit = rest.prefix { $0.isASCII && $0.isLetter }
            rest = rest[unit.endIndex...]
            guard let count = Int64(digits), let size = Self.units[unit.lowercased()] else { return nil }
            let (part, isLong) = count.multipliedReportingOverflow(by: size)
            guard !isLong, part <= Self.maxMicros - total else { return nil }
            total += part
        }
        guard total > 0 || text.contains("0") else { return nil }
        micros = total
    }

    /// A hundred years.
    package static let maxMicros: Int64 = 36_525 * 86_400_000_000

    private static let units: [String: Int64] = {
        let names: [(Int64, [String])] = [
            (1, ["us", "microsecond", "microseconds"]), (1_000, ["ms", "millisecond", "milliseconds"]),
            (1_000_000, ["s", "sec", "second", "seconds"]), (60_000_000, ["m", "min", "minute", "minutes"]),
            (3_600_000_000, ["h", "hour", "hours"]), (86_400_000_000, ["d", "day", "days"]),
            (604_800_000_000, ["w", "week", "weeks"]),
        ]
        return Dictionary(uniqueKeysWithValues: names.flatMap { size, names in names.map { ($0, size) } })
    }()
}

extension TimeSpan: CustomStringConvertible {
    /// `1 h 30 m`.
    package var description: String {
        let sizes: [(String, Int64)] = [
            ("d", 86_400_000_000), ("h", 3_600_000_000), ("m", 60_000_000), ("s", 1_000_000), ("ms", 1_000), ("us", 1),
        ]
        var rest = micros
        var parts: [String] = []
        for (unit, size) in sizes where rest >= size {
            parts.append("\(rest / size) \(unit)")
            rest %= size
        }
        return parts.isEmpty ? "0 s" : parts.joined(separator: " ")
    }
}
