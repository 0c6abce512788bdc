import Glibc
import SluiceCatalog
import SluiceConnectors
import SluiceCore
import SluiceEngine
import SluicePipelines
import SluiceQuery
import Synchronization

/// Answers one query after another, and prints what comes of it.
struct QueryWork: Sendable {
    let session: Session
    let console: Console
    private let rows: QueryOutputArguments
    private let options: QueryOptions
    private let fileOptions: [(String, DefinitionNode)]
    private let columnTypes: [(String, DefinitionNode)]

    init(_ command: QueryCommand, _ session: Session) throws {
        self.session = session
        console = session.console
        rows = command.rows
        var options = command.work.options
        fileOptions = try command.work.fileOptions()
        columnTypes = try command.work.columnTypes()
        if let format = rows.format, !format.isDrawn { options.tableOptions.append(("format", .text(format.fileFormat))) }
        if let columns = rows.partitionBy {
            options.tableOptions.append(("partition_by", .list(columns.split(separator: ",").map { .text(String($0).trimmingBlanks) })))
        }
        self.options = options
    }

    private func runner(_ text: String) throws -> QueryRunner {
        let catalog = Self.writes(text) ? try session.catalog() : try session.existingCatalog()
        var resolver = TableResolver(
            catalog: catalog, streams: session.streams, directory: ".", home: session.home, connectors: session.connectors)
        resolver.fileOptions = fileOptions
        resolver.columnTypes = columnTypes
        return QueryRunner(resolver: resolver, options: options)
    }

    /// Whether a query makes the state, where there is none.
    private static func writes(_ text: String) -> Bool {
        let word = text.drop { $0.isWhitespace }.prefix { $0.isLetter }.uppercased()
        return word == "CREATE" || word == "INSERT"
    }

    /// - Throws: `ConversionError` with the query, in which errors are placed.
    func report(_ text: String, explains: Bool, asJSON: Bool) async throws -> Report {
        do {
            return try await Interruption.cancelling {
                try await runner(text).withQuery(text, explains: explains) { query in
                    if explains { return Self.explanation(try await query.explanation()) }
                    if query.writtenTable != nil { return try await land(query) }
                    if let view = query.writtenView { return try define(view, query) }
                    return try await read(query, asJSON: asJSON)
                }
            }
        } catch let error as SluiceError where error.code == .readerGone {
            return .streamed(.done)
        } catch {
            throw ConversionError(error, documents: [DefinitionDocument(path: QueryText.path, text: text)])
        }
    }

    // MARK: Views

    private func define(_ view: PreparedQuery.WrittenView, _ query: PreparedQuery) throws -> Report {
        let name = try TableName(parsing: view.name)
        let catalog = try session.catalog()
        if view.ifMissing, let known = try catalog.findTable(name) {
            return Report([.line("\(name) exists already; nothing was changed")], json: ViewReport(known, isChanged: false).json)
        }
        showNotices(query.notices)
        let record = try query.makeView(name, replaces: view.replaces, in: catalog, path: WorkingDirectory.placed)
        return ViewReport(record, isChanged: true).report
    }

    private static func explanation(_ lines: [String]) -> Report { Report(lines.map { .line($0) }, json: .object(["plan": .texts(lines)])) }

    // MARK: Reading

    private func read(_ query: PreparedQuery, asJSON: Bool) async throws -> Report {
        showNotices(query.notices)
        if asJSON { return try await document(query) }
        let format = rows.resolved
        if format.isDrawn { return try await draw(query, format) }
        let output = rows.output ?? "-"
        let writing = try format.writing(output, options: rows.outputOptions)
        let target = PreparedQuery.Target.file(output, replaces: rows.force, options: writing)
        let monitor = RunMonitor(console: console, isQuiet: rows.quiet || output == "-", announces: false)
        let progress = RunProgress()
        let summary = try await monitor.watching(progress, of: "query") { try await query.run(into: target, progress: progress) }
        note(summary, output: rows.output)
        return .streamed(.done)
    }

