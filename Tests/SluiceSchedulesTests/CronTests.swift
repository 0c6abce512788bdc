import SluiceCore
import SluiceTestKit
import Testing

@testable import SluiceSchedules

/// Ticks in UTC as text, without seconds where these are zero.
func ticks(_ text: String, from start: String, count: Int = 3, zone: ZoneRules = .utc) throws -> [String] {
    let schedule = Schedule([try ScheduleExpression(text)], zone: zone)
    return schedule.ticks(after: try seconds(start), count: count).map { zone.text(of: $0) }
}

/// Seconds since 1970 of a time in UTC.
func seconds(_ text: String) throws -> Int64 {
    let bytes = Array(text.utf8)
    let time = try #require(bytes.withUnsafeBufferPointer { TimeText.timestamp($0) })
    return time.utcMicros / 1_000_000
}

@Suite("cron expressions") struct CronTests {
    @Test("plain expressions have the ticks that croniter finds") func croniter() throws {
        let lines = CroniterVectors.text.split(separator: "\n")
        #expect(lines.count == 150)
        for line in lines {
            let parts = line.split(separator: "|")
            let schedule = Schedule([try ScheduleExpression(String(parts[0]))])
            let start = try #require(Int64(parts[1].filter { $0 != " " }))
            let expected = parts[2].split(separator: " ").compactMap { Int64($0) }
            #expect(schedule.ticks(after: start, count: 3) == expected, "\(line)")
        }
    }

    @Test(
        "signs for places in a month",
        arguments: [
            ("cron(0 10 L * ? *)", ["2024-01-31", "2024-02-29", "2024-03-31"]),
            ("cron(0 10 L-3 * ? *)", ["2024-01-28", "2024-02-26", "2024-03-28"]),
            // 2024-06-15 is a Saturday, 2024-09-15 a Sunday.
            ("cron(0 10 15W 6,9 ? 2024)", ["2024-06-14", "2024-09-16"]),
            // 2024-06-01 is a Saturday, and the weekday near it stays in the month; 2024-03-31 is a Sunday.
            ("cron(0 10 1W 6 ? 2024)", ["2024-06-03"]), ("cron(0 10 31W 3 ? 2024)", ["2024-03-29"]),
            ("cron(0 10 LW 3,6 ? 2024)", ["2024-03-29", "2024-06-28"]),
            // Sunday is 1.
            ("cron(0 10 ? * 6L *)", ["2024-01-26", "2024-02-23", "2024-03-29"]),
            ("cron(0 10 ? * 2#1 *)", ["2024-01-01", "2024-02-05", "2024-03-04"]),
            ("cron(0 10 ? 2 MON#5 *)", ["2044-02-29", "2072-02-29", "2112-02-29"]),
            ("cron(0 10 29 2 ? *)", ["2024-02-29", "2028-02-29", "2032-02-29"]),
            ("0 10 ? * FRI#3", ["2024-01-19", "2024-02-16", "2024-03-15"]),
            ("0 10 LW * *", ["2024-01-31", "2024-02-29", "2024-03-29"]),
        ])
    func places(_ text: String, _ days: [String]) throws {
        #expect(try ticks(text, from: "2024-01-01", count: 3).map { String($0.prefix(10)) } == days)
    }

    @Test("the sixth field of the plain form is before the others and means seconds; that of cron(…) is years") func six() throws {
        #expect(try ticks("15 30 2 * * *", from: "2024-01-01") == ["2024-01-01T02:30:15Z", "2024-01-02T02:30:15Z", "2024-01-03T02:30:15Z"])
        #expect(try ticks("*/20 59 23 31 12 *", from: "2024-01-01").last == "2024-12-31T23:59:40Z")
        #expect(try ticks("cron(0 0 1 1 ? 2025-2026)", from: "2024-01-01") == ["2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z"])
    }

    @Test("two restricted days are met by either, unless one has a star (crontab(5))") func days() throws {
        #expect(try ticks("0 0 13 * 5", from: "2024-09-06").map { $0.prefix(10) } == ["2024-09-13", "2024-09-20", "2024-09-27"])
        #expect(try ticks("0 0 */13 * 5", from: "2024-09-01").map { $0.prefix(10) } == ["2024-09-27", "2024-11-01", "2024-12-27"])
        #expect(try ticks("0 0 * * FRI-SUN", from: "2024-09-01").map { $0.prefix(10) } == ["2024-09-06", "2024-09-07", "2024-09-08"])
    }

    @Test("rate, at, and names of common schedules") func kinds() throws {
        #expect(try ticks("rate(90 minutes)", from: "2024-01-01T00:10").first == "2024-01-01T01:30:00Z")
        #expect(try ticks("at(2030-01-31T08:00:00)", from: "2024-01-01") == ["2030-01-31T08:00:00Z"])
        #expect(try ticks("at(2030-01-31T08:00:00)", from: "2030-01-31T08:00").isEmpty)
        #expect(try ticks("@hourly", from: "2024-01-01", count: 1) == ["2024-01-01T01:00:00Z"])
    }

