import SluiceCore
import SluiceTestKit
import Testing

@testable import SluiceSchedules

/// Ticks against a model that walks through time and looks at the clock on the wall.
@Suite("schedules in all zones", .enabled(if: !ZoneDirectory.system.names().isEmpty, "this system has no tzdata"))
struct ScheduleModelTests {
    /// A random expression, as text and as the sets that the text means.
    struct Sample {
        var text: String
        var minutes: Set<Int>
        var hours: Set<Int>
        var days: Set<Int>
        var months: Set<Int>
        /// Sunday is 0.
        var weekdays: Set<Int>
        var takesEither: Bool

        init(minuteStep: Int, _ random: inout SeededGenerator) {
            func some(_ range: [Int], _ all: Int) -> (String, Set<Int>) {
                guard Int.random(in: 0..<3, using: &random) > 0 else { return ("*", Set(range)) }
                let picks = Set(
                    (0..<Int.random(in: 1...all, using: &random)).map { _ in range[Int.random(in: range.indices, using: &random)] })
                return (picks.sorted().map(String.init).joined(separator: ","), picks)
            }
            let minutes = some(Array(stride(from: 0, to: 60, by: minuteStep)), 4)
            let allMinutes = minutes.0 == "*" ? "*/\(minuteStep)" : minutes.0
            let (hours, days, months, weekdays) = (
                some(Array(0...23), 6), some(Array(1...28), 9), some(Array(1...12), 8), some(Array(0...6), 4)
            )
            text = [minuteStep == 1 ? minutes.0 : allMinutes, hours.0, days.0, months.0, weekdays.0].joined(separator: " ")
            (self.minutes, self.hours, self.days, self.months, self.weekdays) = (minutes.1, hours.1, days.1, months.1, weekdays.1)
            if days.0 == "*" { self.days.formUnion(29...31) }
            takesEither = days.0 != "*" && weekdays.0 != "*"
        }

        func matches(_ local: Int64) -> Bool {
            let day = Int(local.floorDivided(by: 86_400))
            let second = Int(local - Int64(day) * 86_400)
            guard second % 60 == 0, minutes.contains(second / 60 % 60), hours.contains(second / 3600) else { return false }
            let date = CivilDate(daysSinceEpoch: day)
            let (byDay, byWeekday) = (days.contains(date.day), weekdays.contains(date.isoWeekday % 7))
            return months.contains(date.month) && (takesEither ? byDay || byWeekday : byDay && byWeekday)
        }
    }

    /// Walks from moment to moment: a local time that was not seen before is a tick where it matches; those that were jumped over are one at
    /// the moment of the jump.
    static func model(_ sample: Sample, _ zone: ZoneRules, _ range: Range<Int64>, step: Int64) -> [Int64] {
        var ticks: [Int64] = []
        // Where the clock stood highest so far: what lies below it was seen, or was jumped over.
        var highest = zone.local(at: range.lowerBound - step)
        for moment in stride(from: range.lowerBound - 90_000, to: range.lowerBound, by: Int64.Stride(step)) {
            highest = max(highest, zone.local(at: moment))
        }
        for moment in stride(from: range.lowerBound, to: range.upperBound, by: Int64.Stride(step)) {
            let local = zone.local(at: moment)
            guard local > highest else { continue }
            if local == highest + step {
                if sample.matches(local) { ticks.append(moment) }
            } else if stride(from: highest + step, through: local, by: Int64.Stride(step)).contains(where: sample.matches) {
                ticks.append(moment)
            }
            highest = local
        }
        return ticks
    }

    /// One zone of each kind: many names are of the same clocks.
    static func distinctZones() throws -> [ZoneRules] {
        var seen: Set<[Int64]> = []
        return try ZoneDirectory.system.names().map { try ZoneDirectory.system.zone($0) }
            .filter { zone in seen.insert(zone.transitions.filter { $0 > 0 } + zone.offsets.map { Int64($0) }).inserted }
    }

