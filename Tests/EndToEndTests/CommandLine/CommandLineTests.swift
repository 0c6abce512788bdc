import SluiceCore
import SluiceTestKit
import Testing

/// What every command promises: exit codes, JSON, no colour where nobody looks.
@Suite("command line")
struct CommandLineTests {
    /// Commands that a project with one finished run can answer.
    static let readingCommands: [[String]] = [
        ["catalog", "databases"], ["catalog", "tables"], ["catalog", "tables", "shop"], ["catalog", "show", "shop.orders", "--rows", "2"],
        ["catalog", "search", "orders"], ["catalog", "partitions", "shop.orders"], ["catalog", "versions", "shop.orders"],
        ["catalog", "diff", "shop.orders"], ["catalog", "stats", "shop.orders"], ["catalog", "lineage", "shop.orders"],
        ["stream", "list"], ["runs", "list"], ["runs", "show"], ["runs", "show", "last"], ["doctor"], ["functions"],
        ["functions", "upper"],
        ["formats"], ["formats", "csv"], ["inspect", "in/input.csv"], ["connectors"], ["connectors", "files"],
        ["validate", "pipeline.yaml"], ["plan", "pipeline.yaml"], ["schema", "pipeline"],
    ]

    @Test("--version prints the release")
    func version() async throws {
        let result = try await Project().sluice("--version")
        #expect(result.exitCode == 0)
        #expect(result.output.contains(Release.version), "\(result.transcript)")
        #expect(result.errors.isEmpty)
    }

    @Test("--help names every command", arguments: [["--help"], ["help"]])
    func help(_ arguments: [String]) async throws {
        let result = try await Project().command(arguments).run()
        #expect(result.exitCode == 0)
        for command in [
            "convert", "inspect", "formats", "run", "validate", "plan", "schema", "catalog", "stream", "runs", "init", "doctor",
            "functions", "connectors", "completions",
        ] {
            #expect(result.output.contains(command), "no \(command) in \(result.output)")
        }
    }

    @Test(
        "an unknown command or option is a usage error with a suggestion",
        arguments: [["rnu", "x.yaml"], ["run", "x.yaml", "--jsno"], ["run"]])
    func usage(_ arguments: [String]) async throws {
        let result = try await Project().command(arguments).run()
        #expect(result.exitCode == 2, "\(result.transcript)")
        #expect(result.output.isEmpty, "\(result.transcript)")
        #expect(!result.errors.isEmpty)
    }

    @Test("every command answers with one JSON document", arguments: readingCommands)
    func json(_ arguments: [String]) async throws {
        let project = try await Self.finishedProject()
        let result = try await project.command(arguments + ["--json"]).run()
        #expect(result.exitCode == 0, "\(result.transcript)")
        _ = try result.json()
    }

    @Test("every key of every JSON document is snake_case", arguments: readingCommands.filter { $0[0] != "schema" })
    func keys(_ arguments: [String]) async throws {
        let project = try await Self.finishedProject()
        let document = try await project.command(arguments + ["--json"]).run().json()
        for key in Self.allKeys(document) {
            #expect(key.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "_" }, "\(arguments) has the key \(key)")
        }
    }

    @Test(
        "no colour and no cursor codes when the output is no terminal",
        arguments: readingCommands + [["run", "pipeline.yaml"], ["run", "none.yaml"]])
    func plain(_ arguments: [String]) async throws {
        let result = try await Self.finishedProject().command(arguments).run()
        #expect(!result.output.contains("\u{1B}"), "\(result.transcript)")
        #expect(!result.errors.contains("\u{1B}"), "\(result.transcript)")
        #expect(!result.errors.contains("\r"), "\(result.transcript)")
    }

    @Test("text for people fits into 80 columns", arguments: readingCommands.filter { $0[0] != "schema" && $0[0] != "plan" })
    func width(_ arguments: [String]) async throws {
        let result = try await Self.finishedProject().command(arguments, environment: ["COLUMNS": "80"]).run()
        let home = result.output.split(separator: "\n").filter { !$0.contains("/") }
        for line in home { #expect(line.count <= 80, "\(arguments): \(line)") }
    }

    @Test("errors are JSON, too")
    func jsonError() async throws {
        let result = try await Project().command(["catalog", "show", "no.table", "--json"]).run()
        #expect(result.exitCode == 2, "\(result.transcript)")
        let error = try #require(result.json()["error"])
        #expect(error["code"] == .string("not-found"))
        #expect(error.keys.isSuperset(of: ["code", "message", "file", "line", "column", "remedy"]))
    }

    /// Keys that hold names from data are values, so objects whose keys come from data are not looked into.
    private static func allKeys(_ document: JSONDocument) -> Set<String> {
        var keys: Set<String> = document.keys
        for (key, value) in document.members where !["values", "parameters", "partition", "facts"].contains(key) {
            keys.formUnion(allKeys(value))
        }
        for item in document.items { keys.formUnion(allKeys(item)) }
        return keys
    }

    /// A project with one table of three rows.
    static func finishedProject() async throws -> Project {
        let project = try Project()
        try project.directory.write("in/input.csv", Victim.goodRows)
        try project.pipeline()
        let result = try await project.sluice("run", "pipeline.yaml", "--quiet")
        try #require(result.exitCode == 0, "\(result.transcript)")
        return project
    }
}
