import ArgumentParser
import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceScheduler

struct ScheduleLoadCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "load", abstract: "Add many jobs to the state: of each line of a file the JSON of one.",
            discussion: """
                The keys are those of a file with a `job`. All of them are added, or none; jobs of these names that commands added before are \
                replaced.

                Examples:
                  \(program) schedule load jobs.jsonl
                  echo '{"job": "tidy", "command": "./tidy.sh", "schedule": "@hourly"}' | \(program) schedule load -
                """)
    }

    @Argument(help: "The file; - is standard input.") var file: String
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let session = Session(home: state.directory)
        let jobs = try read()
        let project = try ScheduleProject(session, isWhole: true)
        for (job, _) in jobs {
            guard let known = project.set[job.name], known.storedText == nil else { continue }
            throw SluiceError(
                .alreadyExists, "the job \(job.name.quotedForMessage) is declared in \(known.path ?? "a file") and in \(job.path ?? file)",
                at: known.location, remedy: "change the file, or choose another name")
        }
        let set: JobSet
        do {
            set = try project.set.adding(jobs.map { $0.job })
        } catch {
            throw DefinitionErrors((DefinitionErrors.list(error) ?? []).map(placed))
        }
        for notice in jobs.compactMap({ set.missingFile(of: $0.job.name) }).prefix(Self.shownNotices) { session.console.warning(notice) }
        try session.catalog().changeSchedule { ledger in
            for (job, text) in jobs { try ScheduleRequests.declare(set[job.name] ?? job, text, isPaused: job.rules.startsPaused, ledger) }
        }
        return Report(
            [.line("Added \(HumanText.count(jobs.count, "job")).")], json: .object(["jobs": .texts(jobs.map { $0.job.name })]))
    }

    /// Files of jobs that are not there, of which a person reads.
    private static let shownNotices = 20

    /// A mistake in one line's text, with its place in the file.
    private func placed(_ mistake: SluiceError) -> SluiceError {
        guard case .file(let path, _, let column)? = mistake.location, path.hasPrefix(file + ":"),
            let line = Int(path.dropFirst(file.count + 1))
        else { return mistake }
        var placed = mistake
        placed.location = .file(path: file, line: line, column: column)
        return placed
    }

    /// - Throws: What is wrong, with the line.
    private func read() throws -> [(job: JobDeclaration, text: String)] {
        let bytes = try DiskFiles.read(file == "-" ? "/dev/stdin" : file)
        var found: [(job: JobDeclaration, text: String)] = []
        var errors: [SluiceError] = []
        // A byte order mark is no part of the text.
        let text = String(decoding: bytes, as: UTF8.self).trimmingPrefix("\u{FEFF}")
        let lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
        for (index, line) in lines.enumerated() where !line.allSatisfy(\.isWhitespace) {
            do {
                // Each line is a text of its own, which messages name so.
                found.append((try JobDeclaration(text: String(line), path: "\(file):\(index + 1)", directory: "."), String(line)))
            } catch {
                guard let mistakes = DefinitionErrors.list(error) else { throw error }
                errors += mistakes.map(placed)
            }
        }
        guard errors.isEmpty else { throw DefinitionErrors(errors) }
        guard !found.isEmpty else {
            throw SluiceError(.usage, "there are no jobs in \(file.quotedForMessage)", remedy: "write a job as JSON on each line")
        }
        return found
    }
}
