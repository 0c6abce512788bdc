import SluiceCatalog
import SluiceCore
import SluiceFormats
import SluicePipelines
import SluiceStreams
import Synchronization

/// Puts rows into a stream, whoever keeps it, each as one record of a format.
///
/// Rows are visible to readers as they are stored, so a run that is cut off and started again puts some of them twice.
final class BackendSink: Sink {
    let stream: BackendStream
    let keyRule: KeyRule
    let keepsOrder: Bool
    /// Whether rows of a shard are packed into one record.
    let packs: Bool
    let pauses: PutPauses
    private let shards: Int
    private let key: String?
    private let shape: RecordShape
    private let contract: SinkContract?
    /// Makes the stream where it is missing; begun by the first writer, awaited by all.
    private let preparation = Mutex<Task<Void, any Error>?>(nil)

    init(
        _ stream: BackendStream, shards: Int, key: String?, keyRule: KeyRule, keepsOrder: Bool, packs: Bool = false,
        shape: RecordShape, contract: SinkContract? = nil, pauses: PutPauses = PutPauses()
    ) {
        self.stream = stream
        self.shards = shards
        self.key = key
        self.keyRule = keyRule
        self.keepsOrder = keepsOrder
        self.packs = packs
        self.shape = shape
        self.contract = contract
        self.pauses = pauses
    }

    var guarantee: DeliveryGuarantee { .atLeastOnce }

    var summary: String {
        let routing = key.map { "by \($0)" } ?? "by the record's bytes"
        return "\(stream.kind) stream \(stream.name), \(shape.name) records\(packs ? ", packed" : ""), \(routing)"
    }

    func contract(for schema: Schema) -> SinkContract? { contract }

    func check(_ schema: Schema) throws {
        if let key { _ = try schema.require(key) }
        _ = try shape.maker(schema, stream: stream.name)
    }

    func check(reading source: any Source) throws {
        guard let read = (source as? BackendSource)?.stream, read.kind == stream.kind, read.name == stream.name else { return }
        throw SluiceError(.invalidOption, "\(stream) is read and written by one pipeline", remedy: "write to another stream")
    }

    func open(schema: Schema, run: String, writer: Int) async throws -> any SinkWriter {
        let preparation = preparation.withLock { preparation in
            if let preparation { return preparation }
            let fresh = Task { [stream, shards] in try await Self.prepare(stream, shards) }
            preparation = fresh
            return fresh
        }
        do {
            try await preparation.value
        } catch {
            // Whoever opens the sink next asks anew: the service may be back by then.
            self.preparation.withLock { if $0 == preparation { $0 = nil } }
            throw error
        }
        return BackendWriter(self, try shape.maker(schema, stream: stream.name), key: try key.map { try schema.require($0) })
    }

    private static func prepare(_ stream: BackendStream, _ shards: Int) async throws {
        do throws(SluiceError) {
            // Somebody else may have begun to make it.
            while try await stream.backend.describeStream(stream.name).status == .creating { try await pause() }
        } catch {
            guard error.code == .notFound else { throw error }
            try await stream.backend.createStream(stream.name, StreamConfiguration(shards: shards))
        }
    }

    private static func pause() async throws(SluiceError) {
        do {
            try await Task.sleep(for: .seconds(1))
        } catch {
            throw SluiceError(.interrupted, "the wait for a stream was cancelled", underlying: error)
        }
    }

    func commit(schema: Schema, run: String, staged: [StagedFile]) throws -> OutputCommit { OutputCommit() }
    func discard(run: String) async {}
}
