import SluiceCore
import SluiceFormats
import SluiceLog
import SluicePipelines
import SluiceStreams
import Synchronization

/// Webhooks: while a run follows they are taken and stored in a stream, and the run reads the stream. Other runs read what is in it.
final class WebhookSource: Source {
    private struct State {
        var inner: StreamSource?
        var listener: WebhookListener?
    }

    let schema: Schema
    let notices: [String] = []
    var isEndless: Bool { true }
    private let name: String
    private let store: StreamStore
    private let settings: WebhookListener.Settings
    private let declared: [DeclaredColumn]
    private let layout: FileLayout
    private let state = Mutex(State())

    /// - Parameter name: The stream's; it is made where it is missing.
    init(_ name: String, in store: StreamStore, _ settings: WebhookListener.Settings, _ declared: [DeclaredColumn], _ layout: FileLayout)
        throws(SluiceError)
    {
        self.name = name
        self.store = store
        self.settings = settings
        self.declared = declared
        self.layout = layout
        var fields: [Field] = []
        for column in declared { fields.append(Field(column.name, column.type)) }
        schema = try Schema(fields)
    }

    /// Where webhooks are taken; nil while they are not.
    var address: String? { state.withLock { $0.listener?.address } }

    private func stored() async throws -> StreamSource {
        if let inner = state.withLock({ $0.inner }) { return inner }
        if !store.exists(name) { try store.create(name, shards: 1) }
        let inner = try await StreamSource(try store.open(name, for: .reading), from: .start, layout: layout, declared: declared)
        state.withLock { $0.inner = inner }
        return inner
    }

    func losses() throws -> [String] { try state.withLock { $0.inner }?.losses() ?? [] }

    func splits() async throws -> [SourceSplit] { try await stored().splits() }

    func open(_ split: SourceSplit, _ request: SourceRequest) async throws -> any SplitReader { try await stored().open(split, request) }

    /// - Throws: `invalidOption` for a stream whose records may be lost when power fails; `alreadyRunning`.
    private func listen() async throws -> WebhookListener {
        let stream = try store.open(name, for: .writing)
        guard stream.configuration.durability == .always else {
            stream.close()
            throw SluiceError(
                .invalidOption, "stream \"\(name)\" stores records later than it says so, and webhooks are answered when they are stored",
                remedy: "set its durability: stream set \(name) --durability always")
        }
        do {
            var settings = settings
            settings.fault = try await fault()
            return try WebhookListener(settings, into: stream, knowing: try await SeenWebhooks(of: stream))
        } catch {
            stream.close()
            throw error
        }
    }

    /// Tells why a body would be no record of the run: one such would end it, and nobody could take it away again.
    private func fault() async throws -> @Sendable ([UInt8]) -> String? {
        let place = Origin.Split.shard(stream: name, shard: ShardID(0).description)
        let origin = Origin(place, .dense(first: 0, count: 1))
        guard let decoder = try await decoder(ofRecordsAt: origin.location(0), nil, columns: schema.names) else { return { _ in nil } }
        return { body in
            let record = RawRecords(bytes: body, starts: [0], ends: [Int32(body.count)])
            let rejects = (try? decoder.decode(record, origin: origin).rejects) ?? []
            // What does not fit its column is a record: the run's rules for bad ones are about it.
            return rejects.first { $0.error.code == .malformedRecord }?.error.message
        }
    }
}

extension WebhookSource: LaggingSource {
    func slice(after positions: SourcePositions, _ request: SliceRequest) async throws -> SourceSlice? {
        let inner = try await stored()
        if request.leavesUnfinished {
            if state.withLock({ $0.listener == nil }) {
                let listener = try await listen()
                state.withLock { $0.listener = listener }
                request.note("webhooks are taken at \(listener.address)")
            }
            var reached: [Int: UInt64] = [:]
            for shard in inner.stream.shardNumbers { reached[shard] = try inner.position(of: shard, positions) }
            state.withLock { $0.listener }?.note(reached: reached)
        }
        return try await inner.slice(after: positions, request)
    }

    func lag(behind positions: SourcePositions) throws -> [SplitLag] { try state.withLock { $0.inner }?.lag(behind: positions) ?? [] }
}

extension WebhookSource: ReplayableSource {
    func decoder(ofRecordsAt place: SourceLocation, _ header: FileHeader?, columns: [String]) async throws -> (any PayloadDecoder)? {
        try await stored().decoder(ofRecordsAt: place, header, columns: columns)
    }
}
