import SluiceCatalog
import SluiceCore
import SluiceFormats
import SluiceStorage

/// Compares the tables of a crawl with those of the catalog, by the crawler's policies.
struct CatalogComparison {
    let settings: CrawlSettings
    let catalog: Catalog?
    let state: CrawlState
    /// Names that are given already in this crawl.
    var taken: Set<TableName> = []
    /// Of earlier tables, those that were found again.
    var found: Set<TableName> = []
    /// Paths of files whose rows are in no table, though they may be like those of others.
    private var missed: [String]

    /// - Parameter leftOut: What is in no table.
    init(_ settings: CrawlSettings, _ state: CrawlState, _ catalog: Catalog?, leftOut: [CrawlPlan.LeftOut]) {
        missed = leftOut.filter { [.odd, .unreadable].contains($0.kind) }.map(\.path)
        self.settings = settings
        self.state = state
        self.catalog = catalog
    }

    /// The table of a group whose files are those of the last crawl, as they were; nil where something differs.
    func unchanged(_ group: TableGroup, _ memory: CrawlMemory) throws(SluiceError) -> TableRecord? {
        guard group.files.allSatisfy({ memory.isUnchanged($0.file) }) else { return nil }
        guard let name = known(group), !hasWaiting(name), let table = try catalog?.findTable(name),
            table.definition.parameters[Self.deprecation] == nil,
            table.definition.parameters[Self.leftOut] == leftOut(group)
        else {
            return nil
        }
        let paths = Set(try files(of: name).map { ExactText($0.path) })
        return paths == Set(group.files.map { ExactText($0.file.path) }) ? table : nil
    }

    /// Whether an earlier crawl kept changes of a table's columns out of the catalog, as its policy was, and the policy is another now.
    func hasWaiting(_ name: TableName) -> Bool { state.tables.contains { $0.name == name && settings.lets(in: $0) } }

    /// The parameter with the count of files that lie among a table's and are none of its own; without it there are none.
    private static let leftOut = "filesLeftOut"

    private func leftOut(_ group: TableGroup) -> String? {
        if group.sharesFolder { return nil }
        let count = missed.count { $0.hasPrefix(group.location + "/") }
        return count == 0 ? nil : String(count)
    }

    /// The table that the group was at the last crawl.
    func known(_ group: TableGroup) -> TableName? { group.table ?? known(place: Self.place(of: group)) }

    func known(place: String) -> TableName? {
        state.tables.first { $0.place == place && $0.name.database == settings.database.lowercased() }?.name
    }

    /// Keeps a table that was not read.
    mutating func keep(_ table: TableRecord, _ group: TableGroup, _ plan: inout CrawlPlan) {
        let name = table.definition.name
        taken.insert(name)
        found.insert(name)
        plan.tables.append(
            PlannedTable(
                name: name, change: .unchanged, definition: table.definition, fileCount: group.files.count,
                compression: group.kind.compression, classifier: group.kind.classifier, rows: table.rowCount))
    }

    /// What the place of a table begins with that a target named.
    static let namedTable = "table:"

    private static func place(of group: TableGroup) -> String {
        if let table = group.table { return Self.namedTable + table.description }
        return [group.location, group.baseName, group.kind.format, group.kind.compression].joined(separator: "\n")
    }

