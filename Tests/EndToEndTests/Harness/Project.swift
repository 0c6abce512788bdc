import SluiceTestKit
import Testing

/// A folder with definitions and data, and a state directory of its own: where a test is a user.
final class Project {
    let directory: TemporaryDirectory
    /// The state directory; `home` in the folder unless a test puts it elsewhere.
    let home: String

    init(home: String? = nil) throws {
        directory = try TemporaryDirectory()
        self.home = home ?? directory.path("home")
    }

    /// A `sluice` command with the folder as working directory.
    func command(_ arguments: [String], environment: [String: String] = [:]) throws -> Command {
        var command = Command(
            try BuiltProgram.sluice(), arguments, environment: environment.merging(["SLUICE_HOME": home]) { $1 }, directory: directory.root)
        command.needs = [directory]
        return command
    }

    func sluice(_ arguments: String...) async throws -> CommandResult { try await command(arguments).run() }

    /// Runs a command that has to succeed, with `--json`, and reads its document.
    func json(_ arguments: String..., sourceLocation: SourceLocation = #_sourceLocation) async throws -> JSONDocument {
        let result = try await command(arguments + ["--json"]).run()
        try #require(result.exitCode == 0, "\(result.transcript)", sourceLocation: sourceLocation)
        return try result.json()
    }

    /// Writes a definition with one CSV source and one table.
    func pipeline(
        _ file: String = "pipeline.yaml", name: String = "orders", source: String = "in/*.csv*", sourceOptions: String = "",
        steps: String = "  - filter: id IS NOT NULL", table: String = "shop.orders", more: String = ""
    ) throws {
        try directory.write(
            file,
            """
            name: \(name)
            source:
              files: \(source)
              format: csv
            \(sourceOptions)steps:
            \(steps)
            sink:
              table: \(table)
              format: csv
            \(more)
            """)
    }

    /// Where a table's files are unless its definition says otherwise.
    func tablePath(_ database: String, _ table: String) -> String { "\(home)/tables/\(database)/\(table)" }

    /// A table's rows, read from its files.
    func rows(_ database: String, _ table: String) throws -> CSVDocument { try CSVDocument.directory(tablePath(database, table)) }

    /// Files that no finished run should leave: staged or temporary ones. What a run tells of itself below `live` is none of its output: it is
    /// rewritten twice a second, from before the run is recorded on, and what a killed one left goes when the next run begins.
    var stagedFiles: [String] {
        TemporaryDirectory.files(below: home).filter { name in
            !name.hasPrefix("live/") && (name.contains("/.staging") || name.contains(".tmp") || name.hasPrefix("tmp/"))
        }
    }
}
