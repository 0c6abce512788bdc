import ArgumentParser
import SluiceCore
import SluiceEngine

struct DeadLettersListCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List runs that kept dead letters, and how many.")

    @Argument(help: "Only those of this pipeline.") var pipeline: String?
    @OptionGroup var home: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let files = try DeadLetterArchive(home: home.directory).files(of: pipeline)
        var table = TextTable([
            .init("pipeline", isWhole: true), .init("run", isWhole: true), .init("letters", .right), .init("size", .right),
            .init("replayed"),
        ])
        for file in files {
            table.add([
                file.pipeline, file.run, HumanText.short(Double(file.letters)), HumanText.bytes(Double(file.bytes)),
                file.replayedBy == nil ? "" : "yes",
            ])
        }
        let json = Value.object([
            "files": .list(
                files.map { file in
                    .object([
                        "pipeline": .string(file.pipeline), "run": .string(file.run), "letters": .number(file.letters),
                        "bytes": .number(file.bytes), "path": .string(file.path), "replayed_by": .text(file.replayedBy),
                    ])
                })
        ])
        return Report([files.isEmpty ? .line("No dead letters.") : .table(table)], json: json)
    }
}