    /// Adds one table to the plan.
    mutating func add(_ group: TableGroup, _ outcome: Verification.TableOutcome, _ plan: inout CrawlPlan) throws(SluiceError) {
        let whole = readable(group, outcome, &plan)
        guard !whole.isEmpty else { return }
        let decision = TableDecision(outcome.evidence, format: group.kind.format, mixed: settings.mixed)
        let place = Self.place(of: group)
        let name = try name(group.baseName, place, named: group.table)
        taken.insert(name)
        let existing = try catalog?.findTable(name)?.definition
        if existing != nil { found.insert(name) }
        let files = whole.map { index in
            TableFile(
                path: group.files[index].file.path, partition: group.files[index].values.map { $0 ?? HivePath.nullText },
                rowCount: outcome.files[index].rows, byteCount: group.files[index].file.byteCount)
        }
        var planned = PlannedTable(
            name: name, change: .created, definition: definition(name, group, decision, existing), files: files,
            fileCount: files.count, compression: group.kind.compression, classifier: group.kind.classifier, rows: outcome.evidence.rows,
            rejected: outcome.evidence.rejected, rejects: outcome.evidence.rejects,
            evidence: .list(decision.columns.map { $0.json(rows: decision.rows) }))
        planned.notices = notices(group, decision, outcome)
        if let existing {
            try compare(&planned, with: existing)
        } else {
            planned.addedFiles = files.count
            planned.addedPartitions = Self.partitions(files)
        }
        plan.figures.rows += outcome.evidence.rows
        plan.figures.rejected += outcome.evidence.rejected
        plan.tables.append(planned)
        for index in whole {
            if let bytes = outcome.files[index].evidence { plan.commit.evidence.append((group.files[index].file.path, bytes)) }
        }
        let isChanged = planned.change == .created || planned.change == .updated
        var commit = CrawlCommit.Table(
            definition: planned.definition, place: place, files: isChanged ? planned.files : nil, evidence: evidence(planned))
        commit.sketches = outcome.evidence.sketchBytes
        // Of a sample they would be no statistics of the table.
        if plan.verification == .all {
            let stated = decision.columns.filter { !$0.evidence.stated.isEmpty }.map(\.evidence.name)
            commit.statistics = Self.statistics(planned, without: Set(stated))
        }
        commit.isForeign = group.table != nil
        commit.partitionsInherit = settings.partitionsInherit
        plan.commit.tables.append(commit)
    }

    /// Places of the files that could be read; the others are left out and named.
    private mutating func readable(_ group: TableGroup, _ outcome: Verification.TableOutcome, _ plan: inout CrawlPlan) -> [Int] {
        var whole: [Int] = []
        for (index, file) in outcome.files.enumerated() {
            let path = group.files[index].file.path
            if file.hasChanged {
                plan.changing.insert(ExactText(path))
                plan.notices.append("\(path) changed while it was read; the next crawl looks at it again")
            }
            if let failure = file.failure {
                plan.leftOut.append(CrawlPlan.LeftOut(path: path, kind: .unreadable, message: failure))
                missed.append(path)
            } else {
                whole.append(index)
            }
        }
        return whole
    }

    private func notices(_ group: TableGroup, _ decision: TableDecision, _ outcome: Verification.TableOutcome) -> [String] {
        var notices = outcome.warnings
        if let notice = group.kind.notice { notices.append(notice) }
        for key in group.keys {
            guard let folder = key.folderName else { continue }
            notices.append(
                "the files have a column named as the partition key \(folder.quotedForMessage); the key is called \(key.name.quotedForMessage)"
            )
        }
        for column in decision.columns where column.decision.isConflict {
            notices.append("column \(column.evidence.name.quotedForMessage): \(column.decision.reason)")
        }
        let names = Dictionary(grouping: decision.columns.map(\.evidence.name)) { $0.lowercased() }
        for (_, same) in names.sorted(by: { $0.key < $1.key }) where same.count > 1 {
            notices.append("the columns \(same.joined(separator: " and ")) differ in case only; Hive and Athena take them for one")
        }
        return notices
    }

    /// Files that the catalog lists.
    func files(of name: TableName) throws(SluiceError) -> [TableFile] { try catalog?.files(of: name) ?? [] }

    // MARK: Names

    /// - Parameter named: The table that a target named.
    func name(_ base: String, _ place: String, named: TableName?) throws(SluiceError) -> TableName {
        if let named { return named }
        if let known = known(place: place), !taken.contains(known) { return known }
        let wanted = TableNaming.name(base, prefix: settings.prefix)
        let name = try TableName(database: settings.database, table: wanted)
        if try isFree(name, place) { return name }
        let distinct = try TableName(database: settings.database, table: TableNaming.distinct(wanted, location: place))
        guard try isFree(distinct, place) else {
            throw SluiceError(
                .alreadyExists, "the names \"\(name)\" and \"\(distinct)\" are both taken by tables that this crawler did not make",
                remedy: "set --prefix or --database")
        }
        return distinct
    }

    /// Whether a table of this name may be made: no other table of this crawl has it, and none that somebody else made.
    private func isFree(_ name: TableName, _ place: String) throws(SluiceError) -> Bool {
        if taken.contains(name) { return false }
        guard try catalog?.findTable(name) != nil else { return true }
        return state.tables.contains { $0.name == name && $0.place == place }
    }

    // MARK: Definitions

