import ArgumentParser
import SluiceCatalog
import SluiceCore
import SluicePipelines

struct LineageCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "lineage", abstract: "Show which columns a column comes from and which ones it goes into, through all pipelines.",
            discussion: """
                Every run records the lineage of its plan; the newest run of each pipeline counts. A definition is planned, not run.

                Examples:
                  \(program) lineage flights.delayed
                  \(program) lineage flights.delayed.carrier --upstream
                  \(program) lineage pipelines/delayed-flights.yaml --format mermaid
                  \(program) lineage --run last --json
                """)
    }

    enum Format: String, ExpressibleByArgument, CaseIterable, Sendable { case text, mermaid }

    @Argument(
        help: ArgumentHelp("A table, pipeline, stream or path, with .column behind it for one column; or a definition.", valueName: "name"),
        completion: NameCompletion.tables)
    var name: String?
    @Option(help: "The lineage of one run: its id, the beginning of one, or: last.", completion: NameCompletion.runs) var run: String?
    @Flag(help: "Only what it comes from.") var upstream = false
    @Flag(help: "Only what is made of it.") var downstream = false
    @Option(help: "text, or mermaid for a diagram.") var format = Format.text
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if (name == nil) == (run == nil) { throw ValidationError("name a table or pipeline, or a run with --run") }
    }

    private var directions: Set<LineageGraph.Direction> {
        if upstream == downstream { return [.upstream, .downstream] }
        return upstream ? [.upstream] : [.downstream]
    }

    func report() async throws -> Report {
        let session = Session(home: state.directory)
        let graphs = try await graphs(session)
        let json = Value.object(["graphs": .list(graphs.map { LineageJSON.value($0) })])
        switch format {
        case .text: return Report(graphs.flatMap { LineageText(graph: $0, directions: directions).blocks }, json: json)
        case .mermaid: return Report([.verbatim(LineageDiagram.mermaid(graphs))], json: json)
        }
    }

    private func graphs(_ session: Session) async throws -> [LineageGraph] {
        if let run { return try graphs(ofRun: run, session) }
        guard let name else { return [] }
        var recorded = try session.existingCatalog()?.lineages() ?? []
        if name.hasSuffix(".yaml") || name.hasSuffix(".yml"), DiskFiles.kind(of: name) == .file {
            let plan = try await session.plan(try session.definition(name))
            let own = RecordedLineage(pipeline: plan.definition.name, run: nil, lineage: plan.lineage)
            recorded = recorded.filter { $0.pipeline != own.pipeline } + [own]
            return own.lineage.outputs.map { LineageGraph(of: $0.dataset, column: nil, directions, in: recorded) }
        }
        let subject = try LineageSubject(naming: name, in: recorded)
        return try subject.datasets.map { dataset in
            let graph = LineageGraph(of: dataset, column: subject.column, directions, in: recorded)
            guard graph.subjects.isEmpty, let column = subject.column else { return graph }
            let known = LineageGraph(of: dataset, column: nil, [], in: recorded).subjects.map(\.node.column)
            throw SluiceError(
                .unknownColumn, "\(dataset) has no column \(column.quotedForMessage) that a run knows of",
                remedy: Suggestion.remedy(for: column, in: known, noun: "columns"))
        }
    }

    private func graphs(ofRun text: String, _ session: Session) throws -> [LineageGraph] {
        let catalog = try session.requireCatalog(for: "run \(text.quotedForMessage)")
        let record = try text == "last" ? catalog.runs(limit: 1).first : catalog.run(matching: text)
        guard let record, let own = try catalog.lineage(of: record.id) else {
            throw SluiceError(
                .notFound, "run \(text.quotedForMessage) has no lineage",
                remedy: "it was recorded by an earlier version, or nothing has run")
        }
        return own.lineage.outputs.map { LineageGraph(of: $0.dataset, column: nil, directions, in: [own]) }
    }
}
