import ArgumentParser
import SluiceConnectors
import SluiceCore
import SluiceCrawler
import SluiceEngine
import SluiceFormats

/// What a crawl is told on the command line; goes before what its declaration says.
struct CrawlArguments: ParsableArguments, Sendable {
    @Option(help: ArgumentHelp("The database of the tables; default when absent.", valueName: "name"), completion: NameCompletion.databases)
    var database: String?
    @Option(help: ArgumentHelp("What stands before the tables' names.", valueName: "text")) var prefix: String?
    @Option(
        help: ArgumentHelp("Leave out what this pattern of paths below the target matches; may be given several times.", valueName: "glob"))
    var exclude: [String] = []
    @Option(help: "Read every record (all), or the start of every file (sample).") var verify: CrawlSettings.Verification?
    @Option(
        help: ArgumentHelp(
            "Bytes of files up to which every record is read, such as 2GB; \(HumanText.bytes(CrawlLimits.verifiedBytes)) when absent.",
            valueName: "size"))
    var verifyLimit: ByteCount?
    @Option(help: "What a column of a text format becomes whose values are of several kinds: string or choice.") var mixed: MixedTypes?
    @Option(help: "Folders are one table if their columns are alike (similar), or whenever they can be read alike (combine).")
    var group: CrawlSettings.Grouping?
    @Option(help: ArgumentHelp("The level of folders that are tables; the target is 1.", valueName: "level")) var tableLevel: Int?
    @Option(help: "Of changed columns the catalog follows all (update), gets the new ones (merge), or none (log).")
    var onChange: CrawlSettings.UpdatePolicy?
    @Option(help: "Tables whose data is gone are deleted (delete), marked (deprecate), or reported (log).")
    var onGone: CrawlSettings.DeletePolicy?
    @Option(help: "Look at everything again, only at new-folders, or only at what happened (events).")
    var recrawl: CrawlSettings.RecrawlPolicy?
    @Option(
        help: ArgumentHelp(
            "A path that came, changed or went, for --recrawl events; may be given several times.", valueName: "path"))
    var changed: [String] = []
    @Option(
        help: ArgumentHelp(
            "A file of such paths, one a line, or of messages of S3; - is standard input.", valueName: "file"), completion: .file())
    var changedFrom: String?
    @Option(help: ArgumentHelp("Files of each folder that are looked at; all when absent.", valueName: "count")) var sampleFiles: Int?
    @Option(help: ArgumentHelp("The secret that is the password of databases.", valueName: "name"), completion: NameCompletion.secrets)
    var passwordSecret: String?
    @Option(
        help: ArgumentHelp(
            "A grok pattern whose files are tables; asked before the built-in classifiers, several in order.", valueName: "pattern"))
    var grok: [String] = []
    @Option(help: "How many tasks work side by side; as many as there are processors when absent.") var jobs: Int?

    func validate() throws {
        if let jobs, !(1...1024).contains(jobs) { throw ValidationError("--jobs takes a number from 1 to 1024") }
        if let sampleFiles, !(1...CrawlLimits.sampledFiles).contains(sampleFiles) {
            throw ValidationError("--sample-files takes a number from 1 to \(CrawlLimits.sampledFiles)")
        }
        let hasEvents = !changed.isEmpty || changedFrom != nil
        if let recrawl, hasEvents, recrawl != .events { throw ValidationError("--changed and --changed-from are for --recrawl events") }
        if recrawl == .events, !hasEvents { throw ValidationError("--recrawl events needs --changed or --changed-from") }
        if let tableLevel, !(1...CrawlLimits.folderDepth).contains(tableLevel) {
            throw ValidationError("--table-level takes a number from 1 to \(CrawlLimits.folderDepth)")
        }
    }

    /// Puts what was given in the place of what a declaration says.
    func apply(to settings: inout CrawlSettings) throws {
        if let database { settings.database = database }
        if let prefix { settings.prefix = prefix }
        for pattern in exclude { try CrawlSettings.checkExclusion(pattern, at: .file(path: "--exclude")) }
        if !exclude.isEmpty { settings.exclusions = exclude }
        if let verify { settings.verification = verify }
        if let verifyLimit { settings.verifiedBytes = Int64(verifyLimit.bytes) }
        if let mixed { settings.mixed = mixed }
        if let group { settings.grouping = group }
        if let tableLevel { settings.tableLevel = tableLevel }
        if let onChange { settings.updates = onChange }
        if let onGone { settings.deletions = onGone }
        if let recrawl { settings.recrawl = recrawl }
        if let sampleFiles { settings.sampledFiles = sampleFiles }
        if let passwordSecret { settings.passwordSecret = passwordSecret }
        if !changed.isEmpty || changedFrom != nil { settings.recrawl = .events }
        if settings.recrawl == .events { settings.events = try events() }
        for (index, pattern) in grok.enumerated() {
            let classifier = try CustomClassifier(
                name: "grok \(index + 1)", format: TextFormat.name, options: ["pattern": .texts([pattern])])
            settings.classifiers.append(classifier)
        }
        settings.width = jobs ?? Machine.coreCount
    }

    /// What is named on the command line and in the file.
    private func events() throws -> [CrawlEvent] {
        var events = try changed.flatMap { try CrawlEvent.events(of: $0) }
        if let changedFrom {
            for line in try EventLines.read(changedFrom) { events += try CrawlEvent.events(of: line) }
        }
        guard events.count <= CrawlLimits.events else {
            throw SluiceError(
                .limitExceeded, "a crawl is told of at most \(CrawlLimits.events) paths", remedy: "crawl with --recrawl everything")
        }
        return events.map { $0.path.contains("://") ? $0 : CrawlEvent(path: WorkingDirectory.placed($0.path)) }
    }
}
