import ArgumentParser
import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceScheduler

struct ValidateCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "validate", abstract: "Check definitions: keys, options, columns and types against the real data.",
            discussion: """
                Nothing is run and nothing is written. All mistakes of a definition are shown at once. Files with a `job`, a `calendar` or a \
                `pool` are checked, too, and against the other jobs of the project.

                Examples:
                  \(program) validate pipelines/delayed-flights.yaml
                  \(program) validate pipelines/*.yaml --json
                  \(program) validate catalog/nightly.yaml
                """)
    }

    @Argument(help: ArgumentHelp("The definitions.", valueName: "file"), completion: .file(extensions: ["yaml", "yml"]))
    var files: [String]
    @OptionGroup var parameters: ParameterOptions
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    /// What was found in one definition.
    private struct Finding {
        var file: String
        var name: String?
        var notices: [String] = []
        var errors: [SluiceError] = []

        var json: Value {
            .object([
                "file": .string(file), "pipeline": .text(name), "valid": .boolean(errors.isEmpty), "notices": .texts(notices),
                "errors": .list(errors.map(ErrorReport.json)),
            ])
        }
    }

    func report() async throws -> Report {
        let session = Session(home: state.directory)
        var findings: [Finding] = []
        let given = try parameters.given
        for file in files { findings.append(try await check(file, given, session)) }
        let errors = findings.flatMap(\.errors)
        var members: [Value.Member] = [
            .init("valid", .boolean(errors.isEmpty)), .init("files", .list(findings.map(\.json))),
        ]
        guard let failure = errors.isEmpty ? nil : ErrorReport(DefinitionErrors(errors)) else {
            return Report(blocks(findings), json: .structure(members))
        }
        if case .structure(let more) = failure.json { members += more }
        if !output.json { session.console.err.write(failure.text(width: session.console.err.width, style: session.console.err.style)) }
        return Report(blocks(findings), json: .structure(members), status: failure.status)
    }

    private func check(_ file: String, _ given: [GivenParameter], _ session: Session) async throws -> Finding {
        var finding = Finding(file: file)
        do {
            // Checked as far as they can be without a run, so that all files of a folder may be named.
            if TestSuite.isTests(file) {
                _ = try TestSuite.load(path: file, connectors: session.connectors)
                return finding
            }
            if let job = try checkJob(file, session) {
                (finding.name, finding.notices) = job
                return finding
            }
            let definition = try session.definition(file, given)
            finding.name = definition.name
            finding.notices = try await session.plan(definition).notices
        } catch {
            guard let errors = DefinitionErrors.list(error) else { throw error }
            finding.errors = errors
        }
        return finding
    }

    /// A file of `catalog/` or `pipelines/` that declares a job, or what jobs name; nil for anything else.
    private func checkJob(_ file: String, _ session: Session) throws -> (name: String?, notices: [String])? {
        guard DiskFiles.kind(of: file) == .file else { return nil }
        let found = try JobSet.check(file: file) {
            JobSet.read(stored: try session.existingCatalog()?.readSchedule { try $0.jobRows() } ?? JobRows())
        }
        return found.map { ($0.name, $0.notices) }
    }

    private func blocks(_ findings: [Finding]) -> [Report.Block] {
        findings.flatMap { finding -> [Report.Block] in
            if !finding.errors.isEmpty {
                return [.check(.failed, "\(finding.file): \(HumanText.count(finding.errors.count, "error"))")]
            }
            return [.check(.passed, finding.file)] + finding.notices.map { .line("      notice: \($0)", .dim) }
        }
    }
}
