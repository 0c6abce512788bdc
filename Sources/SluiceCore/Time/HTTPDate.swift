/// The time of a `Date` header: `Sun, 29 Nov 2026 16:00:18 GMT` (RFC 9110, section 5.6.7).
package enum HTTPDate {
    private static let days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// - Parameter micros: Since 1970.
    package static func text(_ micros: Int64) -> String {
        let seconds = Int(micros / 1_000_000)
        let date = CivilDate(daysSinceEpoch: seconds / 86_400)
        let time = [seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60].map { padded($0) }.joined(separator: ":")
        return "\(days[date.isoWeekday - 1]), \(padded(date.day)) \(months[date.month - 1]) \(padded(date.year, 4)) \(time) GMT"
    }

    private static func padded(_ number: Int, _ width: Int = 2) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }

    /// Whole seconds since 1970; nil for another form.
    package static func seconds(_ text: String) -> Int64? { micros(text).map { $0 / 1_000_000 } }

    /// Microseconds since 1970; nil for another form.
    package static func micros(_ text: String) -> Int64? {
        let parts = text.split(separator: " ")
        guard parts.count == 6, parts[5] == "GMT", let day = Int(parts[1]), let month = months.firstIndex(of: String(parts[2])),
            let year = Int(parts[3]), (1970...9999).contains(year), let date = CivilDate(year: year, month: month + 1, day: day)
        else { return nil }
        let time = parts[4].split(separator: ":").compactMap { Int($0) }
        guard time.count == 3, (0...23).contains(time[0]), (0...59).contains(time[1]), (0...60).contains(time[2]) else { return nil }
        return Int64(date.daysSinceEpoch * 86_400 + time[0] * 3_600 + time[1] * 60 + time[2]) * 1_000_000
    }
}
