import SluiceTestKit
import Testing

/// Timestamps in nanoseconds, as pandas, Spark and others write them: every way to read them, with the real program.
@Suite("timestamps in nanoseconds")
struct NanosecondTests {
    private static let fixtures = "Tests/SluiceParquetTests/Fixtures"

    private func convert(_ project: Project, _ file: String, _ more: String...) async throws -> CommandResult {
        let input = Repository.path("\(Self.fixtures)/\(file).parquet")
        return try await project.command(["convert", input, "-", "--to", "csv", "--select", "at"] + more).run()
    }

    @Test("a part below a microsecond ends the conversion, with ways out that work", arguments: ["nanoseconds", "int96"])
    func rejected(_ file: String) async throws {
        let project = try Project()
        let result = try await convert(project, file)
        #expect(result.exitCode == 1, "\(result.transcript)")
        #expect(result.errors.contains("1970-01-01T00:00:00.000001001") && result.errors.contains(":3"), "\(result.transcript)")
        for way in ["--in-option nanoseconds=truncate", "integer", "text", "--on-error dead-letters"] {
            #expect(result.errors.contains(way), "\(result.transcript)")
        }
    }

    @Test("cut off, as numbers and as texts", arguments: ["nanoseconds", "int96"])
    func ways(_ file: String) async throws {
        let project = try Project()
        let expected = [
            "truncate": """
            1970-01-01T00:00:00
            1970-01-01T00:00:00.000001
            1970-01-01T00:00:00.000001

            1969-12-31T23:59:59.999999
            2024-03-01T10:04:05.123456
            """,
            "integer": "0\n1000\n1001\n\n-1\n1709287445123456789",
            "text": """
            1970-01-01T00:00:00.000000000
            1970-01-01T00:00:00.000001000
            1970-01-01T00:00:00.000001001

            1969-12-31T23:59:59.999999999
            2024-03-01T10:04:05.123456789
            """,
        ]
        for (way, rows) in expected {
            let result = try await convert(project, file, "--in-option", "nanoseconds=\(way)")
            #expect(result.output == "at\n\(rows)\n", "\(way): \(result.transcript)")
        }
    }

    @Test("a time of UTC keeps its zone as a text, and a condition finds what is read")
    func zonesAndConditions() async throws {
        let project = try Project()
        let file = Repository.path("\(Self.fixtures)/nanoseconds.parquet")
        func ids(_ reading: String, _ condition: String) async throws -> String {
            let result = try await project.sluice(
                "convert", file, "-", "--to", "csv", "--select", "id", "--in-option", "nanoseconds=\(reading)", "--where", condition)
            return result.output
        }
        #expect(try await ids("text", "utc = '2024-03-01T10:04:05.123456789Z'") == "id\n5\n")
        #expect(try await ids("integer", "at = 1001") == "id\n2\n")
        #expect(try await ids("integer", "at < 0") == "id\n4\n")
        #expect(try await ids("truncate", "at = TIMESTAMP '1970-01-01 00:00:00.000001'") == "id\n1\n2\n")
        #expect(try await ids("truncate", "at < TIMESTAMP '1970-01-01 00:00:00'") == "id\n4\n")
    }

    @Test("a dead letter has the value as it is stored", arguments: ["nanoseconds", "int96"])
    func deadLetter(_ file: String) async throws {
        let project = try Project()
        let result = try await convert(project, file, "--dead-letters", "bad.jsonl")
        #expect(result.exitCode == 0 && result.output.hasPrefix("at\n1970-01-01T00:00:00\n1970-01-01T00:00:00.000001\n"))
        let letters = try project.directory.text("bad.jsonl").split(separator: "\n")
        #expect(letters.count == 3)
        #expect(letters.first?.contains(#"\"at\":\"1970-01-01T00:00:00.000001001\""#) == true, "\(letters)")
        #expect(letters.last?.contains(#"\"at\":\"2024-03-01T10:04:05.123456789\""#) == true, "\(letters)")
    }

    @Test("inspect shows the unit")
    func inspect() async throws {
        let project = try Project()
        let file = Repository.path("\(Self.fixtures)/nanoseconds.parquet")
        let page = try await project.sluice("inspect", file)
        #expect(page.output.contains("nanoseconds in") && page.output.contains("at, utc"), "\(page.transcript)")
        let groups = try await project.sluice("inspect", file, "--row-groups")
        #expect(groups.output.contains("INT64 (ns)"), "\(groups.transcript)")
    }
}
