import Testing

@testable import SluiceCLI

@Suite("Numbers for people") struct HumanTextTests {
    @Test(
        "whole numbers are grouped",
        arguments: [(0, "0"), (999, "999"), (1000, "1,000"), (-1_234_567, "-1,234,567"), (Int.min, "-9,223,372,036,854,775,808")])
    func grouped(number: Int, text: String) { #expect(HumanText.grouped(number) == text) }

    @Test(
        "large numbers get a unit",
        arguments: [
            (0.0, "0"), (999, "999"), (1234, "1.2 k"), (9_960, "10 k"), (999_600, "1.0 M"), (34_400_000, "34 M"), (1.5e12, "1.5 T"),
        ])
    func short(number: Double, text: String) { #expect(HumanText.short(number) == text) }

    @Test("bytes", arguments: [(0, "0 B"), (999, "999 B"), (3_400_000, "3.4 MB"), (12_345_678_901, "12 GB")])
    func bytes(count: Int, text: String) { #expect(HumanText.bytes(count) == text) }

    @Test(
        "durations",
        arguments: [
            (0.0, "0 ms"), (0.0124, "12 ms"), (0.9999, "1.00 s"), (1.234, "1.23 s"), (45.67, "45.7 s"), (59.96, "1 min 0 s"),
            (125, "2 min 5 s"), (3_780, "1 h 3 min"), (.nan, "0 s"),
        ])
    func durations(seconds: Double, text: String) { #expect(HumanText.duration(seconds: seconds) == text) }

    @Test("a countdown", arguments: [(0.0, "0:00"), (6.2, "0:07"), (754, "12:34"), (11_100, "3:05:00"), (1e18, "99:59:59")])
    func clock(seconds: Double, text: String) { #expect(HumanText.clock(seconds: seconds) == text) }

    @Test("times are in UTC and say so, also before 1970") func times() {
        #expect(HumanText.time(micros: 1_715_000_096_999_999) == "2024-05-06 12:54:56Z")
        #expect(HumanText.time(micros: 1_715_000_096_999_999, hasSeconds: false) == "2024-05-06 12:54Z")
        #expect(HumanText.time(micros: -1) == "1969-12-31 23:59:59Z")
    }

    @Test("nouns follow their number") func nouns() {
        #expect(HumanText.count(1, "row") == "1 row")
        #expect(HumanText.count(0, "row") == "0 rows")
        #expect(HumanText.count(2, "entry", plural: "entries") == "2 entries")
    }

    @Test("words are quoted for a shell only where it needs that") func shell() {
        #expect(ShellText.quoted("a/b-c.yaml") == "a/b-c.yaml")
        #expect(ShellText.quoted("my dir") == "'my dir'")
        #expect(ShellText.quoted("it's") == #"'it'\''s'"#)
        #expect(ShellText.quoted("") == "''")
    }
}
