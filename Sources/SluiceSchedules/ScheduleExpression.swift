import SluiceCore

/// When something happens again and again, or once: one text of a schedule, compiled.
package enum ScheduleExpression: Hashable, Sendable {
    case cron(CronExpression)
    /// Every so many seconds from an anchor on: multiples of the length since 1970 in UTC, or since the schedule's start.
    case rate(seconds: Int64)
    /// Once, at a local time in seconds since 1970-01-01T00:00:00.
    case once(local: Int64)

    /// `30 2 * * *`, `0 30 2 * * *`, `@daily`, `cron(30 2 * * ? *)`, `rate(5 minutes)`, `at(2030-01-01T00:00:00)`.
    ///
    /// - Throws: What is wrong, with its place.
    package init(_ text: String) throws(ScheduleSyntaxError) {
        let whole = Piece(text)
        guard whole.scalars.count <= ScheduleLimits.characters else {
            throw whole.error("the schedule is longer than \(ScheduleLimits.characters) characters")
        }
        let piece = whole.trimmed
        guard !piece.isEmpty else { throw whole.error("the schedule is empty", remedy: "write for example 30 2 * * *, or rate(1 hour)") }
        guard let open = piece.scalars.firstIndex(of: "(") else {
            self = .cron(try CronParser.plain(piece))
            return
        }
        let name = Piece(piece.scalars[..<open]).trimmed
        guard piece.scalars.last == ")" else {
            throw ScheduleSyntaxError("\(name.text)( is not closed", piece.range.upperBound..<piece.range.upperBound, remedy: "add )")
        }
        let inner = Piece(piece.scalars[(open + 1)..<(piece.scalars.endIndex - 1)])
        switch name.text.lowercased() {
        case "cron": self = .cron(try CronParser.aws(inner))
        case "rate": self = .rate(seconds: try Self.rate(inner))
        case "at": self = .once(local: try Self.once(inner))
        default:
            throw name.error(
                "there is no schedule of the kind \(name.text.quotedForMessage)",
                remedy: Suggestion.remedy(for: name.text, in: ["cron", "rate", "at"], noun: "kinds"))
        }
    }

    private static func rate(_ piece: Piece) throws(ScheduleSyntaxError) -> Int64 {
        let words = piece.words
        guard words.count == 2 else {
            throw piece.error(
                "rate(\(piece.text)) is no rate",
                remedy: ScheduleAdvice.rate(piece.text).map { "did you mean \($0)?" }
                    ?? "write a number and a unit, such as rate(5 minutes)")
        }
        let word = words[1].text.lowercased()
        guard let unit = ScheduleAdvice.units.first(where: { word == $0.name || word == $0.name + "s" }) else {
            throw words[1].error(
                "there is no unit \(words[1].text.quotedForMessage)",
                remedy: ScheduleAdvice.unit(word).map { "did you mean \"\($0)s\"?" }
                    ?? "seconds, minutes, hours, days or weeks; for months write a cron expression")
        }
        guard let count = words[0].number, count > 0 else {
            throw words[0].error(
                "\(words[0].text.quotedForMessage) is no whole number from 1 to 999999999",
                remedy: ScheduleAdvice.wholeRate(words[0].text, unit: unit.seconds).map { "did you mean \($0)?" }
                    ?? "write for example rate(5 \(unit.name)s)")
        }
        return Int64(count) * unit.seconds
    }

    private static func once(_ piece: Piece) throws(ScheduleSyntaxError) -> Int64 {
        let text = Array(piece.trimmed.text.utf8)
        guard let time = text.withUnsafeBufferPointer({ TimeText.timestamp($0) }) else {
            throw piece.error("\(piece.text.quotedForMessage) is no time", remedy: "write it as at(2030-01-31T08:00:00)")
        }
        guard time.offsetSeconds == nil else {
            throw piece.error(
                "the time has an offset, and the schedule a time zone", remedy: "leave the offset out, and say the zone with `timezone`")
        }
        let seconds = time.wallMicros / TimeText.microsPerSecond
        guard ScheduleLimits.years.contains(CivilDate(daysSinceEpoch: Int(seconds / 86_400)).year), seconds >= 0 else {
            throw piece.error("\(piece.text.quotedForMessage) is not from 1970 to 2199", remedy: "write a year of these")
        }
        return seconds
    }
}
