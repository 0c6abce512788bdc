import ArgumentParser
import SluiceCatalog
import SluiceCore

struct CatalogDropCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "drop",
            abstract: "Forget a table or view, some of a table's partitions, or a database; data files stay where they are.",
            discussion: """
                Examples:
                  \(program) catalog drop sales.old_orders --yes
                  \(program) catalog drop sales.orders --partition 2023/12 --yes
                  \(program) catalog drop --database scratch --yes
                """)
    }

    @Argument(help: ArgumentHelp("The table: database.table.", valueName: "table"), completion: NameCompletion.tables) var name: String?
    @Option(help: "A database with all its tables.", completion: NameCompletion.databases) var database: String?
    @Option(
        help: ArgumentHelp(
            "Only this partition: the values of its keys, with / between them; may be given several times.", valueName: "values"))
    var partition: [String] = []
    @Flag(name: .customLong("yes"), help: "Really forget it.") var isSure = false
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if (name == nil) == (database == nil) { throw ValidationError("name a table, or a database with --database") }
        if database != nil, !partition.isEmpty { throw ValidationError("--partition is for one table") }
    }

    func report() async throws -> Report {
        let session = Session(home: state.directory)
        if let database { return try dropDatabase(database, session) }
        let table = try TableName(parsing: name ?? "")
        let catalog = try session.requireCatalog(for: "table \(table.description.quotedForMessage)")
        let record = try catalog.table(table)
        if !partition.isEmpty {
            try confirm("\(HumanText.count(partition.count, "partition")) of \(table)")
            let values = partition.map { $0.split(separator: "/", omittingEmptySubsequences: false).map(String.init) }
            return forgotten(HumanText.count(try catalog.dropPartitions(values, of: table), "partition") + " of \(table)")
        }
        if record.definition.isView {
            try confirm("view \(table)")
            try catalog.dropTable(table)
            return forgotten("view \(table)")
        }
        let contents = "\(HumanText.count(record.rowCount, "row")) in \(HumanText.count(record.fileCount, "file"))"
        try confirm("table \(table) with \(contents)")
        try catalog.dropTable(table)
        return forgotten("table \(table); its \(HumanText.count(record.fileCount, "file")) stay in \(record.definition.location)")
    }

    private func dropDatabase(_ name: String, _ session: Session) throws -> Report {
        let catalog = try session.requireCatalog(for: "database \(name.quotedForMessage)")
        let count = try catalog.database(name).tableCount
        try confirm("database \(name) with \(HumanText.count(count, "table"))")
        try catalog.dropDatabase(name, withTables: true)
        return forgotten("database \(name) with \(HumanText.count(count, "table"))")
    }

    private func confirm(_ what: String) throws {
        guard !isSure else { return }
        throw SluiceError(.usage, "\(what) would be forgotten; nothing was done", remedy: "say --yes to forget it")
    }

    private func forgotten(_ what: String) -> Report {
        Report(
            [.line("Forgot \(what).")],
            json: .object(["table": .text(name), "database": .text(database), "partitions": .texts(partition), "dropped": .boolean(true)]))
    }
}
