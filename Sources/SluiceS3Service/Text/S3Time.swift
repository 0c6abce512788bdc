import SluiceCore

/// Times as the documents of S3 write them.
enum S3Time {
    /// `2026-01-31T12:00:00.000Z`
    static func iso(_ micros: Int64) -> String {
        let seconds = Int(micros / 1_000_000)
        let date = CivilDate(daysSinceEpoch: seconds / 86_400)
        let millis = Int(micros / 1_000 % 1_000)
        return "\(padded(date.year, 4))-\(padded(date.month))-\(padded(date.day))T\(clock(seconds)).\(padded(millis, 3))Z"
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
        let bytes = Array(text.utf8)
        let midnights = ["", "T00:00:00Z", "T00:00:00.000Z"]
        guard bytes.count >= 10, midnights.contains(String(decoding: bytes[10...], as: UTF8.self)) else { return nil }
        return bytes[..<10].withUnsafeBufferPointer { TimeText.date($0) }.map { Int($0) }
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
