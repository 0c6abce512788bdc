import ArgumentParser
import SluiceCore
import SluiceEngine

struct DeadLettersDropCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "drop", abstract: "Remove dead letters for good.",
        discussion: "The run's record keeps their number. With --dry-run nothing is removed, and without --yes neither.")

    @Argument(help: "The pipeline.") var pipeline: String
    @Argument(help: "Only those of runs whose id begins so.") var run: String?
    @Flag(help: "Say what would be removed.") var dryRun = false
    @Flag(name: [.customLong("yes"), .customLong("force")], help: "Really remove them.") var isSure = false
    @OptionGroup var home: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let archive = DeadLetterArchive(home: home.directory)
        let files = try DeadLettersSelection.files(archive, pipeline, run)
        let letters = files.reduce(0) { $0 + $1.letters }
        let count = "\(HumanText.count(Int64(letters), "dead letter")) of \(HumanText.count(Int64(files.count), "run"))"
        guard dryRun || isSure else {
            throw SluiceError(.usage, "\(count) would be gone for good; nothing was removed", remedy: "say --yes to remove them")
        }
        if !dryRun { for file in files { try archive.drop(file) } }
        let json = Value.object([
            "pipeline": .string(pipeline), "letters": .number(letters), "files": .texts(files.map(\.path)), "dry_run": .boolean(dryRun),
        ])
        let verb = dryRun ? "Would remove" : "Removed"
        return Report([.line("\(verb) \(count).")], json: json)
    }
}
