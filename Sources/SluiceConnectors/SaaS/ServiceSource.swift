import SluiceCore
import SluiceFormats
import SluiceHTTP
import SluicePipelines
import SluiceSaaS
import Synchronization

/// The records of one entity of a service. A split is the whole entity, or the records of one parent (a channel's messages).
struct ServiceSource: Source {
    let session: ServiceSession
    let entity: ServiceEntity
    let schema: Schema
    let notices: [String]
    /// Where a first window begins.
    let start: Int64?
    /// Where the definition names the connection.
    let connectionPlace: SourceLocation?
    /// Bytes of pages after which a slice ends.
    let sliceBytes: Int64
    let progress = ServiceProgress()
    /// Nil where fields that have no column are of no interest.
    private let watch: FieldWatch?
    private let layouts: StreamLayouts
    let bulk: BulkChoice
    /// Which jobs were made.
    let ledger: any JobLedger
    /// Where pages of a pull of everything are kept until it is committed; nil where nobody wants that.
    var keptPages: String?
    private var isKeeping = false

    /// The source with the fields that were found so far, and those that the service tells of.
    static func opened(
        _ session: ServiceSession, _ entity: ServiceEntity, _ options: OptionValues, _ context: ConnectorContext
    ) async throws -> ServiceSource {
        guard try options.enumeration("new_fields", as: FoundFields.Rule.self) == .follow else {
            var source = try await ServiceSource(
                session, ServiceOptions.following(entity, session, options), options, ledger: CatalogJobLedger(context))
            source.keptPages = "\(context.home)/pulls/\(context.pipeline)"
            return source
        }
        guard entity.hasOpenFields else {
            throw options.invalid(
                "new_fields", "\(entity.name) of \(session.declaration.name) is asked for by the names of its fields, so none can come up",
                remedy: "leave it out, and declare further fields under columns")
        }
        let found = FoundFields(
            catalog: try context.requireCatalog(), connection: try options.require("connection").string(),
            entity: "\(session.declaration.name) \(entity.name)")
        var source = try await ServiceSource(
            session, session.following(entity), options, found: found, ledger: CatalogJobLedger(context))
        source.keptPages = "\(context.home)/pulls/\(context.pipeline)"
        return source
    }

    /// - Parameter found: What is known of fields that nobody declared; nil where they are of no interest.
    init(
        _ session: ServiceSession, _ entity: ServiceEntity, _ options: OptionValues, found: FoundFields? = nil,
        ledger: any JobLedger = MemoryJobLedger()
    ) throws(SluiceError) {
        guard entity.isReadable else {
            throw SluiceError(.invalidOption, "\(entity.name) of \(session.declaration.name) can only be written")
        }
        var entity = entity
        let declared = Set(entity.fields.map(\.name))
        for field in try found?.known() ?? [] where !declared.contains(field.name) {
            entity.addReadable(field.name, field.type)
        }
        self.session = session
        start = try ServiceOptions.start(entity, options)
        connectionPlace = options.location(of: "connection")
        sliceBytes = try options.integer("slice_mb").map { Int64($0) << 20 } ?? SaaSLimits.sliceBytes
        bulk = try options["bulk"]?.enumeration(BulkChoice.self) ?? .auto
        self.ledger = ledger
        guard bulk != .always || entity.job != nil else {
            throw options.invalid("bulk", "\(entity.name) of \(session.declaration.name) is not read by jobs", remedy: "leave it out")
        }
        var fields = entity.fields.filter(\.isReadable).map { Field($0.name, $0.type) }
        for column in try options.columnTypes("columns") {
            if let place = fields.firstIndex(where: { $0.name == column.name }) {
                fields[place].type = column.type
            } else {
                fields.append(Field(column.name, column.type))
                entity.addReadable(column.name, column.type)
            }
        }
        self.entity = entity
        schema = try Schema(fields)
        notices = []
        let isWatched = found != nil && entity.describe == nil
        // A declared field that cannot be read is nothing new.
        let columns = declared.union(schema.names)
        watch = isWatched ? found.map { FieldWatch(found: $0, columns: columns) } : nil
        var layouts = StreamLayouts(undescribed: FileLayout(format: JSONFormat.name, columns: fields.map(\.name), options: [:]))
        if isWatched { layouts.known = KnownMembers(schema.fields) }
        self.layouts = layouts
    }

    /// `zendesk/tickets`, or with the parent `slack/messages/C024BE91L`.
    func name(_ parent: String?) -> String {
        (["\(session.declaration.name)/\(entity.name)"] + [parent].compactMap(\.self)).joined(separator: "/")
    }

    func splits() async throws -> [SourceSplit] {
        try await progress.cutOff { try await parents(isFresh: true) }.map { SourceSplit(id: name($0?.key), bytes: nil) }
    }

