import Testing

@testable import SluiceCLI

@Suite("Progress") struct ProgressTests {
    private func reading(_ rows: Int64, _ bytes: Int64, of total: Int64? = 100_000_000, rejected: Int64 = 0) -> ProgressLine.Reading {
        .init(rows: rows, bytes: bytes, bytesTotal: total, rejected: rejected)
    }

    @Test("a bar has rows, bytes, rate and remaining time at 80 columns") func bar() {
        var line = ProgressLine(name: "flights")
        line.update(reading(0, 0), at: 0)
        line.update(reading(1_200_000, 40_000_000), at: 10)
        let text = line.bar(width: 80, style: .plain)
        #expect(text == "flights  ━━━───────    40 %  1.2 M rows  120 k rows/s  4.0 MB/s  0:15 left" || DisplayWidth.of(text) <= 80)
        #expect(text.contains("40 %") && text.contains("1.2 M rows") && text.contains("120 k rows/s") && text.contains("0:15 left"))
        #expect(text.contains("━") && text.contains("─"))
    }

    @Test("a bar never takes more columns than there are", arguments: [20, 33, 50, 79, 200]) func width(width: Int) {
        var line = ProgressLine(name: "a-pipeline-with-quite-a-long-name")
        for second in 1...5 {
            line.update(reading(Int64(second) * 999_999_999, Int64(second) * 19_999_999, rejected: 12_345), at: Double(second))
            #expect(DisplayWidth.of(line.bar(width: width, style: .plain)) <= width)
        }
    }

    @Test("before the first reading there is neither rate nor remaining time") func start() {
        var line = ProgressLine(name: "p")
        line.update(reading(0, 0), at: 0)
        #expect(line.remainingSeconds == nil)
        #expect(line.bar(width: 80, style: .plain) == "p  ──────────────────────────────    0 %  0 rows  0 B")
    }

    @Test("without a known total there is no bar, no percentage, no remaining time") func unknownTotal() {
        var line = ProgressLine(name: "p")
        line.update(reading(5_000, 1_000_000, of: nil), at: 2)
        #expect(line.fraction == nil && line.remainingSeconds == nil)
        #expect(line.bar(width: 80, style: .plain) == "p  5.0 k rows  1.0 MB  2.5 k rows/s  500 kB/s")
    }

    @Test("more bytes than announced are all of them") func grownFile() {
        var line = ProgressLine(name: "p")
        line.update(reading(1, 120, of: 100), at: 2)
        #expect(line.fraction == 1)
        #expect(line.remainingSeconds == nil)
    }

    @Test("a stalled source makes the rate fall, and the remaining time grow") func stalled() throws {
        var line = ProgressLine(name: "p")
        line.update(reading(1000, 10_000_000), at: 1)
        let before = try #require(line.remainingSeconds)
        line.update(reading(1000, 10_000_000), at: 4)
        let after = try #require(line.remainingSeconds)
        #expect(before == 9)
        #expect(after == 18)
    }

    @Test("rejected records are shown when there are any") func rejected() {
        var line = ProgressLine(name: "p")
        line.update(reading(10, 10, rejected: 3), at: 2)
        #expect(line.bar(width: 100, style: .plain).hasSuffix("3 rejected"))
        #expect(line.logLine.contains("3 rejected"))
    }

    @Test("a terminal gets one line that is redrawn with a carriage return, and no cursor sequence") func terminal() {
        let channel = OutputChannel(memoryOfWidth: 60, isTerminal: true)
        var display = ProgressDisplay(name: "p", channel: channel)
        display.show(reading(1_000, 50_000_000), at: 2)
        display.show(reading(2_000, 99_000_000), at: 4)
        display.clear()
        let written = channel.written
        #expect(!written.contains("\u{1B}") && !written.contains("\n"))
        #expect(written.hasPrefix("\rp  ") && written.hasSuffix(" \r"))
        for line in written.split(separator: "\r") { #expect(DisplayWidth.of(line) < 60) }
    }

    @Test("a log gets a line each ten seconds") func log() {
        let channel = OutputChannel(memoryOfWidth: 80)
        var display = ProgressDisplay(name: "p", channel: channel)
        for second in 0...25 { display.show(reading(Int64(second) * 1000, Int64(second) * 1_000_000), at: Double(second)) }
        display.clear()
        let lines = channel.written.split(separator: "\n")
        #expect(
            lines == [
                "p: 10 k rows, 10 MB of 100 MB (10 %), 1.0 k rows/s, 1:30 left",
                "p: 20 k rows, 20 MB of 100 MB (20 %), 1.0 k rows/s, 1:20 left",
            ])
    }
}
