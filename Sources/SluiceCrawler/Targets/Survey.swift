import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceStorage

/// What there is at a crawler's targets, before anything of it is opened.
struct Survey: Sendable {
    /// A table of a system, and who knows it.
    struct Table: Sendable {
        var listed: ListedTable
        var lister: any TableLister
        var request: ListingRequest
        /// The table of the catalog that it is, where one was named.
        var named: TableName?

        /// As a file that changes when the table does, for what crawls remember.
        var file: FoundFile {
            FoundFile(
                path: listed.location, folders: [], name: listed.name, byteCount: listed.byteCount,
                modifiedMicros: Int64(bitPattern: TableNaming.longHash(listed.state) &>> 1))
        }
    }

    private(set) var listings: [TargetListing] = []
    private(set) var tables: [Table] = []
    private(set) var opener = FileOpener()
    /// Tables of systems that exclusions name.
    private(set) var excludedTables = 0
    /// Tables of the catalog that were named, and whose data is gone.
    private(set) var gone: [TableName] = []
    /// Targets at which nothing lies, and need not.
    private(set) var missing: [String] = []

    private let settings: CrawlSettings
    private let exclusions: [Glob]
    private let surroundings: CrawlSurroundings
    private let catalog: Catalog?

    init(_ settings: CrawlSettings, _ catalog: Catalog?, _ surroundings: CrawlSurroundings) throws(SluiceError) {
        self.settings = settings
        self.catalog = catalog
        self.surroundings = surroundings
        var patterns: [Glob] = []
        for text in settings.exclusions { patterns.append(try Glob(written: text)) }
        exclusions = patterns
    }

    /// Lists all targets.
    ///
    /// - Parameter state: What the last crawl saw, which a crawl of events goes on from.
    /// - Throws: `fileNotFound` or `unreadable` for a target, `notFound`, `limitExceeded`, `notOffered`; what a store or a system throws.
    static func made(
        _ settings: CrawlSettings, _ state: CrawlState, _ catalog: Catalog?, _ surroundings: CrawlSurroundings
    ) async throws -> Survey {
        let empty = try Survey(settings, catalog, surroundings)
        var found: [Survey] = []
        for text in settings.targets { found.append(try await empty.looked(at: try CrawlTarget(text), state)) }
        var all = empty
        for one in found { all.take(one) }
        return all
    }

    private mutating func take(_ other: Survey) {
        listings += other.listings
        tables += other.tables
        opener.take(other.opener)
        excludedTables += other.excludedTables
        gone += other.gone
        missing += other.missing
    }

    /// All files, and tables as files.
    var files: [FoundFile] { listings.flatMap(\.files) + tables.map(\.file) }

    // MARK: One target

    private func looked(at target: CrawlTarget, _ state: CrawlState) async throws -> Survey {
        var survey = self
        switch target {
        case .path(let path):
            if settings.optionalTargets.contains(path), DiskFiles.kind(of: path) == nil {
                survey.missing.append(path)
            } else {
                survey.listings = [try folder(path, state)]
            }
        case .objects(let url): (survey.listings, survey.opener) = try await objects(url, state)
        case .system(let connector, let place): (survey.tables, survey.excludedTables) = try await system(connector, place)
        case .table(let name): try await survey.look(at: name, state)
        }
        return survey
    }

    private func folder(_ path: String, _ state: CrawlState) throws(SluiceError) -> TargetListing {
        if settings.recrawl == .events, state.settings == settings.fingerprint, DiskFiles.kind(of: path) == .directory {
            var walk = EventWalk(try FolderWalk.resolved(path), known: state.files, settings.events)
            if !walk.isWhole {
                try walk.look(exclusions)
                return walk.listing
            }
        }
        return try FolderWalk(path, exclusions: exclusions).listing
    }

    private func objects(_ url: String, _ state: CrawlState) async throws -> ([TargetListing], FileOpener) {
        guard let place = ObjectURL(url) else {
            throw SluiceError(.wrongArgument, "\(url.quotedForMessage) names no bucket", remedy: "for example: s3://bucket/prefix")
        }
        guard let store = try surroundings.store(place.store) else {
            throw SluiceError(.wrongArgument, "this program knows no store such as \(place.store.quotedForMessage)")
        }
        var opener = FileOpener()
        opener.add(store, at: place.store)
        if settings.recrawl == .events, state.settings == settings.fingerprint {
            let root = place.name.isEmpty ? place.store : place.store + "/" + place.name
            let walk = EventWalk(root, known: state.files, settings.events)
            if !walk.isWhole { return ([try await EventWalk.look(walk, in: store, exclusions)], opener) }
        }
        return ([try await StoreWalk.listing(url, in: store, exclusions: exclusions)], opener)
    }

    private func system(_ connector: String, _ place: String) async throws -> ([Table], excluded: Int) {
        guard let context = surroundings.context else {
            throw SluiceError(.wrongArgument, "there is no \(connector) here", remedy: "crawl directories and files")
        }
        let lister = try lister(connector, context)
        var request = ListingRequest(context, passwordSecret: settings.passwordSecret)
        let listed = try await lister.tables(at: place, request)
        let wanted = listed.filter { table in
            let names = [table.name, (table.schema ?? "public") + "/" + table.name]
            return !exclusions.contains { glob in names.contains { glob.matches($0) } }
        }
        let tables = wanted.map { table in
            let isSampled = settings.verification == .sample || table.byteCount > settings.verifiedBytes
            request.rowLimit = isSampled ? CrawlLimits.sampledRows : nil
            return Table(listed: table, lister: lister, request: request)
        }
        return (tables, listed.count - wanted.count)
    }

    private func lister(_ connector: String, _ context: ConnectorContext) throws(SluiceError) -> any TableLister {
        if connector == CrawlTarget.stream { return StreamLister(context.streams) }
        guard let lister = surroundings.connectors[connector] as? any TableLister else {
            throw SluiceError(.wrongArgument, "this program knows no tables of the connector \(connector.quotedForMessage)")
        }
        return lister
    }

    /// A table of the catalog: its data is looked at again, whoever made it.
    private mutating func look(at name: TableName, _ state: CrawlState) async throws {
        guard let catalog else {
            throw SluiceError(.notFound, "there is no table \"\(name)\", because there is no state", remedy: "crawl the data's folder")
        }
        let definition = try catalog.table(name).definition
        guard !definition.isView else {
            throw SluiceError(
                .wrongArgument, "\"\(name)\" is a view, which has no data of its own", remedy: "crawl the tables of its query")
        }
        if CrawlTarget.isSystem(definition.format) {
            let place = definition.formatOptions[definition.format] ?? ""
            tables = try await system(definition.format, place).0.filter { $0.listed.location == definition.location }
            for index in tables.indices { tables[index].named = name }
            if tables.isEmpty { gone.append(name) }
            return
        }
        do {
            if ObjectURL(definition.location) != nil {
                (listings, opener) = try await objects(definition.location, state)
            } else {
                listings = [try folder(definition.location, state)]
            }
        } catch let error as SluiceError {
            guard error.code == .fileNotFound else { throw error }
            gone.append(name)
        }
        for index in listings.indices { listings[index].table = definition }
    }
}
