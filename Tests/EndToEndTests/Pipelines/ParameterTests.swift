import SluiceTestKit
import Testing

@Suite("parameters and secrets")
struct ParameterTests {
    private let project: Project
    private static let secret = "correct-horse-battery"

    init() throws {
        project = try Project()
        try project.directory.write("in/2024-03-01.csv", "id,amount\n1,5\n2,50\n")
        try project.directory.write(
            "daily.yaml",
            """
            name: daily
            parameters:
              day: {type: date, description: The day to read.}
              least: {type: integer, default: 10}
            source: {files: "in/${day}.csv"}
            steps:
              - filter: amount >= ${least}
              - derive: {token: "'${secret:api-token}'"}
            sink: {files: out, format: csv}
            """)
    }

    private func setSecret(_ text: String = ParameterTests.secret + "\n") async throws -> CommandResult {
        var command = try project.command(["secrets", "set", "api-token"])
        command.input = .text(text)
        return try await command.run()
    }

    @Test("a run with values on the command line and in a file; its record says which")
    func run() async throws {
        #expect(try await setSecret().exitCode == 0)
        try project.directory.write("values.yaml", "day: 2024-03-01\nleast: 3\n")
        let result = try await project.json("run", "daily.yaml", "--params", "values.yaml", "--param", "least=20")
        #expect(result["rows_out"]?.integer == 1)
        #expect(result["parameters"]?.items.map { $0["value"]?.text ?? "" } == ["2024-03-01", "20"])
        let rows = try CSVDocument.directory(project.directory.path("out"))
        #expect(rows.rows == [["2", "50", Self.secret]])
        let other = try await project.json("run", "daily.yaml", "--param", "day=2024-03-01")
        #expect(other["definition_hash"] != result["definition_hash"])
        let shown = try await project.sluice("runs", "show", "last")
        #expect(shown.output.contains("Parameters\n  day = 2024-03-01\n  least = 10\n"), "\(shown.transcript)")
    }

    @Test("validate and plan take values, and say what is wrong with them")
    func values() async throws {
        #expect(try await setSecret().exitCode == 0)
        let missing = try await project.sluice("validate", "daily.yaml")
        #expect(missing.exitCode == 2 && missing.errors.contains("give one with --param day=…, which is a date"), "\(missing.transcript)")
        let wrong = try await project.sluice("plan", "daily.yaml", "--param", "day=yesterday")
        #expect(wrong.exitCode == 2 && wrong.errors.contains("--> --param day\n"), "\(wrong.transcript)")
        let near = try await project.sluice("run", "daily.yaml", "--param", "dya=2024-03-01", "--param", "day=2024-03-01")
        #expect(near.exitCode == 2 && near.errors.contains("did you mean \"day\"?"), "\(near.transcript)")
        try project.directory.write("values.yaml", "day: 2024-03-01\nleast: many\n")
        let file = try await project.sluice("plan", "daily.yaml", "--params", "values.yaml")
        #expect(file.exitCode == 2 && file.errors.contains("--> values.yaml:2:8"), "\(file.transcript)")
        #expect(try await project.sluice("validate", "daily.yaml", "--param", "day=2024-03-01").exitCode == 0)
    }

    @Test("a secret is in nothing that is printed or kept but the output that asks for it")
    func hidden() async throws {
        #expect(try await setSecret().exitCode == 0)
        try project.directory.write("in/2024-03-01.csv", "id,amount\n1,5\n2,50\n3,0\n")
        var text = try project.directory.text("daily.yaml")
        text = text.replacing(
            "'${secret:api-token}'\"}", with: "'${secret:api-token}'\", x: \"CAST('${secret:api-token}' AS int64) / amount\"}")
        try project.directory.write("daily.yaml", text + "\non_error: dead_letter\n")
        let commands = [
            ["plan", "daily.yaml"], ["plan", "daily.yaml", "--json"], ["validate", "daily.yaml"], ["run", "daily.yaml"],
            ["run", "daily.yaml", "--json"], ["run", "daily.yaml", "--follow"],
        ]
        for command in commands {
            let result = try await project.command(command + ["--param", "day=2024-03-01"]).run()
            #expect(!(result.output + result.errors).contains("horse"), "\(command): \(result.transcript)")
        }
        for command in [["secrets", "list"], ["runs", "show", "last"], ["runs", "show", "last", "--json"], ["dlq", "show", "daily"]] {
            let result = try await project.command(command).run()
            #expect(!(result.output + result.errors).contains("horse"), "\(command): \(result.transcript)")
        }
        let kept = try await Command("grep", ["-rla", "horse", project.home]).run()
        #expect(kept.output.isEmpty, "\(kept.output)")
    }

    @Test("a value on the command line is refused without showing it")
    func commandLine() async throws {
        let result = try await project.sluice("secrets", "set", "api-token", Self.secret)
        #expect(result.exitCode == 2 && result.errors.contains("leave it out"), "\(result.transcript)")
        #expect(!(result.output + result.errors).contains(Self.secret))
        #expect(try await setSecret("abc").exitCode == 2)
    }

    @Test("secrets are listed by name, replaced and removed")
    func commands() async throws {
        #expect(try await setSecret().exitCode == 0)
        #expect(try await setSecret("another value").output == "api-token was replaced\n")
        let list = try await project.json("secrets", "list")
        #expect(list["secrets"]?.items.map { $0["name"]?.text ?? "" } == ["api-token"])
        let wrong = try await project.sluice("secrets", "remove", "api-tokn")
        #expect(wrong.exitCode == 2 && wrong.errors.contains("did you mean \"api-token\"?"), "\(wrong.transcript)")
        #expect(try await project.sluice("secrets", "remove", "api-token").exitCode == 0)
        let missing = try await project.sluice("plan", "daily.yaml", "--param", "day=2024-03-01")
        #expect(missing.exitCode == 2 && missing.errors.contains("secrets set api-token"), "\(missing.transcript)")
    }
}
