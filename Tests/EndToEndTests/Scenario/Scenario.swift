import SluiceTestKit
import Testing

/// A folder of `Scenarios/`: a pipeline, its input, and what must come out.
///
/// `expected.csv` is the output of a run without anything special; `expected.txt` also has the exit code, the directories of a
/// partitioned output, dead letters, and the errors of a run that failed.
struct Scenario: Sendable, CustomTestStringConvertible {
    let name: String

    static let folder = Repository.path("Tests/EndToEndTests/Scenarios")

    static let all: [Scenario] = Set(TemporaryDirectory.files(below: folder).compactMap { $0.split(separator: "/").first.map(String.init) })
        .sorted().map(Scenario.init(name:))

    var testDescription: String { name }

    /// Runs the pipeline on a copy of the folder, so that the repository stays as it is.
    func run() async throws -> Outcome {
        let workspace = try TemporaryDirectory()
        for file in TemporaryDirectory.files(below: Self.folder + "/" + name) where !file.hasPrefix("expected.") {
            try workspace.write(file, bytes: TemporaryDirectory.bytes(of: "\(Self.folder)/\(name)/\(file)"))
        }
        let command = Command(
            try BuiltProgram.sluice(), ["run", "pipeline.yaml", "--home", "home", "--quiet"], directory: workspace.root)
        return Outcome(workspace: workspace, result: try await command.run())
    }

    /// What a run left behind, as the text of the expectation.
    struct Outcome {
        let workspace: TemporaryDirectory
        let result: CommandResult

        /// The name of the expectation's file, and the text that belongs there.
        func rendered() async throws -> (name: String, text: String) {
            let outputs = try await outputs()
            let letters = try deadLetters()
            if result.exitCode == 0, letters.isEmpty, outputs.count == 1, let only = outputs.first, only.directory == "out", only.isCSV {
                return ("expected.csv", only.text)
            }
            var text = "# exit code \(result.exitCode.map(String.init) ?? "\(result.ending)")\n"
            for output in outputs { text += "# \(output.directory)\n" + output.text }
            if !letters.isEmpty { text += "# dead letters\n" + letters }
            if result.exitCode != 0 { text += "# errors\n" + result.errors }
            return ("expected.txt", text)
        }

        private struct Output {
            var directory: String
            var isCSV: Bool
            var text: String
        }

        /// The text of each directory of `out`: its files one behind the other, a repeated header left out.
        private func outputs() async throws -> [Output] {
            var result: [Output] = []
            for file in workspace.files(below: "out") {
                let directory = (["out"] + file.split(separator: "/").dropLast().map(String.init)).joined(separator: "/")
                let text = try await content("out/" + file)
                let isCSV = file.hasSuffix(".csv") || file.hasSuffix(".csv.gz")
                guard let last = result.last, last.directory == directory else {
                    result.append(Output(directory: directory, isCSV: isCSV, text: text))
                    continue
                }
                let header = last.text.prefix { $0 != "\n" } + "\n"
                result[result.count - 1].text += isCSV && text.hasPrefix(header) ? String(text.dropFirst(header.count)) : text
            }
            return result
        }

        private func content(_ file: String) async throws -> String {
            guard file.hasSuffix(".gz") else { return try workspace.text(file) }
            return try await Command("gzip", ["-dc", workspace.path(file)]).run().output
        }

        /// Sorted, because tasks that work side by side write them as they come.
        private func deadLetters() throws -> String {
            let files = workspace.files(below: "home/dead-letters")
            let lines = try files.flatMap { try workspace.text("home/dead-letters/" + $0).split(separator: "\n") }
            // The version has the time at which the input was written.
            return lines.sorted().map { $0.replacing(#/"version":"(\d+) \d+"/#) { "\"version\":\"\($0.1) TIME\"" } + "\n" }.joined()
        }
    }
}
