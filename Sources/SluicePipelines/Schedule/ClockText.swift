package import SluiceSchedules

/// What decides the ticks of a job, as one text: the expressions, the zone, start and end in seconds since 1970 (0: none), excluded days.
///
/// `0 2 * * *|Europe/Berlin|0|0|2026-12-25`. Behind it stand names of calendars, each with a mark of its days: `|holidays#` and 16 signs.
package enum ClockText {
    private static let separator = UInt8(ascii: "|")

    static func text(_ expressions: [String], _ schedule: Schedule, excluded: [String]) -> String {
        (expressions + [schedule.zone.name, "\(schedule.start ?? 0)", "\(schedule.end ?? 0)"] + excluded)
            .joined(separator: String(UnicodeScalar(separator)))
    }

    /// The text with a declared calendar, whose days decide the ticks, too.
    package static func adding(_ calendar: String, _ days: ExcludedDays, to text: String) -> String {
        text + "|" + calendar + "#" + days.mark
    }

    /// Whether a text that the ledger has is that of a clock: also where it has the calendars without marks, as versions before wrote them.
    package static func isSame(_ stored: String, as text: String) -> Bool {
        if stored == text { return true }
        let plain = text.split(separator: "|", omittingEmptySubsequences: false).map { part in
            part.suffix(17).first == "#" ? part.dropLast(17) : part
        }
        return stored == plain.joined(separator: "|")
    }

    /// The schedule that a text without calendars decides, but for its jitter, which is no part of it.
    ///
    /// - Returns: Nil where the text is none that this version writes, or the zone is not there.
    package static func schedule(_ text: String) -> Schedule? {
        var parts = text.utf8.split(separator: separator, omittingEmptySubsequences: false).map { Substring($0) }[...]
        var expressions: [ScheduleExpression] = []
        while let part = parts.first, isExpression(part.utf8) {
            guard let expression = try? ScheduleExpression(String(part)) else { return nil }
            expressions.append(expression)
            parts = parts.dropFirst()
        }
        guard !expressions.isEmpty, parts.count >= 3, let zone = try? ZoneDirectory.system.zone(String(parts.removeFirst())),
            let start = Int64(parts.removeFirst()), let end = Int64(parts.removeFirst())
        else { return nil }
        var schedule = Schedule(expressions, zone: zone, start: start == 0 ? nil : start, end: end == 0 ? nil : end)
        for day in parts {
            guard (try? schedule.excluded.add(String(day))) != nil else { return nil }
        }
        return schedule
    }

    /// Names of zones have neither spaces nor parentheses, and begin with a letter.
    private static func isExpression(_ part: Substring.UTF8View) -> Bool {
        part.first == UInt8(ascii: "@") || part.contains { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "(") }
    }
}
