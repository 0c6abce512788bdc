import SluiceCatalog
import SluiceCore
import SluiceCrawler

/// How a crawl is shown: a line for each table with what changes, then what is in no table.
struct CrawlScreen: Sendable {
    let plan: CrawlPlan
    let isApplied: Bool

    /// Lines of a kind that are shown.
    private static let listed = 20
    /// Characters of a column's type.
    private static let typeLength = 80

    var json: Value {
        guard case .structure(let members) = plan.json else { return plan.json }
        return .structure([.init("applied", .boolean(isApplied))] + members)
    }

    var blocks: [Report.Block] {
        var blocks: [Report.Block] = []
        if plan.isUnchanged {
            blocks.append(.line("Nothing has changed since the last crawl; no file was opened.", .good))
        } else if plan.tables.isEmpty {
            blocks.append(.line("No file is a table.", .warning))
        } else {
            blocks.append(.table(tables))
            for table in plan.tables where table.change != .unchanged { blocks += changes(table) }
        }
        if !plan.gone.isEmpty {
            blocks += [.blank, .line("Gone", .heading)]
            for table in plan.gone { blocks.append(.line("  \(table.name): \(table.fate.rawValue)", .warning)) }
        }
        blocks += leftOut
        for notice in plan.notices.prefix(Self.listed) { blocks.append(.paragraph(notice, .warning)) }
        blocks += [.blank, .line(summary, .dim)]
        return blocks
    }

    private var tables: TextTable {
        var table = TextTable([
            .init("table", isWhole: true), .init("change", isWhole: true), .init("format"), .init("columns", .right), .init("keys"),
            .init("files", .right, isWhole: true), .init("rows", .right, isWhole: true), .init("location"),
        ])
        for entry in plan.tables {
            let packed = entry.compression == "none" ? "" : ", \(entry.compression)"
            table.add([
                entry.name.description, entry.change.rawValue, entry.definition.format + packed, String(entry.definition.columns.count),
                entry.definition.partitionKeys.map(\.name).joined(separator: ", "), HumanText.grouped(entry.fileCount),
                HumanText.grouped(entry.rows), WorkingDirectory.relative(entry.definition.location),
            ])
        }
        return table
    }

    private func changes(_ table: PlannedTable) -> [Report.Block] {
        var lines: [Report.Block] = []
        func add(_ text: String, _ emphasis: Report.Emphasis = .normal) { lines.append(.paragraph(text, indent: 2, emphasis)) }
        if table.change == .created {
            let columns = table.definition.columns.map { "\($0.name) \(CellText.cut($0.type.description, to: Self.typeLength))" }
            let shown = columns.prefix(Self.listed).joined(separator: ", ")
            add(shown + (columns.count > Self.listed ? ", … (\(columns.count) in all)" : ""))
            let keys = table.definition.partitionKeys.map { "\($0.name) \($0.type)" }
            if !keys.isEmpty { add("partitions: \(HumanText.grouped(table.addedPartitions.count)) by \(keys.joined(separator: ", "))") }
        } else {
            for change in table.columnChanges.prefix(Self.listed) { add(change.description) }
            for (count, verb) in [(table.addedPartitions.count, "added"), (table.removedPartitions.count, "removed")] where count > 0 {
                add("\(HumanText.count(count, "partition")) \(verb)")
            }
            for (count, verb) in [(table.addedFiles, "added"), (table.removedFiles, "removed"), (table.changedFiles, "changed")]
            where count > 0 {
                add("\(HumanText.count(count, "file")) \(verb)")
            }
            for change in table.otherChanges { add(change) }
        }
        for change in table.keptOut.prefix(Self.listed) { add("only reported: \(change)", .warning) }
        if table.rejected > 0 {
            let first = table.rejects.first.map { ", first \($0.location.map { "\($0): " } ?? "")\($0.error.message)" } ?? ""
            add("\(HumanText.count(table.rejected, "record")) cannot be read\(first)", .warning)
        }
        for notice in table.notices.prefix(Self.listed) { add(notice, .warning) }
        return [.blank, .line(table.name.description, .heading)] + lines
    }

    private var leftOut: [Report.Block] {
        let entries =
            plan.leftOut.filter { $0.kind != .seen }.map { ($0.path, $0.kind.rawValue, $0.message) }
            + plan.skipped.map { ($0.path, $0.reason.rawValue, $0.message) }
        guard !entries.isEmpty else { return [] }
        var table = TextTable([.init("file", isWhole: true), .init("is", isWhole: true), .init("why")])
        for (path, kind, message) in entries.prefix(Self.listed) { table.add([WorkingDirectory.relative(path), kind, message]) }
        let rest = entries.count > Self.listed ? [Report.Block.line("… \(entries.count - Self.listed) more; --json lists all", .dim)] : []
        return [.blank, .line("In no table", .heading), .table(table)] + rest
    }

    private var read: String {
        let figures = plan.figures
        let records = HumanText.count(figures.rows, "record")
        guard figures.filesKnown > 0 else { return plan.verification == .all ? "all \(records) read" : "\(records) of a sample read" }
        return "\(HumanText.count(figures.filesRead, "file")) read, \(HumanText.grouped(figures.filesKnown)) unchanged; \(records)"
    }

    private var summary: String {
        let figures = plan.figures
        var parts: [String] = []
        if figures.files > 0 || figures.systemTables == 0 {
            parts.append("\(HumanText.count(figures.files, "file")), \(HumanText.bytes(figures.bytes))")
        }
        if figures.systemTables > 0 { parts.append("\(HumanText.count(figures.systemTables, "table")) of databases and streams") }
        if !plan.isUnchanged { parts.append(read) }
        parts.append(HumanText.duration(seconds: figures.seconds))
        if !isApplied { parts.append("nothing was changed") }
        return parts.joined(separator: "; ")
    }
}
