import SluiceCore
import SluicePipelines
import Testing

@testable import SluiceCLI

@Suite("Errors on the screen") struct ErrorReportTests {
    private let unknownColumn = SluiceError(
        .unknownColumn, #"unknown column "arr_dealy""#, at: .file(path: "pipelines/x.yaml", line: 12, column: 13),
        remedy: #"did you mean "arr_delay"?"#)

    @Test("code, message, place, excerpt with caret, and remedy") func excerpt() {
        let report = ErrorReport(unknownColumn) { _ in ErrorExcerpt(lineNumber: 12, line: "  - filter: arr_dealy > 15", marked: 13...21) }
        #expect(
            report.text(width: 80, style: .plain) == """
                error[unknown-column]: unknown column "arr_dealy"
                  --> pipelines/x.yaml:12:13
                   |
                12 |   - filter: arr_dealy > 15
                   |             ^^^^^^^^^
                   = did you mean "arr_delay"?

                """)
    }

    @Test("an error in data has its place and no excerpt") func data() {
        let error = SluiceError(.tooManyFields, "9 fields instead of 8", at: .file(path: "in/a.csv", line: 7), remedy: "quote the field")
        #expect(
            ErrorReport(error).text(width: 80, style: .plain) == """
                error[too-many-fields]: 9 fields instead of 8
                  --> in/a.csv:7
                   = quote the field

                """)
    }

    @Test("carets stand under wide characters") func wideExcerpt() {
        let lines = ErrorExcerpt(lineNumber: 3, line: "名前: 東京x", marked: 5...7).lines(width: 80, style: .plain)
        #expect(lines == ["  |", "3 | 名前: 東京x", "  |       ^^^^^"])
    }

    @Test("a long line is shown around its mark", arguments: [30, 60, 80]) func longLine(width: Int) {
        let line = String(repeating: "a", count: 150) + "WRONG" + String(repeating: "b", count: 100)
        let lines = ErrorExcerpt(lineNumber: 1, line: line, marked: 151...155).lines(width: width, style: .plain)
        #expect(lines.allSatisfy { DisplayWidth.of($0) <= width })
        #expect(lines[1].contains("WRONG"))
        let columnsBefore = lines[2].prefix { $0 != "^" }.count
        #expect(lines[1].dropFirst(columnsBefore).hasPrefix("WRONG"))
    }

    @Test("an excerpt's control characters are escaped") func hostileLine() {
        let lines = ErrorExcerpt(lineNumber: 1, line: "a\u{1B}b", marked: 3...3).lines(width: 80, style: .plain)
        #expect(!lines.joined().contains("\u{1B}"))
    }

    @Test("several errors are shown one after another and counted") func several() {
        let report = ErrorReport(DefinitionErrors([unknownColumn, SluiceError(.missingKey, "sink is missing")])) { _ in nil }
        let text = report.text(width: 80, style: .plain)
        #expect(text.contains("error[unknown-column]") && text.contains("error[missing-key]: sink is missing"))
        #expect(text.hasSuffix("\n2 errors\n"))
    }

    @Test("the exit status says who has to act")
    func status() {
        #expect(ErrorReport(unknownColumn).status == .wrongUsage)
        #expect(ErrorReport(SluiceError(.cutFile, "x")).status == .failed)
        #expect(ErrorReport(DefinitionErrors([unknownColumn, SluiceError(.cutFile, "x")])).status == .failed)
        #expect(ErrorReport(CancellationError()).status == .interrupted)
        struct Surprise: Error {}
        #expect(ErrorReport(Surprise()).status == .failed)
    }

    @Test("JSON has every key, in one order") func json() {
        #expect(
            ErrorReport(unknownColumn).json.json == #"""
                {"error":{"code":"unknown-column","message":"unknown column \"arr_dealy\"","file":"pipelines/x.yaml","line":12,"column":13,"remedy":"did you mean \"arr_delay\"?","cause":null,"retriable":false}}
                """#)
        let shard = SluiceError(.corruptFrame, "bad", at: .shard(stream: "s", shard: "0", sequence: String(UInt64.max)), isRetriable: true)
        #expect(
            ErrorReport(shard).json.json
                == #"{"error":{"code":"corrupt-frame","message":"bad","stream":"s","shard":"0","sequence":"18446744073709551615","remedy":null,"cause":null,"retriable":true}}"#
        )
    }

    @Test("JSON of several errors has the first one and all of them") func severalInJSON() throws {
        let json = ErrorReport(DefinitionErrors([unknownColumn, SluiceError(.missingKey, "sink is missing")])).json.json
        #expect(json.hasPrefix(#"{"error":{"code":"unknown-column""#))
        #expect(json.contains(#""errors":[{"code":"unknown-column""#) && json.contains(#"{"code":"missing-key""#))
    }
}
