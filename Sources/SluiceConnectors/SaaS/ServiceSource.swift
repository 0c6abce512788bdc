import SluiceCore
import SluiceFormats
import SluiceJSON
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
    let progress = ServiceProgress()
    let bulk: BulkChoice
    /// Which jobs were made.
    let ledger: any JobLedger
    private let layouts: StreamLayouts

    init(
        _ session: ServiceSession, _ entity: ServiceEntity, _ options: OptionValues, ledger: any JobLedger = MemoryJobLedger()
    ) throws(SluiceError) {
        guard entity.isReadable else {
            throw SluiceError(.invalidOption, "\(entity.name) of \(session.declaration.name) can only be written")
        }
        self.session = session
        self.entity = entity
        start = try ServiceOptions.start(entity, options)
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
            }
        }
        schema = try Schema(fields)
        notices = []
        layouts = StreamLayouts(undescribed: FileLayout(format: JSONFormat.name, columns: fields.map(\.name), options: [:]))
    }

    /// `zendesk/tickets`, or with the parent `slack/messages/C024BE91L`.
    func name(_ parent: String?) -> String {
        (["\(session.declaration.name)/\(entity.name)"] + [parent].compactMap(\.self)).joined(separator: "/")
    }

    func splits() async throws -> [SourceSplit] {
        try await parents(isFresh: true).map { SourceSplit(id: name($0), bytes: nil) }
    }

    func open(_ split: SourceSplit, _ request: SourceRequest) async throws -> any SplitReader {
        let prefix = name(nil)
        guard split.id.hasPrefix(prefix) else { throw SluiceError(.notFound, "no part \(split.id.quotedForMessage) of \(prefix)") }
        let parent = entity.parent == nil ? nil : String(split.id.dropFirst(prefix.count + 1))
        if let job = entity.job, try await usesJob(job, parent, since: start) {
            let reader = jobReader(job, parent, since: start, from: nil)
            return try JobSplitReader(reader, [], schema: schema, request, tracker: nil, source: split.id, budget: .max)
        }
        let reader = try ServiceReader(session, entity, parent: parent, from: ReadPosition(startingAt: start))
        return try splitReader(reader, [], parent, request, budget: .max)
    }

    func splitReader(
        _ reader: ServiceReader, _ pages: [RecordPage], _ parent: String?, _ request: SourceRequest, budget: Int64
    ) throws(SluiceError) -> ServiceSplitReader {
        let decoder = try layouts.fileDecoder(envelope: nil, columns: request.columns, of: schema)
        return ServiceSplitReader(
            reader, pages, decoder: decoder,
            place: .shard(stream: session.declaration.name, shard: parent.map { "\(entity.name)/\($0)" } ?? entity.name),
            keepsRaw: request.keepsRaw, budget: budget)
    }

    /// Keys of the records whose records are read; one nil for an entity of its own.
    ///
    /// - Parameter isFresh: Whether the service is asked anew.
    func parents(isFresh: Bool) async throws -> [String?] {
        guard let parent = entity.parent else { return [nil] }
        if !isFresh, let known = progress.parents { return known }
        let above = try session.declaration.entity(parent.entity)
        let path = above.key.first?.split(separator: ".").map(String.init) ?? []
        let reader = try ServiceReader(session, above, parent: nil, from: ReadPosition())
        var keys: [String] = []
        while let page = try await reader.next() {
            let scanner = JSONScanner(page.bytes)
            for record in page.records {
                guard let place = try? scanner.find(path, in: record), let key = try? scanner.text(place) else { continue }
                keys.append(key)
            }
            guard keys.count <= SaaSLimits.parents else {
                throw SluiceError(.limitExceeded, "\(session.declaration.name) has more than \(SaaSLimits.parents) \(above.name)")
            }
        }
        progress.note(parents: keys)
        return keys
    }
}

/// What a source knows of its own reading while the process lives.
final class ServiceProgress: Sendable {
    private struct State {
        var parents: [String]?
        var finished: Set<String> = []
        /// Splits of which this run has begun a window.
        var begun: Set<String> = []
        /// Splits that were looked at.
        var looked = 0
    }

    private let state = Mutex(State())

    var parents: [String?]? { state.withLock { $0.parents } }

    func note(parents: [String]) { state.withLock { $0.parents = parents } }

    /// The splits in the order in which they have their turn: one that was looked at comes behind all others.
    func rotated(_ all: [String?]) -> [String?] {
        guard !all.isEmpty else { return [] }
        let start = state.withLock { $0.looked } % all.count
        return Array(all[start...] + all[..<start])
    }

    func advance() { state.withLock { $0.looked += 1 } }

    /// This run begins a window of a split.
    func begin(_ split: String) { state.withLock { _ = $0.begun.insert(split) } }

    func hasBegun(_ split: String) -> Bool { state.withLock { $0.begun.contains(split) } }

    /// The window of a split was read to its end.
    func finish(_ split: String) { state.withLock { _ = $0.finished.insert(split) } }

    func isFinished(_ split: String) -> Bool { state.withLock { $0.finished.contains(split) } }
}
