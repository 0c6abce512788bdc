import SluiceTestKit
import Testing

/// What `--limit` leaves out might as well not be there.
@Suite("convert: limit")
struct ConvertLimitTests {
    @Test(
        "a bad record behind the last row of a limit does not count, one before does",
        arguments: [
            ("in.csv", "a\n1\n2\nx\n4\n"), ("in.csv", "a\n1\n2\n\"3\n\"\n4\n"),
            ("lines.json", "{\"a\":1}\n{\"a\":2}\n{\"a\":\"x\"}\n{\"a\":4}\n"),
            ("array.json", #"[{"a":1},{"a":2},{"a":"x"},{"a":4}]"#), ("pair.json", #"{"a":1}{"a":2}{"a":"x"}{"a":4}"#),
        ])
    func behindLimit(_ name: String, _ text: String) async throws {
        let project = try Project()
        try project.directory.write(name, text)
        func convert(_ limit: Int, _ more: String...) async throws -> CommandResult {
            try await project.command(["convert", name, "-", "--to", "csv", "--columns", "a: bigint", "--limit", "\(limit)"] + more).run()
        }
        for limit in 0...2 {
            let result = try await convert(limit)
            #expect(result.exitCode == 0 && result.output == "a\n" + ["", "1\n", "1\n2\n"][limit], "\(result.transcript)")
            let strict = try await convert(limit, "--on-error", "skip", "--strict")
            #expect(strict.exitCode == 0, "\(strict.transcript)")
        }
        let refused = try await convert(3)
        #expect(refused.exitCode == 1 && refused.errors.contains("value-does-not-fit"), "\(refused.transcript)")
        let skipped = try await convert(3, "--on-error", "skip", "--strict")
        #expect(skipped.exitCode == 3 && skipped.output == "a\n1\n2\n4\n", "\(skipped.transcript)")
    }

    @Test("a row that cannot be computed behind the last row of a limit does not count")
    func computedBehindLimit() async throws {
        let project = try Project()
        try project.directory.write("in.csv", "a\n1\n2\n0\n4\n")
        func convert(_ limit: Int) async throws -> CommandResult {
            try await project.sluice("convert", "in.csv", "-", "--to", "csv", "--where", "8 / a < 8", "--limit", "\(limit)")
        }
        #expect(try await convert(1).output == "a\n2\n")
        let refused = try await convert(2)
        #expect(refused.exitCode == 1 && refused.errors.contains("division-by-zero"), "\(refused.transcript)")
    }
}