    private func definition(
        _ name: TableName, _ group: TableGroup, _ decision: TableDecision, _ existing: TableDefinition?
    ) -> TableDefinition {
        let comments = Dictionary(
            (existing.map { $0.columns + $0.partitionKeys } ?? []).map { (ExactText($0.name), $0.comment) },
            uniquingKeysWith: { first, _ in first })
        func column(_ name: String, _ type: DataType) -> CatalogColumn {
            CatalogColumn(name, type, comment: comments[ExactText(name)] ?? "")
        }
        // A member without a name is read by nobody: no column can be called so.
        let columns = decision.columns.filter { !$0.evidence.name.isEmpty }.map { column($0.evidence.name, $0.decision.type) }
        let own = settings.classifiers.first { $0.name == group.kind.classifier }
        let classification = own?.classification ?? group.kind.format
        var definition =
            existing
            ?? TableDefinition(
                name: name, columns: [], location: group.location, format: group.kind.format,
                parameters: ["typeOfData": "file", "classification": classification, "crawler": settings.name])
        definition.columns = columns
        definition.partitionKeys = group.keys.map { column($0.name, $0.type) }
        // Whoever made the table that a target names has said what its keys are.
        if group.table != nil, let existing, existing.partitionKeys.map(\.name) == group.keys.map(\.name) {
            definition.partitionKeys = existing.partitionKeys
        }
        definition.location = group.location
        definition.format = group.kind.format
        definition.formatOptions = StoredOptions.texts(group.kind.options.merging(decision.options) { $1 })
        definition.parameters["classification"] = classification
        definition.parameters["compressionType"] = group.kind.compression
        let isOnly = (group.sharesFolder || group.isFile) && group.files.count == 1
        definition.parameters[TableDefinition.onlyFile] = isOnly ? group.files[0].file.path : nil
        if group.table == nil { definition.parameters["crawler"] = settings.name }
        definition.parameters[Self.deprecation] = nil
        definition.parameters[Self.leftOut] = leftOut(group)
        if settings.indexesPartitions { definition.addPartitionIndex(Self.indexName) }
        if !settings.exclusions.isEmpty {
            definition.parameters["exclusions"] = Value.list(settings.exclusions.map { .string($0) }).json
        }
        return definition
    }

    /// As AWS Glue's crawlers call it.
    private static let indexName = "crawler_partition_index"
    /// Of AWS Glue's crawlers: milliseconds since 1970.
    static let deprecation = "DEPRECATED_BY_CRAWLER"

    static func partitions(_ files: [TableFile]) -> [[String]] {
        var seen: Set<[String]> = []
        return files.map(\.partition).filter { !$0.isEmpty && seen.insert($0).inserted }
    }

    func evidence(_ table: PlannedTable) -> String {
        let keptOut: [Value.Member] =
            table.keptOut.isEmpty ? [] : [.init(CrawledTable.keptOutMember, .string(settings.columnPolicy.rawValue))]
        return Value.structure(
            keptOut + [
                .init("table", .string(table.name.description)), .init("rows", .integer(table.rows)),
                .init("rejected", .integer(table.rejected)),
                .init("columns", table.evidence),
            ]
        ).json
    }

    // MARK: Tables that are gone

    /// Ends the comparison with the tables of earlier crawls that were not found.
    func finish(_ plan: inout CrawlPlan) throws(SluiceError) {
        guard settings.recrawl != .newFolders else { return }
        for table in state.tables where !found.contains(table.name) && !taken.contains(table.name) {
            // What a target named is nobody's to take away (AWS Glue: targets that are catalog tables).
            if table.place.hasPrefix(Self.namedTable) { continue }
            // The crawler was given another database since; the data is not gone.
            if table.name.database != settings.database.lowercased() { continue }
            guard var definition = try catalog?.findTable(table.name)?.definition else { continue }
            switch settings.deletions {
            case .delete:
                plan.gone.append(GoneTable(name: table.name, fate: .deleted))
                plan.commit.dropped.append(table.name)
            case .deprecate:
                if definition.parameters[Self.deprecation] != nil { continue }
                plan.gone.append(GoneTable(name: table.name, fate: .deprecated))
                definition.parameters[Self.deprecation] = String((catalog?.clock.nowMicros() ?? 0) / 1_000)
                let evidence = try catalog?.crawlEvidence(of: table.name) ?? "{}"
                plan.commit.tables.append(
                    CrawlCommit.Table(definition: definition, place: table.place, files: nil, evidence: evidence))
            case .log: plan.gone.append(GoneTable(name: table.name, fate: .logged))
            }
        }
    }
}
