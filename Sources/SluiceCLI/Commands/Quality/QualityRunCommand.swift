import ArgumentParser
import SluiceCatalog
import SluiceCore
import SluiceEngine
import SluicePipelines

struct QualityRunCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "run", abstract: "Judge a table by its rule sets.",
            discussion: """
                The rule sets are the files of the catalog folder that name the table; or a file of rules, or rules on the command line.
                The exit code is 1 when a rule is not passed.

                Examples:
                  \(program) quality run sales.orders
                  \(program) quality run sales.orders --rules checks/orders.dqdl
                  \(program) quality run sales.orders --rule 'IsComplete "id"' --rule 'RowCount > 0'
                """)
    }

    @Argument(help: ArgumentHelp("The table: database.table.", valueName: "table"), completion: NameCompletion.tables) var name: String
    @Option(help: ArgumentHelp("A file of rules.", valueName: "file"), completion: .file()) var rules: String?
    @Option(help: ArgumentHelp("A rule; may be given several times.", valueName: "text")) var rule: [String] = []
    @Option(help: ArgumentHelp("The folder of declared rule sets.", valueName: "dir"), completion: .directory) var catalog = "catalog"
    @Option(help: "How many tasks work side by side; as many as there are processors when absent.") var jobs: Int?
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if rules != nil, !rule.isEmpty { throw ValidationError("give --rules or --rule") }
        if let jobs, !(1...1024).contains(jobs) { throw ValidationError("--jobs takes a number from 1 to 1024") }
    }

    /// The rules of the command line, a line for each.
    private var ruleText: String { rule.joined(separator: ",\n") }
    private static let ruleOption = "--rule"

    func report() async throws -> Report {
        do {
            return try await judged()
        } catch {
            if rule.isEmpty { throw error }
            throw ConversionError(error, documents: [DefinitionDocument(path: Self.ruleOption, text: ruleText)])
        }
    }

    private func judged() async throws -> Report {
        let session = Session(home: state.directory)
        let table = try TableName(parsing: name)
        let stored = try session.requireCatalog(for: "table \(table.description.quotedForMessage)")
        let definitions = try definitions(of: table, session)
        let monitor = RunMonitor(console: session.console, isQuiet: output.json)
        return try await Interruption.cancelling {
            var results: [QualityResult] = []
            var waiting: [String] = []
            var failed = false
            for definition in definitions {
                let context = PlanContext(
                    connectors: session.connectors,
                    connection: ConnectorContext(
                        catalog: stored, streams: session.streams, pipeline: "quality", directory: catalog, home: session.home))
                let (source, operation) = try await definition.plan(in: context)
                var options = RunOptions()
                if let jobs { options.width = jobs }
                let runner = QualityRunner(catalog: stored, options: options)
                let progress = RunProgress()
                let judged = try await monitor.watching(progress, of: definition.name) {
                    try await runner.run(operation, over: source, progress: progress)
                }
                if definition.onFail == .fail, !judged.allSatisfy(\.isPassed) { failed = true }
                if judged.isEmpty {
                    waiting.append("No window of rule set \(definition.name) has ended since the last one that was judged.")
                }
                results += judged
            }
            let blocks =
                results.flatMap { [Report.Block.blank] + QualityScreen(result: $0).blocks } + waiting.flatMap { [.blank, .line($0)] }
            return Report(
                Array(blocks.dropFirst()), json: .object(["passed": .boolean(!failed), "results": .list(results.map(\.json))]),
                status: failed ? .failed : .done)
        }
    }

    private func definitions(of table: TableName, _ session: Session) throws -> [RuleSetDefinition] {
        if let rules {
            let file = rules.split(separator: "/").last.map(String.init) ?? rules
            return [
                RuleSetDefinition(
                    name: file.hasSuffix(".dqdl") ? String(file.dropLast(5)) : file, table: table.description,
                    rules: try RuleText(path: rules))
            ]
        }
        if !rule.isEmpty {
            let text = try RuleText(text: ruleText, path: Self.ruleOption)
            return [RuleSetDefinition(name: "command line", table: table.description, rules: text)]
        }
        let declared = try RuleSetLoader.load(directory: catalog, connectors: session.connectors)
        let own = declared.filter { $0.table == table.description }
        guard own.isEmpty else { return own }
        let remedy =
            declared.isEmpty
            ? "declare one in \(catalog)/, or give --rules or --rule"
            : Suggestion.remedy(
                for: table.description, in: Set(declared.map(\.table)).sorted(), noun: "tables with rule sets")
        throw SluiceError(.notFound, "no rule set in \(catalog.quotedForMessage) is about the table \(table)", remedy: remedy)
    }
}
