import SluiceCatalog
import SluiceCore
import SluicePipelines

extension CatalogComparison {
    /// The catalog's table of a system's that did not change since the last crawl; nil where it has to be looked at.
    func unchanged(_ table: Survey.Table, _ memory: CrawlMemory) throws(SluiceError) -> TableRecord? {
        guard memory.isUsable, memory.isUnchanged(table.file), let name = table.named ?? known(place: Self.place(of: table.listed)),
            !hasWaiting(name)
        else {
            return nil
        }
        guard let record = try catalog?.findTable(name), record.definition.parameters[Self.deprecation] == nil else { return nil }
        return record
    }

    private static func place(of table: ListedTable) -> String { [table.location, table.connector].joined(separator: "\n") }

    /// Keeps a table that was not looked at.
    mutating func keep(_ record: TableRecord, _ plan: inout CrawlPlan) {
        let definition = record.definition
        taken.insert(definition.name)
        found.insert(definition.name)
        plan.tables.append(
            PlannedTable(
                name: definition.name, change: .unchanged, definition: definition, fileCount: 0, compression: "none",
                classifier: definition.format, rows: record.rowCount))
    }

    /// Adds one table of a system to the plan.
    mutating func add(_ table: Survey.Table, _ seen: SeenTable, _ plan: inout CrawlPlan) throws(SluiceError) {
        let listed = table.listed
        let place = table.named.map { Self.namedTable + $0.description } ?? Self.place(of: listed)
        let name = try self.name([listed.schema, listed.name].compactMap(\.self).joined(separator: "_"), place, named: table.named)
        taken.insert(name)
        let record = try catalog?.findTable(name)
        if record != nil { found.insert(name) }
        var planned = PlannedTable(
            name: name, change: .created, definition: definition(name, table, seen, record?.definition), fileCount: 0, compression: "none",
            classifier: listed.connector, rows: seen.rowCount, rejected: seen.rejected, rejects: seen.rejects, evidence: seen.evidence)
        planned.notices = seen.notices
        if let record {
            if record.rowCount != seen.rowCount { planned.otherChanges.append("rows: \(record.rowCount) to \(seen.rowCount)") }
            try compare(&planned, with: record.definition)
        }
        plan.figures.rows += seen.rowCount
        plan.figures.rejected += seen.rejected
        plan.tables.append(planned)
        var commit = CrawlCommit.Table(definition: planned.definition, place: place, files: nil, evidence: evidence(planned))
        commit.counts = (seen.rowCount, listed.byteCount)
        if settings.verification == .all { commit.statistics = Self.statistics(planned) }
        commit.isForeign = table.named != nil
        plan.commit.tables.append(commit)
    }

    private func definition(
        _ name: TableName, _ table: Survey.Table, _ seen: SeenTable, _ existing: TableDefinition?
    ) -> TableDefinition {
        let listed = table.listed
        var definition =
            existing
            ?? TableDefinition(
                name: name, columns: [], comment: seen.comment, location: listed.location, format: listed.connector,
                parameters: ["typeOfData": listed.kind, "crawler": settings.name])
        let known = Dictionary((existing?.columns ?? []).map { (ExactText($0.name), $0) }, uniquingKeysWith: { first, _ in first })
        definition.columns = seen.columns.map { column in
            var column = column
            guard let before = known[ExactText(column.name)] else { return column }
            column.parameters = before.parameters
            if column.comment.isEmpty { column.comment = before.comment }
            return column
        }
        definition.partitionKeys = []
        definition.location = listed.location
        definition.format = listed.connector
        definition.formatOptions = listed.options.merging(seen.options) { $1 }
        definition.parameters["classification"] = seen.options["format"] ?? listed.connector
        if table.named == nil { definition.parameters["crawler"] = settings.name }
        definition.parameters[Self.deprecation] = nil
        definition.parameters.merge(seen.parameters) { $1 }
        return definition
    }
}
