import ArgumentParser
import SluiceCore
import SluiceEngine
import SluicePipelines

struct TestCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "test", abstract: "Run the tests of definitions: given inputs, and what must come out.",
            discussion: """
                Tests stand in a definition under `tests:`, or in NAME.tests.yaml beside it. Each runs with the real engine in a state \
                directory of its own; nothing else is written. The exit code is 1 if a test fails.

                Examples:
                  \(program) test
                  \(program) test pipelines/delayed-flights.yaml --only 'late*'
                  \(program) test pipelines --update
                """)
    }

    @Argument(
        help: ArgumentHelp(
            "Definitions, files of tests, or directories. Otherwise pipelines, or the working directory.", valueName: "file"),
        completion: .file(extensions: ["yaml", "yml"])) var files: [String] = []
    @Option(help: ArgumentHelp("Only tests whose names contain this.", valueName: "text")) var only: String?
    @Flag(help: "Write what comes out into the tests that fail; the rest of their files stays as it is.") var update = false
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let session = Session(home: HomeOptions.directory(named: nil))
        let found = try TestFiles(connectors: session.connectors).find(files)
        let only = only
        let (outcomes, updated) = try await Interruption.cancelling {
            var outcomes: [TestOutcome] = []
            var updated: [String: Int] = [:]
            for one in found {
                let those = try await Self.run(one, only: only, session)
                if update, let count = try ExpectationUpdate.write(those, in: one.suite) { updated[one.suite.path] = count }
                outcomes += those
            }
            return (outcomes, updated)
        }
        guard !outcomes.isEmpty else {
            throw SluiceError(
                .notFound, "no test has \((only ?? "").quotedForMessage) in its name",
                remedy: "tests: " + found.flatMap(\.suite.tests).prefix(20).map(\.name).joined(separator: ", "))
        }
        return report(outcomes, updated, session.console)
    }

    private static func run(_ found: TestFiles.Found, only: String?, _ session: Session) async throws -> [TestOutcome] {
        var outcomes: [TestOutcome] = []
        for test in found.suite.tests where only.map({ test.name.contains($0) }) ?? true {
            for mode in test.modes {
                try Task.checkCancellation()
                let run = TestRun(test: test, mode: mode, definition: found.definition, file: found.suite.path, jobs: session.jobs)
                outcomes.append(try await run.outcome())
            }
        }
        return outcomes
    }

    private func report(_ outcomes: [TestOutcome], _ updated: [String: Int], _ console: Console) -> Report {
        let failed = outcomes.count { !$0.passed && !(updated[$0.file] != nil && $0.canBeUpdated) }
        let rewritten = updated.values.reduce(0, +)
        var blocks: [Report.Block] = []
        for (index, outcome) in outcomes.enumerated() {
            if index == 0 || outcomes[index - 1].file != outcome.file { blocks += [.blank, .line(outcome.file, .heading)] }
            if updated[outcome.file] != nil, outcome.canBeUpdated {
                blocks.append(.check(.warned, "\(outcome.title): written anew"))
            } else {
                blocks += outcome.blocks(width: console.out.width, style: console.out.style)
            }
        }
        let counts = "\(outcomes.count(where: \.passed)) passed, \(failed) failed" + (rewritten > 0 ? ", \(rewritten) written anew" : "")
        blocks += [.blank, .line(counts, failed == 0 ? .good : .bad)]
        return Report(
            blocks,
            json: .object([
                "passed": .number(outcomes.count(where: \.passed)), "failed": .number(failed), "updated": .number(rewritten),
                "tests": .list(outcomes.map(\.json)),
            ]), status: failed == 0 ? .done : .failed)
    }
}
