import SluiceSchedules
import Testing

/// The tick before one.
@Suite("previous ticks") struct PreviousTickTests {
    private func schedule(_ text: String, start: Int64? = nil) throws -> Schedule { Schedule([try ScheduleExpression(text)], start: start) }

    @Test(
        "it is found however long ago it was",
        arguments: [
            ("rate(60 weeks)", Int64(1_741_824_000), Int64(1_705_536_000)), ("0 0 29 2 *", 1_835_395_200, 1_709_164_800),
            ("cron(0 0 1 1 ? 1970/2)", 1_767_225_600, 1_704_067_200), ("0 3 * * *", 1_770_001_200, 1_769_914_800),
            ("* * * * * *", 1_770_000_000, 1_769_999_999),
        ])
    func found(_ text: String, _ tick: Int64, _ previous: Int64) throws {
        let schedule = try schedule(text)
        let before = try #require(schedule.previous(before: tick))
        #expect(before < tick && schedule.next(after: before) ?? .max >= tick, "\(before)")
        if schedule.next(after: tick - 1) == tick { #expect(before == previous, "\(before)") }
    }

    @Test("behind a start the first tick has one before it; what happens once has none") func start() throws {
        let start: Int64 = 1_769_990_400
        #expect(try schedule("0 3 * * *", start: start).previous(before: start + 10_800) == start + 10_800 - 86_400)
        #expect(try schedule("rate(7 hours)", start: start).previous(before: start) == start - 7 * 3_600)
        #expect(try schedule("at(2026-02-02T00:00:00)").previous(before: start) == nil)
        #expect(try schedule("0 3 * * *").previous(before: 10_800) == nil)
    }
}