    @Test("half years at random, each quarter of an hour") func halves() throws {
        var random = SeededGenerator(seed: 2026)
        for zone in try Self.distinctZones() {
            do {
                let year = Int.random(in: 1975...2060, using: &random)
                let first = try #require(CivilDate(year: year, month: Bool.random(using: &random) ? 1 : 7, day: 1))
                let start = Int64(first.daysSinceEpoch) * 86_400
                let range = start..<(start + 184 * 86_400)
                let isEven =
                    zone.offset(at: range.lowerBound) % 900 == 0
                    && zone.transitions.filter { range.contains($0) }.allSatisfy { $0 % 900 == 0 && zone.offset(at: $0) % 900 == 0 }
                guard isEven else { continue }
                let sample = Sample(minuteStep: 15, &random)
                let schedule = Schedule([try ScheduleExpression(sample.text)], zone: zone)
                let found = schedule.ticks(after: range.lowerBound - 1, notAfter: range.upperBound - 1, limit: .max)
                let expected = Self.model(sample, zone, range, step: 900)
                #expect(found == expected, "\(sample.text) in \(zone.name), \(year)")
            }
        }
    }

    @Test("days around changes of clocks, each minute") func changes() throws {
        var random = SeededGenerator(seed: 99)
        var compared = 0
        for zone in try Self.distinctZones() {
            let changes = zone.transitions.filter {
                $0 > 0 && $0 < 3_000_000_000 && $0 % 60 == 0 && zone.offset(at: $0 - 1) % 60 == 0 && zone.offset(at: $0) % 60 == 0
            }
            for change in changes.shuffled(using: &random).prefix(2) {
                let day = change.floorDivided(by: 86_400) * 86_400
                let range = (day - 43_200)..<(day + 2 * 86_400)
                guard zone.transitions.allSatisfy({ !range.contains($0) || $0 % 60 == 0 }) else { continue }
                var sample = Sample(minuteStep: 1, &random)
                // Months and days would leave most of these windows empty.
                (sample.months, sample.takesEither) = (Set(1...12), false)
                let words = sample.text.split(separator: " ")
                (sample.days, sample.weekdays) = (Set(1...31), Set(0...6))
                sample.text = "\(words[0]) \(words[1]) * * *"
                let schedule = Schedule([try ScheduleExpression(sample.text)], zone: zone)
                let found = schedule.ticks(after: range.lowerBound - 1, notAfter: range.upperBound - 1, limit: .max)
                #expect(found == Self.model(sample, zone, range, step: 60), "\(sample.text) in \(zone.name) around \(change)")
                compared += found.count
                if let last = found.last {
                    let floor = range.lowerBound - 1
                    #expect(schedule.last(notAfter: range.upperBound - 1, after: floor) == last)
                }
            }
        }
        #expect(compared > 5_000)
    }

    @Test("start, end, excluded days and jitter") func bounds() throws {
        let berlin = try ZoneDirectory.system.zone("Europe/Berlin")
        var schedule = Schedule(
            [try ScheduleExpression("0 9 * * *"), try ScheduleExpression("0 18 * * FRI")], zone: berlin,
            start: try seconds("2026-12-22T08:00"), end: try seconds("2027-01-02T08:00"))
        for text in ["sat", "sunday", "12-25", "2026-12-28..2026-12-30"] { try schedule.excluded.add(text) }
        #expect(
            schedule.ticks(after: 0, count: 20).map { String(berlin.text(of: $0).prefix(13)) }
                == ["2026-12-22T09", "2026-12-23T09", "2026-12-24T09", "2026-12-31T09", "2027-01-01T09", "2027-01-01T18"])
        schedule.jitterSeconds = 600
        let delays = schedule.ticks(after: 0, count: 20).map { schedule.delay(of: $0, job: "a") }
        #expect(delays == schedule.ticks(after: 0, count: 20).map { schedule.delay(of: $0, job: "a") })
        #expect(delays.allSatisfy { (0...600).contains($0) } && Set(delays).count > 3)
        #expect(delays != schedule.ticks(after: 0, count: 20).map { schedule.delay(of: $0, job: "b") })
        // A calendar that leaves nothing ends the search.
        var never = Schedule([try ScheduleExpression("* * * * * *")])
        for day in CronField.dayNames { try never.excluded.add(day) }
        #expect(never.next(after: 0) == nil)
    }

    @Test(
        "mistakes in excluded days",
        arguments: [
            ("fridy", "\"friday\""), ("2026-13-01", "2026-12-25"), ("13-01", "12-25"), ("2026-02-02..2026-01-01", "swap"),
            ("..", "2026-12-25"),
        ])
    func excluded(_ text: String, _ remedy: String) throws {
        var days = ExcludedDays()
        let error = try #require(throws: ScheduleSyntaxError.self) { try days.add(text) }
        #expect(error.remedy?.contains(remedy) == true, "\(error)")
    }
}
