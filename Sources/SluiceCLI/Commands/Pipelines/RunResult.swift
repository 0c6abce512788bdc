import SluiceCatalog
import SluiceCore
import SluiceEngine

/// What `run` shows at the end: counts, what was written, some dead letters, and commands to try next.
struct RunResult: Sendable {
    /// Rows that `--show` shows of a table.
    static let previewRows = 10

    var record: RunRecord
    var summary: RunSummary
    /// The stream that the records went through.
    var stream: String?
    /// ` --home DIR` where the commands to try need it.
    var homeOption: String
    /// Runs of this call that ended where another plan had to go on.
    var earlier: [RunRecord] = []
    var tables: [TableRecord] = []
    var previews: [TablePreview] = []

    /// Records that are not in the output because they could not be processed.
    var rejected: Int64 { summary.report.deadLetters }
    /// Those of the runs before, too.
    var allRejected: Int64 { earlier.reduce(rejected) { $0 + $1.report.deadLetters } }

    var blocks: [Report.Block] {
        var blocks = RunScreen(record: record).summaryBlocks
        var written = KeyValueBlock()
        for table in tables {
            written.add("table", table.definition.name.description)
            written.add("location", table.definition.location)
        }
        if tables.isEmpty, summary.report.routes == nil { written.add("written to", summary.target) }
        if let stream { written.add("stream", stream) }
        blocks += [.blank, .pairs(written)] + earlierBlocks + deadLetterBlocks + previewBlocks
        return blocks + [.blank, .line("Next:", .heading)] + nextCommands.map { .line("  " + $0) }
    }

    /// The first rows that were asked for.
    var previewBlocks: [Report.Block] {
        zip(tables, previews).flatMap { table, preview -> [Report.Block] in
            [.blank, .line("First rows of \(table.definition.name)", .heading), .table(preview.table)]
        }
    }

    /// What came before, with other plans.
    private var earlierBlocks: [Report.Block] {
        guard !earlier.isEmpty else { return [] }
        let lines = earlier.map { record -> Report.Block in
            let report = record.report
            let counts =
                "\(HumanText.grouped(report.rowsIn)) read, \(HumanText.grouped(report.rowsOut)) written, "
                + HumanText.count(report.deadLetters, "dead letter")
            return .line("  \(record.id)  \(counts)", report.deadLetters > 0 ? .warning : .normal)
        }
        return [.blank, .line("Before it, with other plans:", .heading)] + lines
    }

    private var deadLetterBlocks: [Report.Block] {
        guard rejected > 0 else { return [] }
        let title = HumanText.count(rejected, summary.errorPolicy == "skip" ? "skipped record" : "dead letter")
        let shown = summary.deadLetters.count < rejected ? ", the first \(summary.deadLetters.count):" : ":"
        var blocks: [Report.Block] = [.blank, .line(title + shown, .warning)]
        for letter in summary.deadLetters {
            let column = letter.column.map { "column \($0): " } ?? ""
            blocks.append(.line("  \(letter.location?.description ?? "?")  \(letter.code): \(column)\(letter.message)"))
        }
        if let file = summary.report.deadLetterFile {
            blocks.append(.line("  all of them: " + RunScreen.place(ofLetters: file, summary.run, summary.pipeline, homeOption)))
        }
        return blocks
    }

    /// Whether `head` shows something of a file.
    private static func isReadable(_ file: String) -> Bool {
        !file.contains("://") && ["csv", "tsv", "json", "jsonl", "ndjson", "txt"].contains { file.hasSuffix("." + $0) }
    }

    /// Three things that a person may want to see now.
    var nextCommands: [String] {
        let program = Invocation.current.programName
        var commands = tables.prefix(1).map { "\(program) catalog show \($0.definition.name)" }
        if tables.isEmpty, let file = summary.report.outputs.first(where: Self.isReadable) {
            commands.append("head -n 5 \(ShellText.quoted(WorkingDirectory.relative(file)))")
        }
        if let stream { commands.append("\(program) stream tail \(stream)") }
        let withLetters = ([record] + earlier.reversed()).first { $0.report.deadLetters > 0 && $0.report.deadLetterFile != nil }
        if let withLetters { commands.append("\(program) dlq show \(ShellText.quoted(summary.pipeline)) \(withLetters.id)") }
        commands.append("\(program) runs show last")
        if commands.count < 3 { commands.append("\(program) catalog tables") }
        return commands.prefix(3).map { $0.hasPrefix(program + " ") ? $0 + homeOption : $0 }
    }

    var json: Value {
        guard case .structure(var members) = record.json else { return record.json }
        // What came after the record was written is told, too.
        members.removeAll { $0.name == "notices" }
        members += [
            .init("earlier_runs", .list(earlier.map(\.json))), .init("target", .string(summary.target)), .init("stream", .text(stream)),
            .init(
                "tables",
                .list(
                    tables.map { table in
                        .object([
                            "name": .string(table.definition.name.description), "location": .string(table.definition.location),
                            "rows": .number(table.rowCount), "version": .number(table.version),
                        ])
                    })),
            .init("on_error", .string(summary.errorPolicy)),
            .init("dead_letter_examples", .list(summary.deadLetters.map(\.value))), .init("notices", .texts(summary.notices)),
            .init("next_commands", .texts(nextCommands)),
        ]
        if !previews.isEmpty {
            members.append(
                .init(
                    "first_rows",
                    .list(
                        zip(tables, previews).map { table, preview in
                            .object(["table": .string(table.definition.name.description), "rows": preview.json])
                        })))
        }
        return .structure(members)
    }
}