    private func draw(_ query: PreparedQuery, _ format: QueryFormat) async throws -> Report {
        let screen = try QueryScreen(console, output: rows.output, replaces: rows.force, usesPager: !rows.noPager)
        let printer = Mutex(QueryPrinter(query.schema, format, screen))
        let summary: QuerySummary
        do {
            summary = try await query.run(into: .rows(ResultSink { batch in try printer.withLock { try $0.take(batch) } }))
            try printer.withLock { try $0.finish() }
            try screen.close()
        } catch {
            screen.abandon()
            throw error
        }
        note(summary, output: rows.output)
        return .streamed(.done)
    }

    /// One document with the columns, all rows, and the figures.
    private func document(_ query: PreparedQuery) async throws -> Report {
        let batches = Mutex<[Batch]>([])
        let summary = try await query.run(into: .rows(ResultSink { batch in batches.withLock { $0.append(batch) } }))
        let values = batches.withLock { $0 }.flatMap { batch in (0..<batch.rowCount).map { batch.row($0) } }
        let columns = query.schema.fields.map { Value.object(["name": .string($0.name), "type": .string($0.type.description)]) }
        return Report(
            json: .object([
                "columns": .list(columns), "rows": .list(values), "row_count": .number(summary.rowCount),
                "rows_read": .number(summary.rowsRead),
                "bytes_read": .number(summary.bytesRead), "rejected": .number(summary.rejected), "answered_by": .string(summary.path),
                "notices": .texts(query.notices.map(CommandLineWords.adapted)), "seconds": .float(summary.seconds),
            ]))
    }

    private func showNotices(_ notices: [String]) {
        if rows.quiet { return }
        for notice in notices { console.notice(CommandLineWords.adapted(notice)) }
    }

    private func note(_ summary: QuerySummary, output: String?) {
        if !rows.quiet {
            let place = output.map { "\($0): " } ?? ""
            console.err.writeLine(
                "\(place)\(HumanText.count(summary.rowCount, "row")); \(HumanText.count(summary.rowsRead, "row")) and "
                    + "\(HumanText.bytes(summary.bytesRead)) read; \(HumanText.duration(seconds: summary.seconds)); answered by "
                    + (summary.path == "engine" ? "engine" : "SQLite"))
        }
        guard summary.rejected > 0 else { return }
        console.warning(
            "\(HumanText.count(summary.rejected, "record")) left out"
                + (summary.rejects.count < summary.rejected ? ", the first \(summary.rejects.count):" : ":"))
        for line in summary.rejects { console.err.writeLine("  " + CellText.escaped(line)) }
    }

    // MARK: Writing tables

    private func land(_ query: PreparedQuery) async throws -> Report {
        showNotices(query.notices)
        let progress = RunProgress()
        let monitor = RunMonitor(console: console, isQuiet: rows.quiet, announces: false)
        let catalog = try session.catalog()
        let summary = try await monitor.watching(progress, of: "query") { try await query.land(in: catalog, progress: progress) }
        let name = query.writtenTable ?? ""
        guard let summary else {
            return Report(
                [.line("table \(name) exists already; nothing was written")], json: .object(["table": .string(name), "rows": .number(0)]))
        }
        let report = summary.report
        return Report(
            [
                .line(
                    "table \(summary.tables.first?.description ?? name): \(HumanText.count(report.rowsOut, "row")) in "
                        + "\(HumanText.count(report.outputs.count, "file")), \(HumanText.bytes(report.bytesOut)), \(HumanText.duration(seconds: summary.seconds))"
                ),
                .line("run \(summary.run)", .dim),
            ],
            json: .object([
                "table": .string(summary.tables.first?.description ?? name), "rows": .number(report.rowsOut),
                "bytes": .number(report.bytesOut),
                "files": .texts(report.outputs), "run_id": .string(summary.run.text), "seconds": .float(summary.seconds),
            ]))
    }
}
