import SluiceCatalog
import SluiceCore
import SluiceLog
import SluicePipelines
import SluiceQuery

/// Queries one after another at a terminal: a statement ends with a semicolon, a line that begins with a dot is a command.
struct QueryShell {
    private let work: QueryWork

    init(_ work: QueryWork) { self.work = work }

    private var console: Console { work.console }

    func run() async throws {
        var history = QueryHistory(home: work.session.home)
        var editor = LineEditor(history: history.entries)
        let terminal = LineTerminal(console.out)
        console.out.writeLine("A statement ends with ; — .help says more.")
        var statement = ""
        while true {
            let words = QueryWords(catalog: try? work.session.existingCatalog(), streams: (try? work.session.streams.list()) ?? [])
            switch try terminal.read(statement.isEmpty ? "sluice> " : "   ...> ", &editor, complete: words.offer) {
            case .end: return
            case .cancelled: statement = ""
            case .text(let line):
                history.add(line)
                let trimmed = line.trimmingBlanks
                if statement.isEmpty, trimmed.hasPrefix(".") {
                    if !command(trimmed) { return }
                    continue
                }
                statement += (statement.isEmpty ? "" : "\n") + line
                guard Self.isComplete(statement) else { continue }
                await answer(statement)
                statement = ""
            }
        }
    }

    /// Whether a statement ends here: with a semicolon that stands in no quotes and no comment.
    static func isComplete(_ text: String) -> Bool {
        guard text.trimmingTrailingBlanks.hasSuffix(";") else { return text.allSatisfy(\.isWhitespace) }
        guard let scanned = try? QueryText(text) else { return (try? QueryText(text + "'")) == nil }
        let rest = text.unicodeScalars.dropFirst(scanned.tokens.last?.range.upperBound ?? 0).drop { $0.properties.isWhitespace }
        return rest.first == ";"
    }

    private func answer(_ statement: String) async {
        if statement.allSatisfy(\.isWhitespace) { return }
        do {
            let report = try await work.report(statement, explains: false, asJSON: false)
            if !report.isStreamed { console.out.write(report.text(width: console.out.width, style: console.out.style)) }
        } catch {
            console.err.write(ErrorReport(error).text(width: console.err.width, style: console.err.style))
        }
    }

    // MARK: Commands

    /// - Returns: Whether the shell goes on.
    private func command(_ line: String) -> Bool {
        let parts = line.split(separator: " ").map(String.init)
        do {
            switch parts[0] {
            case ".quit", ".exit", ".q": return false
            case ".help": console.out.write(Self.help)
            case ".tables": try showTables()
            case ".streams": for name in try work.session.streams.list() { console.out.writeLine("\(TableResolver.streamSchema).\(name)") }
            case ".schema": try showSchema(parts.dropFirst().first)
            default:
                throw SluiceError(
                    .usage, "there is no command \(parts[0].quotedForMessage)",
                    remedy: Suggestion.remedy(for: parts[0], in: QueryWords.commands, noun: "commands"))
            }
        } catch {
            console.err.write(ErrorReport(error).text(width: console.err.width, style: console.err.style))
        }
        return true
    }

    private static let help = """
        SELECT … ;            asks tables (database.table), files ('data/*.csv') and streams (stream.name)
        CREATE TABLE … ;      as INSERT INTO: writes files and registers them in the catalog
        CREATE VIEW … ;       gives a SELECT a name, under which queries read it
        .tables               tables of the catalog
        .schema database.table
        .streams              streams of the state
        .quit                 or Ctrl-D
        Tab completes tables, columns, keywords, and files behind a quote. Ctrl-C throws a line away, or ends a query.

        """

    private func showTables() throws {
        for table in try work.session.existingCatalog()?.tables() ?? [] {
            console.out.writeLine("\(table.name)  \(HumanText.count(table.rowCount, "row"))  \(table.format)")
        }
    }

    private func showSchema(_ name: String?) throws {
        guard let name else { throw SluiceError(.usage, ".schema takes a table", remedy: "for example: .schema sales.orders") }
        let definition = try work.session.requireCatalog(for: "table \(name.quotedForMessage)").table(TableName(parsing: name)).definition
        for column in definition.columns { console.out.writeLine("\(column.name)  \(column.type)") }
        for key in definition.partitionKeys { console.out.writeLine("\(key.name)  \(key.type)  (partition key)") }
    }
}
