import SluiceCatalog
import SluiceCore

/// Everything that the catalog knows of one table, for the screen and as JSON.
struct TableDetails: Sendable {
    /// Partitions, files and versions that are listed unless all are asked for.
    static let listed = 12

    var table: TableRecord
    var partitions: [PartitionRecord]
    var files: [TableFile]
    /// Newest first.
    var versions: [TableVersion]

    var json: [Value.Member] {
        [
            .init("table", table.json), .init("versions", .list(versions.map(\.json))), .init("partitions", .list(partitions.map(\.json))),
            .init("files", .list(files.map(\.json))),
        ]
    }

    func blocks(limit: Int) -> [Report.Block] {
        let definition = table.definition
        var facts = KeyValueBlock([
            "location": definition.location.isEmpty ? nil : definition.location,
            "format": ([definition.format] + definition.formatOptions.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })
                .joined(separator: ", "),
            "rows": definition.isView
                ? nil
                : "\(HumanText.grouped(table.rowCount)) in \(HumanText.count(table.fileCount, "file")), \(HumanText.bytes(table.byteCount))",
            "version": "\(table.version), \(HumanText.time(micros: table.updatedMicros))",
        ])
        if !definition.comment.isEmpty { facts.add("comment", definition.comment) }
        addDescriptions(to: &facts)
        var blocks: [Report.Block] = [.line("Table \(definition.name)", .heading), .pairs(facts), .blank, .table(columns)]
        if let view = definition.view { blocks += [.blank, .line("Query", .heading), .verbatim(view.sql)] }
        if !partitions.isEmpty, !definition.partitionKeys.isEmpty { blocks += partitionBlocks(limit) } else { blocks += fileBlocks(limit) }
        if versions.count > 1 { blocks += versionBlocks(limit) }
        return blocks
    }

    private var columns: TextTable {
        let definition = table.definition
        let all = definition.columns.map { ($0, "") } + definition.partitionKeys.map { ($0, "partition key") }
        let hasComments = all.contains { !$0.0.comment.isEmpty }
        var table = TextTable([.init("column"), .init("type"), .init("nulls"), .init("")] + (hasComments ? [.init("comment")] : []))
        for (column, role) in all {
            table.add(
                [column.name, column.type.description, column.isNullable ? "yes" : "no", role] + (hasComments ? [column.comment] : []))
        }
        return table
    }

    /// What people and other programs say of the table, where they say anything.
    private func addDescriptions(to facts: inout KeyValueBlock) {
        let definition = table.definition
        let storage = definition.storage
        func pairs(_ texts: [String: String]) -> String {
            texts.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ", ")
        }
        let sorted = storage.sortColumns.map { $0.isAscending ? $0.column : "\($0.column) desc" }
        let lines: [(String, String)] = [
            ("deprecated", definition.deprecation ?? ""), ("owner", definition.owner), ("tags", TagText.line(definition.tags)),
            ("kind", definition.kind == .external || definition.isView ? "" : definition.kind.rawValue),
            ("parameters", pairs(definition.parameters)), ("input format", storage.inputFormat ?? ""),
            ("output format", storage.outputFormat ?? ""), ("serde", storage.serDe?.library ?? ""),
            ("serde settings", pairs(storage.serDe?.parameters ?? [:])),
            (
                "buckets",
                storage.bucketColumns.isEmpty ? "" : "\(storage.bucketCount ?? 0) by \(storage.bucketColumns.joined(separator: ", "))"
            ),
            ("sorted by", sorted.joined(separator: ", ")), ("storage", pairs(storage.parameters)),
        ]
        for (key, value) in lines where !value.isEmpty { facts.add(key, value) }
    }

    private func partitionBlocks(_ limit: Int) -> [Report.Block] {
        let table = PartitionTable.table(self.table.definition, Array(partitions.prefix(limit)))
        return [.blank, .line("Partitions", .heading), .table(table)] + rest(Int(self.table.partitionCount), limit, "partition")
    }

    private func fileBlocks(_ limit: Int) -> [Report.Block] {
        guard !files.isEmpty else { return [] }
        var table = TextTable([.init("rows", .right), .init("size", .right), .init("file")])
        for file in files.prefix(limit) {
            table.add([HumanText.grouped(file.rowCount), HumanText.bytes(file.byteCount), relative(file.path)])
        }
        return [.blank, .line("Files", .heading), .table(table)] + rest(Int(self.table.fileCount), limit, "file")
    }

    private func versionBlocks(_ limit: Int) -> [Report.Block] {
        let table = VersionTable.table(versions.prefix(limit), before: versions.dropFirst(limit).first)
        return [.blank, .line("Versions", .heading), .table(table)] + rest(versions.count, limit, "version")
    }

    private func rest(_ count: Int, _ limit: Int, _ noun: String) -> [Report.Block] {
        count > limit ? [.line("… \(HumanText.count(count - limit, "more " + noun)); --all lists them", .dim)] : []
    }

    private func relative(_ path: String) -> String {
        let prefix = table.definition.location + "/"
        return path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : path
    }

    /// What a version changed: `+gift_note string, -old, price: int64 to float64`.
    static func change(from old: TableVersion, to new: TableVersion) -> String {
        let (before, after) = (old.columns + old.partitionKeys, new.columns + new.partitionKeys)
        var changes: [String] = []
        for column in after {
            guard let known = before.first(where: { $0.name == column.name }) else {
                changes.append("+\(column.name) \(column.type)")
                continue
            }
            if known.type != column.type { changes.append("\(column.name): \(known.type) to \(column.type)") }
        }
        for column in before where !after.contains(where: { $0.name == column.name }) { changes.append("-\(column.name)") }
        if old.format != new.format || old.formatOptions != new.formatOptions { changes.append("format") }
        if old.view != new.view { changes.append("query") }
        if old.storage != new.storage || old.kind != new.kind { changes.append("storage") }
        if changes.isEmpty, old.columns.map(\.name) != new.columns.map(\.name) { changes.append("columns in another order") }
        return changes.isEmpty ? "descriptions" : changes.joined(separator: ", ")
    }
}
