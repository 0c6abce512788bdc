import SluiceCore
import Testing

@Suite("Dates and times as text")
struct TimeTextTests {
    private func timestamp(_ text: String) -> TimeText.Timestamp? { Array(text.utf8).withUnsafeBufferPointer { TimeText.timestamp($0) } }
    private func date(_ text: String) -> Int32? { Array(text.utf8).withUnsafeBufferPointer { TimeText.date($0) } }

    @Test("known days")
    func knownDays() {
        #expect(date("1970-01-01") == 0)
        #expect(date("2000-02-29") == 11_016)
        #expect(date("1969-12-31") == -1)
        #expect(date("0000-03-01") == -719_468)
        #expect(date("9999-12-31") == 2_932_896)
    }

    @Test(
        "days that do not exist",
        arguments: ["2023-02-29", "1900-02-29", "2024-13-01", "2024-00-10", "2024-04-31", "2024-1-01", "24-01-01", "2024/01/01", ""])
    func impossibleDays(_ text: String) { #expect(date(text) == nil) }

    @Test("every day of 800 years comes back from its text")
    func dayRoundTrip() {
        for day in Int32(-146_097)..<146_097 {
            let civil = CivilDate(daysSinceEpoch: Int(day))
            #expect(civil.daysSinceEpoch == Int(day))
        }
        for day in stride(from: Int32(-700_000), to: 2_900_000, by: 997) {
            #expect(date(Value.date(day).description) == day)
        }
    }

    @Test("weekdays and days of the year")
    func weekdays() {
        #expect(CivilDate(year: 2024, month: 2, day: 29)?.isoWeekday == 4)
        #expect(CivilDate(year: 1969, month: 12, day: 28)?.isoWeekday == 7)
        #expect(CivilDate(year: 2024, month: 12, day: 31)?.dayOfYear == 366)
    }

    @Test("forms of a timestamp")
    func forms() {
        let noon: Int64 = 1_704_110_400_000_000
        #expect(timestamp("2024-01-01T12:00:00Z") == .init(wallMicros: noon, offsetSeconds: 0))
        #expect(timestamp("2024-01-01 12:00:00") == .init(wallMicros: noon, offsetSeconds: nil))
        #expect(timestamp("2024-01-01 12:00") == .init(wallMicros: noon, offsetSeconds: nil))
        #expect(timestamp("2024-01-01") == .init(wallMicros: noon - 43_200_000_000, offsetSeconds: nil))
        #expect(timestamp("2024-01-01T12:00:00.25Z") == .init(wallMicros: noon + 250_000, offsetSeconds: 0))
        #expect(timestamp("2024-01-01T12:00:00.123456000")?.wallMicros == noon + 123_456)
        #expect(timestamp("2024-01-01T14:00:00+02:00")?.utcMicros == noon)
        #expect(timestamp("2024-01-01T06:30:00-0530")?.utcMicros == noon)
        #expect(timestamp("2024-01-01 12:00:00 UTC")?.utcMicros == noon)
    }

    @Test(
        "what is no timestamp",
        arguments: [
            "2024-01-01T24:00:00", "2024-01-01T12:60:00", "2024-01-01T12:00:60", "2024-01-01T12", "2024-01-01T12:00:00.",
            "2024-01-01T12:00:00.1234567",
            "2024-01-01T12:00:00+", "2024-01-01T12:00:00+2", "2024-01-01T12:00:00+19:00", "2024-01-01x12:00:00", "2024-01-01T12:00:00 Z",
        ])
    func refused(_ text: String) { #expect(timestamp(text) == nil) }

    @Test(
        "timestamps come back from their text",
        arguments: [0, 1, -1, -86_400_000_001, 1_704_110_400_000_000, 253_402_300_799_999_999, -62_135_596_800_000_000])
    func timestampRoundTrip(_ micros: Int64) {
        #expect(timestamp(Value.timestamp(micros, zoned: true).description)?.utcMicros == micros)
    }
}
