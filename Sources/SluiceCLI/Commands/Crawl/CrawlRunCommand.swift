import ArgumentParser
import SluiceCatalog
import SluiceCore
import SluiceCrawler
import SluiceGlueService
import SluicePipelines
import SluiceS3

struct CrawlRunCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "run", abstract: "Look at files, say which tables they are, and bring the catalog to that.",
            discussion: """
                A target is a directory, a file, or the name of a crawler that a file of the catalog folder declares; objects \
                (s3://bucket/prefix), the tables of a database (sqlite:FILE, postgresql://HOST/DATABASE), streams (stream:NAME, or a \
                pattern), or a table of the catalog, whose data is looked at again (table:DATABASE.TABLE). Files are told by their content; \
                folders whose files are alike are partitions of one table. Every record is read, so that a type holds for all of them. \
                Without --plan the changes are made, all in one transaction; a crawl of unchanged files opens none of them, and otherwise \
                only files that changed are read.

                Examples:
                  \(program) crawl data/lake --plan
                  \(program) crawl data/lake --database flights --exclude '**/*.tmp'
                  \(program) crawl data --plan --explain lake
                  \(program) crawl sqlite:shop.db 'stream:click*'
                  \(program) crawl data/lake --changed data/lake/day=7/a.csv
                  \(program) crawl --explain flights.lake
                """)
    }

    @Argument(
        help: ArgumentHelp(
            "Directories, files, databases, streams, tables, or the name of a declared crawler.", valueName: "target"), completion: .file())
    var targets: [String] = []
    @Option(
        help: ArgumentHelp(
            "A crawler by its name, in place of targets: one that a file declares, or that a client of Glue made.", valueName: "name"))
    var crawler: String?
    @Flag(help: "Show what would change; change nothing.") var plan = false
    @Flag(help: "Make the changes, as without an option.") var apply = false
    @Option(
        help: ArgumentHelp(
            "Show the evidence for each column of this table; without a path that of its last crawl.", valueName: "table"),
        completion: NameCompletion.tables)
    var explain: String?
    @OptionGroup var arguments: CrawlArguments
    @Option(help: ArgumentHelp("The folder of declared crawlers.", valueName: "dir"), completion: .directory) var catalog = "catalog"
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if plan, apply { throw ValidationError("choose one of --plan and --apply") }
        if crawler != nil, !targets.isEmpty { throw ValidationError("give targets or --crawler, and not both") }
        if targets.isEmpty, explain == nil, crawler == nil { throw ValidationError("name a directory, a file, or a declared crawler") }
    }

    func report() async throws -> Report {
        let session = Session(home: state.directory)
        guard !targets.isEmpty || crawler != nil else { return try storedEvidence(session) }
        var settings = try crawler.map { try named($0, session) } ?? settings()
        try arguments.apply(to: &settings)
        let wanted = settings
        let monitor = CrawlMonitor(console: session.console, isQuiet: output.json)
        return try await Interruption.cancelling {
            let catalog = plan ? try session.existingCatalog() : try session.catalog()
            let progress = CrawlProgress()
            let crawler = Crawler(wanted, catalog: catalog, surroundings: Self.surroundings(session, catalog), progress: progress)
            let found = try await monitor.watching(progress, of: wanted.name) {
                plan ? try await crawler.plan() : try await crawler.apply()
            }
            return try shown(found, catalog)
        }
    }

    /// Databases, streams and buckets, as pipelines reach them.
    static func surroundings(_ session: Session, _ catalog: Catalog?) -> CrawlSurroundings {
        CrawlSurroundings(
            connectors: session.connectors,
            context: ConnectorContext(
                catalog: catalog, streams: session.streams, pipeline: "crawl", directory: WorkingDirectory.absolute("."), home: session.home
            ),
            store: { url in
                guard S3Location.isOne(url) else { return nil }
                return try S3Stores.store(S3Location(parsing: url).bucket, S3Site())
            })
    }

    private func shown(_ found: CrawlPlan, _ catalog: Catalog?) throws -> Report {
        guard let explain else {
            let screen = CrawlScreen(plan: found, isApplied: !plan)
            return Report(screen.blocks, json: screen.json)
        }
        let names = found.tables.map(\.name)
        if let table = found.tables.first(where: { $0.name.description == explain.lowercased() || $0.name.table == explain.lowercased() }) {
            if table.evidence.isNull, let catalog { return try evidence(table.name, catalog) }
            let screen = EvidenceScreen(table: table.name.description, rows: table.rows, columns: table.evidence)
            return Report(screen.blocks, json: screen.json)
        }
        if found.isUnchanged, let catalog { return try evidence(TableName(parsing: explain), catalog) }
        throw SluiceError(
            .notFound, "the crawl found no table \(explain.quotedForMessage)",
            remedy: Suggestion.remedy(for: explain, in: names.map(\.description), noun: "tables"))
    }

    private func storedEvidence(_ session: Session) throws -> Report {
        let name = try TableName(parsing: explain ?? "")
        return try evidence(name, try session.requireCatalog(for: "table \(name.description.quotedForMessage)"))
    }

    private func evidence(_ name: TableName, _ catalog: Catalog) throws -> Report {
        let screen = try EvidenceScreen(stored: catalog.crawlEvidence(of: name))
        return Report(screen.blocks, json: screen.json)
    }

    /// Those of a crawler that has the name, whatever paths there are.
    private func named(_ name: String, _ session: Session) throws -> CrawlSettings {
        let declared = try CrawlerLoader.load(directory: catalog)
        if let known = declared.first(where: { $0.settings.name == name }) { return known.settings }
        let made = try session.existingCatalog().flatMap { state in
            try GlueCrawlers.settings(
                name, state, directory: WorkingDirectory.absolute(session.home), project: WorkingDirectory.absolute("."))
        }
        if let made { return made }
        throw SluiceError(
            .notFound, "there is no crawler \(name.quotedForMessage)",
            remedy: Suggestion.remedy(for: name, in: declared.map(\.settings.name), noun: "declared crawlers"))
    }

    /// Those of a declared crawler, or of one that the paths make.
    private func settings() throws -> CrawlSettings {
        // A declaration that is wrong is of no matter to a crawl of what cannot be a crawler's name.
        if targets.count == 1, DefinitionNode.isName(targets[0]),
            let known = try CrawlerLoader.load(directory: catalog).first(where: { $0.settings.name == targets[0] })
        {
            return known.settings
        }
        let missing = try targets.filter { target in
            let path = try CrawlTarget(target).path
            return path.map { DiskFiles.kind(of: $0) == nil } ?? false
        }
        if let first = missing.first {
            let declared = (try? CrawlerLoader.load(directory: catalog)) ?? []
            let near = declared.isEmpty ? nil : Suggestion.remedy(for: first, in: declared.map(\.settings.name), noun: "declared crawlers")
            throw SluiceError(
                .fileNotFound, "there is no file, directory or declared crawler \(first.quotedForMessage)", at: .file(path: first),
                remedy: near)
        }
        var placed: [String] = []
        for target in targets {
            let own = CrawlTarget.placed(target, WorkingDirectory.absolute)
            // The same folder twice would be two tables of the same files.
            if !placed.contains(own) { placed.append(own) }
        }
        return CrawlSettings(name: placed.joined(separator: " "), targets: placed)
    }
}
