import SluiceCore
import Testing

@Suite("stretches of time")
struct TimeRangeTests {
    private static let day: Int64 = 86_400_000_000

    @Test(
        "a text names a year, month, day, hour or moment",
        arguments: [
            ("2024", "2024"), ("2024-02", "2024-02"), ("2024-02-29", "2024-02-29"), ("20240229", "2024-02-29"),
            ("2024-02-29T23", "2024-02-29T23"), ("2024-02-29-23", "2024-02-29T23"), ("2024022923", "2024-02-29T23"),
            ("2024-02-29T23:30:00Z", "2024-02-29T23:30:00Z"), ("2024-03-01T00:30:00+01:00", "2024-02-29T23:30:00Z"), ("1969-12", "1969-12"),
        ])
    func names(_ text: String, _ name: String) { #expect(TimeRange(naming: text)?.description == name) }

    @Test(
        "other texts name nothing",
        arguments: ["", "24", "202402", "2024-13", "2024-02-30", "2024-02-29T24", "2024/02/29", "today", "2O24", "20241301"])
    func nothing(_ text: String) { #expect(TimeRange(naming: text) == nil) }

    @Test("the units of a calendar follow each other without a gap", arguments: CalendarUnit.allCases)
    func units(_ unit: CalendarUnit) throws {
        var micros = -Self.day * 400
        for _ in 0..<50 {
            let range = unit.range(around: micros)
            #expect(range.contains(micros) && !range.isEmpty)
            #expect(unit.range(around: range.endMicros - 1) == range)
            #expect(TimeRange(naming: unit.name(of: micros)) == range)
            micros = range.endMicros
        }
    }

    @Test("what lies in a stretch, and what only touches it")
    func bounds() throws {
        let january = try #require(TimeRange(naming: "2024-01"))
        let last = try #require(TimeRange(naming: "2024-01-31"))
        let next = try #require(TimeRange(naming: "2024-02-01"))
        #expect(january.contains(last) && january.contains(january) && !january.contains(next))
        #expect(january.overlaps(last) && !january.overlaps(next) && !last.overlaps(next))
        #expect(try #require(TimeRange(naming: "2024")).clamped(to: january) == january)
    }

    @Test("partitions by year and its parts, by a date, and by nothing that is a time")
    func partitions() throws {
        let split = try #require(PartitionTime(columns: ["country", "Month", "year"], values: [["ch", "2", "2024"]]))
        #expect(split.columns == ["year", "Month"] && split.unit == .month)
        #expect(split.range(of: ["ch", "02", "2024"])?.description == "2024-02")
        #expect(split.range(of: ["ch", nil, "2024"]) == nil && split.range(of: ["ch", "x", "2024"]) == nil)
        let dated = try #require(PartitionTime(columns: ["id", "at"], values: [["2024", "2024-01-05"], ["7", "2024-01-06T10"]]))
        #expect(dated.columns == ["at"] && dated.range(of: ["1", "2024-01-06"])?.description == "2024-01-06")
        #expect(PartitionTime(columns: ["id"], values: [["20240105"]]) == nil)
        #expect(PartitionTime(columns: ["dt"], values: [["20240105"]])?.columns == ["dt"])
        #expect(PartitionTime(columns: ["at"], values: [["2024-01-05"], [nil]]) == nil)
        #expect(PartitionTime(columns: ["month"], values: [["1"]]) == nil)
        let span = PartitionSpan(dated, try #require(TimeRange(naming: "2024-01-06")))
        #expect(span.contains(["1", "2024-01-06T10"]) && !span.contains(["1", "2024-01"]) && !span.contains(["1", nil]))
    }

    @Test("the time of an output's partitions, by the types and names of their columns")
    func fields() throws {
        #expect(PartitionTime(fields: [Field("n", .int64), Field("at", .date)])?.unit == .day)
        #expect(PartitionTime(fields: [Field("at", .timestamp(zoned: false))])?.unit == nil)
        #expect(PartitionTime(fields: [Field("at", .string), Field("dt", .string)])?.columns == ["dt"])
        #expect(PartitionTime(fields: [Field("day", .int32), Field("year", .int32)])?.unit == .year)
        #expect(PartitionTime(fields: [Field("month", .int32)]) == nil)
    }
}
