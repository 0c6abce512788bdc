import SluiceCatalog
import SluiceCore

extension CatalogComparison {
    /// Says what differs between a table that was found and the one that the catalog has, and applies the policies.
    func compare(_ planned: inout PlannedTable, with existing: TableDefinition) throws(SluiceError) {
        let known = try files(of: planned.name)
        compareFiles(&planned, known)
        planned.fileCount = planned.files.count
        compareColumns(&planned, existing)
        let found = planned.definition
        if found.format != existing.format { planned.otherChanges.append("format: \(existing.format) to \(found.format)") }
        if found.formatOptions != existing.formatOptions { planned.otherChanges.append("options of the format") }
        if found.location != existing.location { planned.otherChanges.append("location: \(existing.location) to \(found.location)") }
        if found.partitionKeys != existing.partitionKeys { planned.otherChanges.append("partition keys") }
        if found.parameters != existing.parameters { planned.otherChanges.append("parameters") }
        let hasNews = planned.addedFiles + planned.removedFiles + planned.changedFiles > 0
        let differs = found != existing || hasNews || !planned.otherChanges.isEmpty
        planned.change = differs ? .updated : planned.keptOut.isEmpty ? .unchanged : .logged
    }

    private func compareFiles(_ planned: inout PlannedTable, _ known: [TableFile]) {
        let old = Dictionary(known.map { (ExactText($0.path), $0) }, uniquingKeysWith: { first, _ in first })
        let new = Set(planned.files.map { ExactText($0.path) })
        let gone = known.filter { !new.contains(ExactText($0.path)) }
        for file in planned.files {
            guard let before = old[ExactText(file.path)] else {
                planned.addedFiles += 1
                continue
            }
            if before.byteCount != file.byteCount || before.rowCount != file.rowCount || before.partition != file.partition {
                planned.changedFiles += 1
            }
        }
        let (before, after) = (Set(known.map(\.partition)), Set(planned.files.map(\.partition)))
        planned.addedPartitions = Self.partitions(planned.files).filter { !before.contains($0) }
        let removed = Self.partitions(known).filter { !after.contains($0) }
        if settings.recrawl == .newFolders || settings.deletions == .log {
            if !gone.isEmpty, settings.recrawl != .newFolders {
                planned.notices.append("\(gone.count) files of the catalog are gone; they are kept there, as the policy has it")
            }
            planned.files += gone
            return
        }
        planned.removedFiles = gone.count
        planned.removedPartitions = removed
    }

    private func compareColumns(_ planned: inout PlannedTable, _ existing: TableDefinition) {
        var (changes, kept): ([PlannedTable.ColumnChange], [PlannedTable.ColumnChange]) = ([], [])
        let policy = settings.columnPolicy
        let old = Dictionary(existing.columns.map { (ExactText($0.name), $0) }, uniquingKeysWith: { first, _ in first })
        let new = Set(planned.definition.columns.map { ExactText($0.name) })
        var merged = existing.columns
        for column in planned.definition.columns {
            guard let before = old[ExactText(column.name)] else {
                if policy == .log {
                    kept.append(.added(column.name, column.type))
                } else {
                    changes.append(.added(column.name, column.type))
                }
                merged.append(column)
                continue
            }
            guard before.type != column.type else { continue }
            let change = PlannedTable.ColumnChange.retyped(column.name, from: before.type, to: column.type)
            if policy == .update { changes.append(change) } else { kept.append(change) }
        }
        for column in existing.columns where !new.contains(ExactText(column.name)) {
            if policy == .update {
                changes.append(.removed(column.name, column.type))
            } else {
                kept.append(.removed(column.name, column.type))
            }
        }
        switch policy {
        case .update: break
        case .merge: planned.definition.columns = merged
        case .log:
            planned.definition.columns = existing.columns
            planned.definition.format = existing.format
            planned.definition.formatOptions = existing.formatOptions
        }
        (planned.columnChanges, planned.keptOut) = (changes, kept)
    }
}

extension CrawlSettings {
    /// What becomes of columns that differ.
    var columnPolicy: UpdatePolicy { recrawl == .newFolders ? .log : updates }

    /// Whether changes of a table's columns may come into the catalog that an earlier crawl kept out.
    func lets(in table: CrawledTable) -> Bool {
        guard let policy = table.keptOut else { return false }
        return columnPolicy != .log && policy != columnPolicy.rawValue
    }
}
