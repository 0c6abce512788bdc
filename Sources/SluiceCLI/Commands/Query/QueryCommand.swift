import ArgumentParser
import Glibc
import SluiceConnectors
import SluiceCore
import SluiceQuery

struct QueryCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "query", abstract: "Ask files, tables of the catalog and streams in SQL.",
            discussion: """
                A table is named database.table (or table, of the database default), files by a path or pattern in quotes, a stream \
                stream.NAME. The language is SQLite's: joins, windows, common table expressions, JSON functions. A SELECT over one table \
                that means the same in the language of pipelines is answered by the engine, which is faster; --explain says who answers, \
                and what is left out of reading.

                CREATE TABLE name AS SELECT … and INSERT INTO name SELECT … write files and register them in the catalog, in one commit; \
                CREATE [OR REPLACE] VIEW name AS SELECT … keeps a query under a name. \
                Without a text, the query is read from standard input; at a terminal, a shell with history and completion begins.

                Examples:
                  \(program) query "SELECT carrier, count(*) FROM 'flights/**/*.csv.gz' GROUP BY carrier"
                  \(program) query "SELECT * FROM sales.orders WHERE day >= '2024-03-01'" --format csv --output march.csv
                  \(program) query "SELECT partition_key, count(*) FROM stream.clicks GROUP BY 1 ORDER BY 2 DESC LIMIT 10"
                  \(program) query "CREATE TABLE sales.big AS SELECT * FROM sales.orders WHERE amount > 1000"
                  \(program) query --explain "SELECT o.id, c.name FROM sales.orders o JOIN 'customers.csv' c ON c.id = o.customer"
                """)
    }

    @Argument(help: ArgumentHelp("The query.", valueName: "sql")) var text: String?
    @Option(name: .shortAndLong, help: ArgumentHelp("Read the query from this file.", valueName: "file"), completion: .file()) var file:
        String?
    @Flag(help: "Say how the query is answered, and answer it not.") var explain = false
    @OptionGroup(title: "Rows") var rows: QueryOutputArguments
    @OptionGroup(title: "Work") var work: QueryWorkArguments
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if text != nil, file != nil { throw ValidationError("give the query or --file") }
        if output.json, rows.output != nil || rows.format != nil {
            throw ValidationError("--json prints one document; --format json --output FILE writes the rows as JSON")
        }
        try work.check()
    }

    func report() async throws -> Report {
        let work = try QueryWork(self, Session(home: state.directory))
        if text == nil, file == nil, isatty(STDIN_FILENO) == 1, work.console.out.isTerminal, !output.json {
            try await QueryShell(work).run()
            return .streamed(.done)
        }
        return try await work.report(try await queryText(), explains: explain, asJSON: output.json)
    }

    private func queryText() async throws -> String {
        if let text, text != "-" { return text }
        if let file { return String(decoding: try DiskFiles.read(file), as: UTF8.self) }
        return String(decoding: try DiskFiles.read("/dev/stdin"), as: UTF8.self)
    }
}
