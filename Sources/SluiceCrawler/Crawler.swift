package import SluiceCatalog
import SluiceCore
import SluiceFormats
import SluicePipelines

/// Looks at what lies below its targets, says which tables it is, and brings the catalog to that.
///
/// Looking changes nothing; `apply` makes all changes in one transaction, so a crawl that is killed leaves the catalog as it was.
package struct Crawler: Sendable {
    let settings: CrawlSettings
    let catalog: Catalog?
    let progress: CrawlProgress
    private let surroundings: CrawlSurroundings

    /// - Parameters:
    ///   - catalog: Nil: there is none yet, so everything is new.
    ///   - surroundings: What knows databases, streams and stores.
    package init(
        _ settings: CrawlSettings, catalog: Catalog?, surroundings: CrawlSurroundings = CrawlSurroundings(),
        progress: CrawlProgress = CrawlProgress()
    ) {
        self.settings = settings
        self.catalog = catalog
        self.surroundings = surroundings
        self.progress = progress
    }

    /// Lists, classifies, groups and reads the files, looks at the tables of systems, and compares all with the catalog's tables.
    ///
    /// - Throws: `fileNotFound` or `unreadable` for a target, `invalidArgument` for a pattern, `limitExceeded`; what a system throws;
    ///   `CancellationError`. A bad file below a target is part of the plan, never an error.
    @concurrent package func plan() async throws -> CrawlPlan {
        let start = ContinuousClock.now
        let state = try catalog?.crawlState(of: settings.name) ?? CrawlState()
        var plan = CrawlPlan(crawler: settings.name, settings: settings.fingerprint)
        let survey = try await Survey.made(settings, state, catalog, surroundings)
        take(survey, into: &plan)
        let memory = CrawlMemory(state, settings: plan.settings, survey.files)
        if memory.isUsable, memory.isUnchanged, survey.gone.isEmpty, !state.tables.contains(where: settings.lets(in:)) {
            plan.isUnchanged = true
            plan.leftOut = memory.leftOut
        } else {
            try await look(survey, state, memory, &plan)
        }
        plan.figures.seconds = Self.seconds(since: start)
        plan.commit.report = plan.summary.json
        return plan
    }

    /// Looks, and changes the catalog; the history gets an entry whatever comes of it.
    ///
    /// - Throws: as `plan`; `alreadyRunning` while another process runs the same crawler.
    @concurrent package func apply() async throws -> CrawlPlan {
        guard let catalog else { preconditionFailure("a crawl that is applied has a catalog") }
        let lock = try catalog.lock(pipeline: "crawler " + TableNaming.hash(settings.name))
        defer { lock.release() }
        let id = try catalog.beginCrawl(settings.name, settings: settings.fingerprint)
        do {
            let plan = try await plan()
            progress.begin(.committing)
            try catalog.commitCrawl(plan.commit, id: id)
            return plan
        } catch {
            let reason = error as? SluiceError ?? SluiceError(.interrupted, "the crawl was stopped")
            try? catalog.failCrawl(id, reason)
            throw error
        }
    }

    private static func seconds(since start: ContinuousClock.Instant) -> Double {
        let elapsed = (ContinuousClock.now - start).components
        return Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
    }

    private func take(_ survey: Survey, into plan: inout CrawlPlan) {
        for listing in survey.listings {
            plan.figures.files += listing.files.count
            plan.figures.bytes += listing.files.reduce(0) { $0 + $1.byteCount }
            plan.figures.hidden += listing.hidden
            plan.figures.excluded += listing.excluded
            plan.skipped += listing.skipped
        }
        plan.figures.systemTables = survey.tables.count
        plan.figures.excluded += survey.excludedTables
        plan.notices += survey.missing.map { "nothing lies at \($0)" }
        plan.gone = survey.gone.map { GoneTable(name: $0, fate: .logged) }
    }

    // MARK: Looking

    private func look(_ survey: Survey, _ state: CrawlState, _ memory: CrawlMemory, _ plan: inout CrawlPlan) async throws {
        var groups: [TableGroup] = []
        for listing in survey.listings { groups += try await group(listing, survey.opener, memory, &plan) }
        var comparison = CatalogComparison(settings, state, catalog, leftOut: plan.leftOut)
        var known: [TableRecord?] = []
        for group in groups { known.append(memory.isUsable ? try comparison.unchanged(group, memory) : nil) }
        let passed = Set(known.indices.filter { known[$0] != nil })
        let outcomes = try await verified(groups, passing: passed, survey.opener, memory, comparison, &plan)
        try Task.checkCancellation()
        for (index, group) in groups.enumerated() {
            if let table = known[index] { comparison.keep(table, group, &plan) } else { try comparison.add(group, outcomes[index], &plan) }
        }
        for table in survey.tables { try await look(at: table, memory, &comparison, &plan) }
        try checkTableLimit(plan)
        try comparison.finish(&plan)
        memory.note(plan, changing: &plan.commit)
    }

    /// - Throws: `limitExceeded` where more tables were found than the settings let there be.
    private func checkTableLimit(_ plan: CrawlPlan) throws(SluiceError) {
        guard let limit = settings.tableLimit, plan.tables.count > limit else { return }
        throw SluiceError(
            .limitExceeded, "the crawl found \(plan.tables.count) tables, more than its threshold of \(limit); the catalog is as it was",
            remedy: "raise the threshold, or combine folders into tables by the grouping or the table level")
    }

    /// A table of a system.
    private func look(
        at table: Survey.Table, _ memory: CrawlMemory, _ comparison: inout CatalogComparison, _ plan: inout CrawlPlan
    ) async throws {
        try Task.checkCancellation()
        if let record = try comparison.unchanged(table, memory) { return comparison.keep(record, &plan) }
        do {
            switch try await table.lister.look(at: table.listed, table.request) {
            case .table(let seen): try comparison.add(table, seen, &plan)
            case .empty: plan.leave(table.file, .empty, "it has no records")
            case .unknown(let reason): plan.leave(table.file, .unknown, reason)
            }
        } catch let error as SluiceError {
            plan.leave(table.file, .unreadable, error.message)
        }
    }

    private func verified(
        _ groups: [TableGroup], passing passed: Set<Int>, _ opener: FileOpener, _ memory: CrawlMemory, _ comparison: CatalogComparison,
        _ plan: inout CrawlPlan
    ) async throws -> [Verification.TableOutcome] {
        var recalled: [Recollection?] = []
        for (index, group) in groups.enumerated() {
            guard !passed.contains(index), let catalog, let name = comparison.known(group) else {
                recalled.append(nil)
                continue
            }
            recalled.append(try Recollection(group, memory, of: settings.name, table: name, catalog))
        }
        let wanted = Verification.wanted(groups, passing: passed, recalled)
        let bytes = wanted.reduce(0) { $0 + groups[$1.table].files[$1.index].file.byteCount }
        plan.verification = settings.verification
        plan.figures.filesRead = wanted.count
        plan.figures.filesKnown =
            recalled.reduce(0) { $0 + ($1?.rows.count ?? 0) } + passed.reduce(0) { $0 + groups[$1].files.count }
        if settings.verification == .all, bytes > settings.verifiedBytes {
            plan.verification = .sample
            plan.notices.append(
                "the files have \(bytes) bytes, more than the \(settings.verifiedBytes) up to which all records are read; only the start of each file was looked at"
            )
        }
        if recalled.contains(where: { $0?.isWhole == false }) { plan.verification = .sample }
        progress.begin(.reading) { $0.bytesTotal = bytes }
        let limit = plan.verification == .all ? nil : Int64(FormatLimits.sampleRows)
        return try await Verification(groups, passing: passed, recalled: recalled, limit: limit, opener, progress: progress)
            .run(width: settings.width)
    }
}

extension CrawlPlan {
    mutating func leave(_ file: FoundFile, _ kind: LeftOut.Kind, _ message: String) {
        leftOut.append(LeftOut(path: file.path, kind: kind, message: message))
    }
}
