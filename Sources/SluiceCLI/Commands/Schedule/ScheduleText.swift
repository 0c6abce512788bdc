import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceScheduler
import SluiceSchedules

/// Schedules that stand on a command line.
enum ScheduleText {
    /// The rules of an expression.
    ///
    /// - Throws: What is wrong, with the place under the text.
    static func rules(_ text: String, timezone: String?) throws -> ScheduleDeclaration {
        var rules = ScheduleDeclaration()
        rules.schedule = Schedule([try expression(text)])
        if let timezone { rules.schedule?.zone = try ZoneDirectory.system.zone(timezone) }
        return rules
    }

    /// The expression that the option `--at` has.
    ///
    /// - Throws: `MarkedError` with the text, and marks under what is wrong in it.
    static func expression(_ text: String) throws -> ScheduleExpression {
        do throws(ScheduleSyntaxError) {
            return try ScheduleExpression(text)
        } catch {
            let first = error.range.lowerBound + 1
            throw MarkedError(
                error.sluiceError(in: text, at: .file(path: "--at", line: 1, column: first)),
                ErrorExcerpt(lineNumber: 1, line: text, marked: first...max(first, error.range.upperBound)))
        }
    }

    /// A time of a command line in seconds since 1970: a date or time of the job's zone, or one with an offset.
    ///
    /// - Throws: `usage`.
    static func moment(_ text: String, _ option: String, _ zone: ZoneRules) throws(SluiceError) -> Int64 {
        guard let time = Array(text.utf8).withUnsafeBufferPointer({ TimeText.timestamp($0) }) else {
            throw SluiceError(
                .usage, "\(option) \(text.quotedForMessage) is no time",
                remedy: "write it as 2024-03-01 or 2024-03-01T08:00, with an offset if it is of no zone of the job")
        }
        if time.offsetSeconds != nil { return time.utcMicros / TimeText.microsPerSecond }
        return zone.instant(ofLocal: time.wallMicros / TimeText.microsPerSecond)
    }
}
