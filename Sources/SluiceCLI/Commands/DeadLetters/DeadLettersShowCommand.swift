import ArgumentParser
import SluiceCatalog
import SluiceCore
import SluiceEngine

struct DeadLettersShowCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "show", abstract: "Show dead letters: where they came from, why they are none of the output, and their bytes.",
            discussion: """
                Examples:
                  \(program) dlq show late-flights
                  \(program) dlq show late-flights 01HQX --code value-does-not-fit --limit 5
                """)
    }

    @Argument(help: "The pipeline.") var pipeline: String
    @Argument(help: "Only those of runs whose id begins so.") var run: String?
    @Option(help: "Only those with this code.") var code: String?
    @Option(help: "How many to show at most.") var limit = 20
    @OptionGroup var home: HomeOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (1...100_000).contains(limit) else { throw ValidationError("--limit takes a number from 1 to 100000") }
    }

    func report() async throws -> Report {
        let archive = DeadLetterArchive(home: home.directory)
        let files = try DeadLettersSelection.files(archive, pipeline, run, knownIn: Session(home: home.directory))
        var shown: [Shown] = []
        var count = 0
        for file in files {
            try archive.forEachLetter(in: file) { letter in
                guard code.map({ $0 == letter.code }) ?? true else { return true }
                count += 1
                if shown.count < limit { shown.append((file, letter)) }
                return true
            }
        }
        var blocks: [Report.Block] = [
            .line(HumanText.count(Int64(count), "dead letter") + (count > shown.count ? ", the first \(shown.count):" : ":"), .heading)
        ]
        for (file, letter) in shown {
            let column = letter.column.map { "column \($0): " } ?? ""
            let replayed = file.replayedBy.map { "  (replayed by \($0))" } ?? ""
            blocks.append(.line("\(letter.place)  \(letter.code)\(replayed)", .warning))
            blocks.append(.paragraph("\(column)\(letter.message) (step \(letter.step))", indent: 2))
            for failure in letter.history ?? [] {
                blocks.append(.line("  before, in run \(failure.run): \(failure.code) in step \(failure.step)", .dim))
            }
            blocks.append(.line("  " + CellText.escaped(letter.raw ?? "base64 " + (letter.rawBase64 ?? "")), .dim))
        }
        if count == 0 { blocks = [.line(files.isEmpty ? "Pipeline \(pipeline) has no dead letters." : "No such dead letters.")] }
        return Report(blocks, json: json(shown, count))
    }

    private typealias Shown = (file: DeadLetterArchive.File, letter: DeadLetterArchive.Letter)

    private func json(_ shown: [Shown], _ count: Int) -> Value {
        .object([
            "pipeline": .string(pipeline), "count": .number(count),
            "dead_letters": .list(
                shown.map { file, letter in
                    .object([
                        "run": .string(file.run), "replayed_by": .text(file.replayedBy), "code": .string(letter.code),
                        "message": .string(letter.message), "step": .string(letter.step),
                        "column": .text(letter.column), "place": .string(letter.place), "raw": .text(letter.raw),
                        "raw_base64": .text(letter.rawBase64),
                        "row": .text(letter.row),
                        "history": .list(
                            (letter.history ?? []).map { failure in
                                .object([
                                    "run": .string(failure.run), "code": .string(failure.code), "message": .string(failure.message),
                                    "step": .string(failure.step),
                                ])
                            }),
                    ])
                }),
        ])
    }
}

/// What `show` and `drop` name.
enum DeadLettersSelection {
    /// - Parameter session: Pipelines that have run here may have none.
    /// - Throws: `notFound` where there is none, naming the pipelines that have some.
    static func files(
        _ archive: DeadLetterArchive, _ pipeline: String, _ run: String?, knownIn session: Session? = nil
    ) throws -> [DeadLetterArchive.File] {
        let files = try archive.files(of: pipeline, run: run)
        guard files.isEmpty else { return files }
        if run == nil, let catalog = try session?.existingCatalog(), try !catalog.runs(pipeline: pipeline, limit: 1).isEmpty { return [] }
        let known = Set(try archive.files().map(\.pipeline)).sorted()
        let what = run.map { "of runs that begin with \($0.quotedForMessage) of" } ?? "of"
        throw SluiceError(
            .notFound, "there are no dead letters \(what) pipeline \(pipeline.quotedForMessage)",
            remedy: Suggestion.remedy(for: pipeline, in: known, noun: "pipelines with dead letters") ?? "no pipeline has any")
    }
}
