import SluiceCore

/// Times as S3 writes them.
enum S3Time {
    private static let days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// `2026-01-31T12:00:00.000Z`
    static func iso(_ micros: Int64) -> String {
        let seconds = Int(micros / 1_000_000)
        let date = CivilDate(daysSinceEpoch: seconds / 86_400)
        let millis = Int(micros / 1_000 % 1_000)
        return "\(padded(date.year, 4))-\(padded(date.month))-\(padded(date.day))T\(clock(seconds)).\(padded(millis, 3))Z"
    }

    /// `Sat, 31 Jan 2026 12:00:00 GMT` (RFC 9110, section 5.6.7).
    static func http(_ micros: Int64) -> String {
        let seconds = Int(micros / 1_000_000)
        let date = CivilDate(daysSinceEpoch: seconds / 86_400)
        return "\(days[date.isoWeekday - 1]), \(padded(date.day)) \(months[date.month - 1]) \(padded(date.year, 4)) \(clock(seconds)) GMT"
    }

    /// Seconds since 1970 of what `http` writes; nil for anything else.
    static func seconds(http text: String) -> Int64? {
        let words = text.split(separator: " ")
        guard words.count == 6, words[5] == "GMT", let day = Int(words[1]), let month = months.firstIndex(of: String(words[2])),
            let year = Int(words[3]), let date = CivilDate(year: year, month: month + 1, day: day)
        else { return nil }
        let parts = words[4].split(separator: ":").compactMap { Int($0) }
        guard parts.count == 3, (0...23).contains(parts[0]), (0...59).contains(parts[1]), (0...60).contains(parts[2]) else { return nil }
        return Int64(date.daysSinceEpoch) * 86_400 + Int64(parts[0] * 3_600 + parts[1] * 60 + parts[2])
    }

    /// Microseconds since 1970 of what `iso` writes, also without the fraction; nil for anything else.
    static func micros(iso text: String) -> Int64? {
        guard text.hasSuffix("Z"), let day = day(iso: String(text.prefix(10))) else { return nil }
        let rest = text.dropFirst(10).dropLast()
        guard rest.hasPrefix("T") else { return nil }
        let parts = rest.dropFirst().split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3, let hour = Int64(parts[0]), let minute = Int64(parts[1]), let second = Int64(parts[2].prefix { $0 != "." }),
            (0...23).contains(hour), (0...59).contains(minute), (0...60).contains(second)
        else { return nil }
        return (Int64(day) * 86_400 + hour * 3_600 + minute * 60 + second) * 1_000_000
    }

    /// Days since 1970 of `2026-01-31` or `2026-01-31T00:00:00Z`; nil for anything else, and another time of day.
    static func day(iso text: String) -> Int? {
        let parts = text.prefix(10).split(separator: "-").compactMap { Int($0) }
        let rest = text.dropFirst(10)
        guard parts.count == 3, rest.isEmpty || ["T00:00:00Z", "T00:00:00.000Z"].contains(rest) else { return nil }
        return CivilDate(year: parts[0], month: parts[1], day: parts[2])?.daysSinceEpoch
    }

    private static func clock(_ seconds: Int) -> String {
        let time = seconds % 86_400
        return "\(padded(time / 3_600)):\(padded(time / 60 % 60)):\(padded(time % 60))"
    }

    private static func padded(_ number: Int, _ width: Int = 2) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
