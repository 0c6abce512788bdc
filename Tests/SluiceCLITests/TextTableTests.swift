import SluiceCore
import Testing

@testable import SluiceCLI

@Suite("Tables of text") struct TextTableTests {
    private func table(_ titles: [(String, Alignment)], _ rows: [[String]]) -> TextTable {
        var table = TextTable(titles.map { TextTable.Column($0.0, $0.1) })
        for row in rows { table.add(row) }
        return table
    }

    @Test("numbers stand right, text left, under their titles") func alignment() {
        let lines = table([("carrier", .left), ("flights", .right)], [["UA", "7"], ["AA", "1200"]]).lines(width: 80, style: .plain)
        #expect(
            lines == [
                "carrier  flights",
                "───────  ───────",
                "UA             7",
                "AA          1200",
            ])
    }

    @Test("no line is wider than the reader", arguments: [20, 40, 80, 120], [1, 3, 19, 60]) func fits(width: Int, columns: Int) {
        let rows = (0..<5).map { row in (0..<columns).map { String(repeating: "x", count: ($0 * 7 + row) % 50) } }
        let table = table((0..<columns).map { ("column_\($0)", $0 % 2 == 0 ? .left : .right) }, rows)
        for line in table.lines(width: width, style: .plain) { #expect(DisplayWidth.of(line) <= width, "\(line)") }
    }

    @Test("long text is cut with an ellipsis, short columns stay whole") func cuts() {
        let lines = table([("id", .right), ("text", .left)], [["1", String(repeating: "long ", count: 40)]]).lines(width: 30, style: .plain)
        #expect(lines[2] == " 1  long long long long long …")
    }

    @Test("columns in the middle are left out when there are too many, and named") func manyColumns() {
        let names = (1...12).map { "column_\($0)" }
        let lines = table(names.map { ($0, .left) }, [names]).lines(width: 50, style: .plain)
        #expect(lines[0].hasPrefix("column_1"))
        #expect(lines[0].contains("  …  "))
        #expect(lines[0].hasSuffix("column…") || lines[0].hasSuffix("column_12"))
        #expect(lines.last!.hasPrefix("… 8 more columns: column_4, column_5"))
    }

    @Test("a long name is cut in its middle before other columns are left out, and only as far as they need") func longNames() {
        var table = TextTable([
            .init("job", isWhole: true, isName: true), .init("when"), .init("state", isWhole: true), .init("next", isWhole: true),
        ])
        let name = "load-" + String(repeating: "customers-", count: 8) + "eu"
        table.add([name, "30 2 * * *", "active", "2026-12-02 02:30:00 +01:00"])
        table.add(["b", "@daily", "paused", ""])
        #expect(
            table.lines(width: 80, style: .plain) == [
                "job                                 when      state   next",
                "──────────────────────────────────  ────────  ──────  ──────────────────────────",
                "load-customers-cu…ers-customers-eu  30 2 * …  active  2026-12-02 02:30:00 +01:00",
                "b                                   @daily    paused",
            ])
        #expect(table.lines(width: 300, style: .plain)[2].hasPrefix(name + "  30 2 * * *"))
        // Where even twelve columns of it are too many.
        #expect(table.lines(width: 40, style: .plain).last?.hasPrefix("… ") == true)
    }

    @Test("text is cut in its middle by columns") func middles() {
        #expect(CellText.cutMiddle("abcdefgh", to: 8) == "abcdefgh")
        #expect(CellText.cutMiddle("abcdefgh", to: 7) == "abc…fgh")
        #expect(CellText.cutMiddle("abcdefgh", to: 6) == "abc…gh")
        #expect(CellText.cutMiddle("東京都大阪府", to: 7) == "東京…府")
        #expect(CellText.cutMiddle("abc", to: 2) == "a…" && CellText.cutMiddle("abc", to: 0) == "")
    }

    @Test("wide characters, combining marks and emoji keep the columns straight") func wideCharacters() {
        let lines = table([("name", .left), ("n", .right)], [["東京", "1"], ["e\u{301}te\u{301}", "2"], ["👩‍👩‍👧🇩🇪", "3"], ["plain", "4"]])
            .lines(width: 80, style: .plain)
        #expect(Set(lines.dropFirst(2).map { DisplayWidth.of($0) }) == [8])
        #expect(lines[2] == "東京   1")
    }

    @Test("a wide character is never cut in half") func wideCut() {
        #expect(CellText.cut("東京都", to: 4) == "東…")
        #expect(CellText.cut("東京都", to: 5) == "東京…")
        #expect(CellText.cut("東京都", to: 6) == "東京都")
        #expect(CellText.cut("ab", to: 1) == "…")
        #expect(CellText.cut("ab", to: 0) == "")
    }

    @Test("control characters and direction signs in data are shown, not sent") func escapes() {
        #expect(CellText.escaped("a\u{1B}[31mred\nb\tc") == #"a\u{1B}[31mred\nb\tc"#)
        #expect(CellText.escaped("\u{202E}evil") == #"\u{202E}evil"#)
        #expect(CellText.escaped("grün 東京 🎉") == "grün 東京 🎉")
        let lines = table([("a\u{7}b", .left)], [["x\u{8}y"]]).lines(width: 80, style: .coloured)
        #expect(!lines.joined().contains("\u{7}") && !lines.joined().contains("\u{8}"))
    }

    @Test("null is told from an empty text") func nulls() {
        #expect(Value.null.cell == "NULL")
        #expect(Value.string("").cell == "")
        #expect(Value.list([.integer(1), .null]).cell == "[1,null]")
    }

    @Test("a table without rows shows its titles") func empty() {
        #expect(table([("a", .left)], []).lines(width: 80, style: .plain) == ["a", "─"])
        #expect(table([], []).lines(width: 80, style: .plain) == [])
    }
}
