import SluiceCatalog
import SluiceCore
import SluiceFormats

// What the files of one target are, and which of them are one table.
extension Crawler {
    func group(
        _ listing: TargetListing, _ opener: FileOpener, _ memory: CrawlMemory, _ plan: inout CrawlPlan
    ) async throws -> [TableGroup] {
        var files = listing.files
        if settings.recrawl == .newFolders {
            let seen = files.filter { memory.hasSeenFolder(of: $0.path) }
            plan.leftOut += seen.map { CrawlPlan.LeftOut(path: $0.path, kind: .seen, message: "its folder was crawled before") }
            files.removeAll { memory.hasSeenFolder(of: $0.path) }
        }
        progress.begin(.classifying) { $0.filesTotal += Int64(listing.files.count) }
        var sample = FileSample(files, perFolder: settings.sampledFiles)
        let sights = try await sights(of: files, &sample, Classifier(try classifiers(of: listing)), opener, memory)
        var settings = self.settings
        if listing.table != nil { (settings.grouping, settings.tableLevel) = (.combine, 1) }
        var clusters = Clusters(settings.grouping)
        var known: [ClassifiedFile] = []
        var texts: [FileClass: String] = [:]
        for (index, (file, sight)) in zip(files, sights).enumerated() {
            switch sight {
            case .table(let kind):
                var entry = ClassifiedFile(file: file, kind: kind, cluster: clusters.place(of: kind))
                entry.isAssumed = sample.models[index] != nil
                known.append(entry)
                let text = texts[kind] ?? kind.text
                texts[kind] = text
                plan.kinds[ExactText(file.path)] = text
            case .leftOut(let kind, let message): plan.leave(file, kind, message)
            }
        }
        let assumed = known.count(where: \.isAssumed)
        if assumed > 0 {
            plan.notices.append(
                "\(known.count - assumed) files below \(listing.root) were looked at as samples; \(assumed) are taken for like them")
        }
        let grouping = Grouping(
            root: listing.root, isFile: listing.isFile, known, clusters, settings, known: try partitioned(memory))
        plan.leftOut += grouping.odd.map { CrawlPlan.LeftOut(path: $0.path, kind: .odd, message: $0.reason) }
        guard let table = listing.table else { return grouping.groups }
        return named(table, grouping.groups, &plan)
    }

    /// What each file is: as the last crawl saw it where it did not change, otherwise by a look, or like another one where samples are
    /// taken.
    private func sights(
        of files: [FoundFile], _ sample: inout FileSample, _ classifier: Classifier, _ opener: FileOpener, _ memory: CrawlMemory
    ) async throws -> [Sight] {
        var sights = files.indices.map { sample.models[$0] == nil ? memory.sight(of: files[$0]) : nil }
        func look(at places: [Int], _ sights: inout [Sight?]) async throws {
            let found = try await ClassificationQueue(places.map { files[$0] }, classifier, opener).run(width: settings.width)
            for (place, kind) in zip(places, found) { sights[place] = Sight(kind) }
        }
        try await look(at: files.indices.filter { sample.models[$0] == nil && sights[$0] == nil }, &sights)
        let first = sights
        let more = sample.widen { a, b in
            guard case .table(let kind)? = first[a], case .table(let other)? = first[b] else { return false }
            return kind.isCompatible(with: other) && kind.similarity(to: other) >= CrawlLimits.similarPercent
        }
        try await look(at: more, &sights)
        return files.indices.map { place in
            let model = sample.models[place] ?? place
            if files[place].byteCount == 0 { return .leftOut(.empty, "it is empty") }
            return sights[model] ?? .leftOut(.unknown, "nobody looked at it")
        }
    }

    /// Own classifiers; before them, for a table of the catalog, the format that it has.
    private func classifiers(of listing: TargetListing) throws(SluiceError) -> [CustomClassifier] {
        guard let table = listing.table, [CSVFormat.name, JSONFormat.name, TextFormat.name].contains(table.format) else {
            return settings.classifiers
        }
        let options = try StoredOptions.values(table.formatOptions, format: table.format)
        let own = try CustomClassifier(name: table.format, format: table.format, options: options, allowsSingleColumn: true)
        return [own] + settings.classifiers
    }

    /// Folders that are partitioned tables, where only new folders are looked at.
    private func partitioned(_ memory: CrawlMemory) throws(SluiceError) -> [String: Int] {
        guard settings.recrawl == .newFolders, let catalog else { return [:] }
        var found: [String: Int] = [:]
        for table in memory.tables {
            guard let definition = try catalog.findTable(table.name)?.definition else { continue }
            found[definition.location] = definition.partitionKeys.count
        }
        return found
    }

    /// Of the files at a catalog table's place, those that are the table's: of its format, and most of them. The others are odd ones.
    private func named(_ table: TableDefinition, _ groups: [TableGroup], _ plan: inout CrawlPlan) -> [TableGroup] {
        let ranked = groups.sorted { a, b in
            let (own, other) = (a.kind.format == table.format, b.kind.format == table.format)
            return own == other ? a.files.count > b.files.count : own
        }
        guard var group = ranked.first else { return [] }
        for other in ranked.dropFirst() {
            for file in other.files {
                plan.leave(
                    file.file, .odd,
                    "it is not like the other files of the table \(table.name): \(file.kind.format), \(file.kind.columns.count) columns")
            }
        }
        group.table = table.name
        group.location = table.location
        if group.keys.count == table.partitionKeys.count {
            for (index, key) in table.partitionKeys.enumerated() where group.keys[index].name.hasPrefix("partition_") {
                group.keys[index].name = key.name
            }
        }
        return [group]
    }
}