    func open(_ split: SourceSplit, _ request: SourceRequest) async throws -> any SplitReader {
        progress.tell(request.note)
        let prefix = name(nil)
        guard split.id.hasPrefix(prefix) else { throw SluiceError(.notFound, "no part \(split.id.quotedForMessage) of \(prefix)") }
        let parent = entity.parent == nil ? nil : String(split.id.dropFirst(prefix.count + 1))
        if let job = entity.job, try await progress.cutOff({ try await usesJob(job, parent, since: start) }) {
            return try wholeJob(job, parent, split, request)
        }
        let first = try ServiceReader(session, entity, parent: parent, from: ReadPosition(startingAt: start))
        let kept = try kept(of: parent, by: first.traits())
        let reader = try kept?.position.map { place throws(SluiceError) in
            try ServiceReader(session, entity, parent: parent, from: place)
        }
        return try splitReader(reader ?? first, [], parent, request, budget: .max, kept: kept)
    }

    /// Pages that a run which was cut off has kept, and what keeps those that come; nil where nothing is kept.
    ///
    /// - Parameter traits: What the pages depend on: those of another connection, or of another request, are others.
    func kept(of parent: String?, by traits: [String]) throws(SluiceError) -> KeptPages? {
        guard isKeeping, let folder = keptPages else { return nil }
        let hash = StableHash(of: [name(parent), start.map { String($0) } ?? ""] + traits)
        return try KeptPages(folder: folder, id: hash.value.hexadecimal, purpose: "pull \(name(parent)) \(hash.value.hexadecimal)", ledger)
    }

    func splitReader(
        _ reader: ServiceReader, _ pages: [RecordPage], _ parent: String?, _ request: SourceRequest, budget: Int64,
        kept: KeptPages? = nil, endsWith: (@Sendable (SluiceError) -> Void)? = nil
    ) throws(SluiceError) -> ServiceSplitReader {
        let name = name(parent)
        let decoder = try layouts.fileDecoder(envelope: nil, columns: request.columns, of: schema)
        return ServiceSplitReader(
            reader, pages, decoder: decoder,
            place: .shard(stream: session.declaration.name, shard: parent.map { "\(entity.name)/\($0)" } ?? entity.name),
            keepsRaw: request.keepsRaw, budget: budget, watch: watch, kept: kept, endsWith: endsWith,
            cutOff: { [progress] in progress.cutOff() },
            leavesOut: { [progress] error in
                progress.leaveOut(name, error)
                progress.tell(request.note)
            })
    }
}

extension ServiceSource: ResumableSource {
    func keeping() -> any Source {
        var source = self
        source.isKeeping = keptPages != nil
        return source
    }

    func forgetKept() {
        if let keptPages { try? DiskFiles.removeTree(keptPages) }
    }

    func noteFailure() {
        guard !progress.wasCutOff else { return }
        forgetKept()
        for work in ["read", "pull"] {
            for end in [" ", "/"] { try? ledger.forget(startingWith: "\(work) \(name(nil))\(end)") }
        }
    }
}

/// What a source knows of its own reading while the process lives.
final class ServiceProgress: Sendable {
    private struct State {
        var parents: [ServiceParent?]?
        var finished: Set<String> = []
        /// Splits of which this run has begun a window.
        var begun: Set<String> = []
        /// Splits that were looked at.
        var looked = 0
        /// What is to be told of parents whose records cannot be read.
        var untold: [String] = []
        /// Why nothing more can be read by this run.
        var end: SluiceError?
        var wasCutOff = false
    }

    private let state = Mutex(State())

    var parents: [ServiceParent?]? { state.withLock { $0.parents } }

    func note(parents: [ServiceParent]) { state.withLock { $0.parents = parents } }

    /// The places of so many splits in the order in which they have their turn: one that was looked at comes behind all others.
    func turns(of count: Int) -> some Sequence<Int> {
        let start = count == 0 ? 0 : state.withLock { $0.looked } % count
        return (start..<start + count).lazy.map { $0 % count }
    }

    func advance() { state.withLock { $0.looked += 1 } }

    /// This run begins a window of a split.
    func begin(_ split: String) { state.withLock { _ = $0.begun.insert(split) } }

    func hasBegun(_ split: String) -> Bool { state.withLock { $0.begun.contains(split) } }

    /// The window of a split was read to its end.
    func finish(_ split: String) { state.withLock { _ = $0.finished.insert(split) } }

    func isFinished(_ split: String) -> Bool { state.withLock { $0.finished.contains(split) } }

    /// The records of a parent cannot be read.
    func leaveOut(_ split: String, _ why: SluiceError) { state.withLock { $0.untold.append("\(split) is left out: \(why.message)") } }

    /// Tells what was left out and not told yet.
    func tell(_ note: (String) -> Void) {
        let texts = state.withLock { state in
            defer { state.untold = [] }
            return state.untold
        }
        texts.forEach(note)
    }

    /// The service gave no more.
    func cutOff() { state.withLock { $0.wasCutOff = true } }

    var wasCutOff: Bool { state.withLock { $0.wasCutOff } }

    /// What fails in the body is that the service gave no more.
    func cutOff<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch {
            cutOff()
            throw error
        }
    }

    /// What was read is committed before the run ends with the error.
    func end(with error: SluiceError) { state.withLock { $0.end = error } }

    func takeEnd() -> SluiceError? {
        state.withLock { state in
            defer { state.end = nil }
            return state.end
        }
    }
}
