import ArgumentParser
import SluiceCore
import SluicePipelines
import SluiceScheduler

struct JobImportCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "import", abstract: "Make jobs out of triggers and workflows of AWS Glue.",
            discussion: """
                The file is what `aws glue get-triggers`, or `get-workflow --include-graph`, prints. A job of Glue becomes a job that runs the \
                pipeline of its name, a crawler one that crawls; schedules, conditions, arguments, time-outs and stopped triggers are kept. \
                What has no counterpart is told.

                Examples:
                  \(program) job import workflow.json --dry-run
                  \(program) job import triggers.json --into catalog --pipelines ../pipelines
                """)
    }

    @Argument(help: "The file of JSON.", completion: .file(extensions: ["json"])) var file: String
    @Option(help: ArgumentHelp("The folder that gets a file of each job.", valueName: "folder")) var into = "catalog"
    @Option(help: ArgumentHelp("Where the pipelines are, seen from that folder.", valueName: "folder")) var pipelines = "../pipelines"
    @Flag(help: "Write over files that are there.") var force = false
    @Flag(help: "Show the files; write nothing.") var dryRun = false
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let found = try GlueImport(try DiskFiles.read(file), pipelines: pipelines)
        // All of them are right, and right together, before the first one is written.
        _ = try JobSet(
            found.jobs.map { try JobDeclaration(text: $0.yaml, path: "<job \($0.name)>", directory: into) })
        let paths = found.jobs.map { "\(into)/\(Self.fileName($0.name)).yaml" }
        if !dryRun {
            if !force, let known = paths.first(where: { DiskFiles.kind(of: $0) != nil }) {
                throw SluiceError(
                    .alreadyExists, "\(known.quotedForMessage) is there already", at: .file(path: known),
                    remedy: "say --force to write over it, or another folder with --into")
            }
            try DiskFiles.createDirectories(into)
            for (job, path) in zip(found.jobs, paths) { try DiskFiles.writeAtomically(Array(job.yaml.utf8), to: path) }
        }
        var blocks: [Report.Block] = []
        for (job, path) in zip(found.jobs, paths) {
            blocks += dryRun ? [.blank, .line("# \(path)", .dim), .verbatim(job.yaml)] : [.line("Wrote \(path).")]
        }
        for note in found.notes { blocks.append(.line(note, .warning)) }
        let json = Value.object([
            "jobs": .list(
                zip(found.jobs, paths).map { job, path in
                    .object(["job": .string(job.name), "path": .string(path), "yaml": .string(job.yaml)])
                }), "notes": .texts(found.notes), "written": .boolean(!dryRun),
        ])
        return Report(blocks, json: json)
    }

    /// Names of Glue may have any sign.
    private static func fileName(_ name: String) -> String {
        String(name.map { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" ? $0 : "_" })
    }
}