    @Test(
        "mistakes are found with their place and what to write",
        arguments: [
            ("60 2 * * *", 0..<2, "60 is no minute", "a minute is from 0 to 59"), ("0 24 * * *", 2..<4, "24 is no hour", "midnight is 0"),
            ("0 25 * * *", 2..<4, "25 is no hour", "an hour is from 0 to 23"),
            ("0 0 30 FEB ? *", 7..<10, "no day of the month", "cron(0 0 30 FEB ? *)"),
            ("0 0 * FEBB *", 6..<10, "\"FEBB\" is no month", "\"FEB\""), ("0 0 * * MONDAY", 8..<14, "\"MONDAY\" is no day", "\"MON\""),
            ("0 0 30 2 *", 4..<6, "no date is ever met", "29 days"), ("0 0 31 4,6 *", 4..<6, "no date is ever met", "30 days"),
            ("*/0 * * * *", 2..<3, "no number of 1 or more", "*/15"), ("5-1/2 * * * *", 0..<3, "ends before it begins", "swap"),
            ("1,,2 * * * *", 0..<4, "empty item", "comma"), ("* * *", 0..<5, "five or six fields", "minute, hour"),
            ("1 2 3 4 5 6 7", 12..<13, "five or six fields", "second"), ("cron(0 0 * * *)", 5..<14, "six fields", "cron(0 0 * * ? *)"),
            ("cron(0 0 * * * *)", 13..<14, "has to be ?", "?"), ("cron(0 0 29 2 ? 2023)", 16..<20, "no such date", "leap"),
            ("cron(0 0 ? * 0 *)", 13..<14, "0 is no day of the week", "Sunday is 1"),
            ("rat(5 minutes)", 0..<3, "no schedule of the kind", "\"rate\""),
            ("rate(5 minuts)", 7..<13, "no unit", "\"minutes\""), ("rate(0 days)", 5..<6, "from 1 to", "rate(5 days)"),
            ("rate(5 min)", 7..<10, "no unit", "\"minutes\""), ("rate(1 h)", 7..<8, "no unit", "\"hours\""),
            ("rate(5 months)", 7..<13, "no unit", "cron expression"), ("rate(5minutes)", 5..<13, "no rate", "rate(5 minutes)"),
            ("rate(1.5 hours)", 5..<8, "no whole number", "rate(90 minutes)"),
            ("rate(0.5 days)", 5..<8, "no whole number", "rate(12 hours)"),
            ("rate(-5 minutes)", 5..<7, "no whole number", "rate(5 minutes)"),
            ("rate(99999999999 days)", 5..<16, "to 999999999", "rate(5 days)"),
            ("5 minutes", 0..<9, "no cron expression", "rate(5 minutes)?"),
            ("rate 1 minute", 0..<13, "no cron expression", "rate(1 minute)?"), ("@every 5m", 0..<9, "no schedule", "rate(5 minutes)?"),
            ("every day", 0..<9, "no cron expression", "rate(1 day)?"), ("hourly", 0..<6, "no cron expression", "@hourly?"),
            ("@hour", 0..<5, "no schedule", "@hourly?"), ("@reboot", 0..<7, "no schedule", "@daily"),
            ("02:30", 0..<5, "no cron expression", "30 2 * * *"), ("cron 0 5 * * *", 0..<14, "no cron expression", "mean 0 5 * * *?"),
            ("cron 0 5 ? * MON *", 0..<18, "no cron expression", "cron(0 5 ? * MON *)?"),
            ("*/90 * * * *", 2..<4, "longer than all minutes", "rate(90 minutes)"), ("0 0 */40 * *", 6..<8, "longer", "below 31"),
            ("/5 * * * *", 0..<2, "step of nothing", "*/5?"), ("0 0 * * Fryday", 8..<14, "no day of the week", "\"FRI\""),
            ("0 0 * Octobre *", 6..<13, "no month", "\"OCT\""), ("0 2 * * #2", 8..<10, "lacks a day", "MON"),
            ("0 2 * * MON TUE", 8..<11, "no month", "MON,TUE"), ("cron(30 2 * * ?)", 5..<15, "six fields", "cron(30 2 * * ? *)"),
            ("cron(0 0 1 * MON)", 5..<16, "six fields", "year"), ("at(2250-01-01)", 3..<13, "1970 to 2199", "year"),
            ("rate(1 hour", 11..<11, "not closed", ")"),
            ("at(2030-02-30)", 3..<13, "is no time", "at("),
            ("2030-01-31T08:00:00", 0..<19, "is a time", "at(2030-01-31T08:00:00)"), ("2030-01-31 08:00", 0..<16, "is a time", "at("),
            ("every 5 minutes", 0..<15, "no cron expression", "rate(5 minutes)"), ("@dayly", 0..<6, "no schedule", "\"@daily\""),
            ("", 0..<0, "empty", "30 2"),
            ("0 0 32W * *", 4..<7, "no weekday near", "15W"), ("0 0 * * MON#6", 8..<13, "no n-th day", "MON#1"),
            ("0 0 L-31 * *", 4..<8, "before the last", "L-30"),
        ] as [(String, Range<Int>, String, String)])
    func mistakes(_ text: String, _ range: Range<Int>, _ message: String, _ remedy: String) throws {
        let error = try #require(throws: ScheduleSyntaxError.self) { try ScheduleExpression(text) }
        #expect(error.range == range, "\(error)")
        #expect(error.message.contains(message), "\(error)")
        #expect((error.remedy ?? "").contains(remedy), "\(error)")
    }

    @Test("any text is read or refused") func noise() throws {
        var random = SeededGenerator(seed: 41)
        let letters = Array("0123456789*/,-?LW#@()MONFEB crateat:T")
        for _ in 0..<20_000 {
            let text = String(
                (0..<Int.random(in: 0..<18, using: &random)).map { _ in letters[Int.random(in: letters.indices, using: &random)] })
            do throws(ScheduleSyntaxError) {
                let schedule = Schedule([try ScheduleExpression(text)])
                if let tick = schedule.next(after: 0) { #expect(tick > 0) }
            } catch {
                #expect(error.range.upperBound <= text.unicodeScalars.count, "\(text.debugDescription): \(error)")
            }
        }
    }
}
