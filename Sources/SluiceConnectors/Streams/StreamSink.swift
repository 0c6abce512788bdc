import SluiceCatalog
import SluiceCore
import SluiceFormats
import SluicePipelines
import SluiceStreams
import SluiceLog

/// Puts rows into an embedded stream, each as one record of a format.
///
/// The records of a key are in the order of their rows. A writer stages encoded records; the run's commit records where they are, and the engine puts them into the stream after it.
final class StreamSink: Sink {
    private let store: StreamStore
    private let stream: String
    private let shards: Int
    private let key: String?
    private let shape: RecordShape
    private let contract: SinkContract?
    /// Where runs of the pipeline stage.
    private let outbox: String
    private let staged = StagedChunks()

    /// - Parameter outbox: A directory that no other pipeline uses.
    init(store: StreamStore, stream: String, shards: Int, key: String?, shape: RecordShape, contract: SinkContract? = nil, outbox: String) {
        self.store = store
        self.stream = stream
        self.shards = shards
        self.key = key
        self.shape = shape
        self.contract = contract
        self.outbox = outbox
    }

    var guarantee: DeliveryGuarantee { .exactlyOnce }

    var summary: String {
        let routing = key.map { "by \($0)" } ?? "by the record's bytes"
        return "stream \(stream), \(shape.name) records, \(routing)"
    }

    func contract(for schema: Schema) -> SinkContract? { contract }

    func check(_ schema: Schema) throws {
        if let key { _ = try schema.require(key) }
        _ = try shape.maker(schema, stream: stream)
    }

    func stagingPaths(run: String) -> [String] { [directory(run)] }

    func check(reading source: any Source) throws {
        guard (source as? StreamSource)?.stream.name == stream else { return }
        throw SluiceError(
            .invalidOption, "stream \"\(stream)\" is read and written by one pipeline", remedy: "write to another stream")
    }

    func open(schema: Schema, run: String, writer: Int) async throws -> any SinkWriter { try open(schema, run) }

    var writesInOrder: Bool { true }

    func openOrdered(schema: Schema, run: String) async throws -> (any OrderedSinkWriter)? { try open(schema, run) }

    private func open(_ schema: Schema, _ run: String) throws -> StreamWriter {
        if !store.exists(stream) { try create() }
        let file = StagingFile(directory: directory(run), name: "0.records")
        let stage = ChunkStage(for: "stream \"\(stream)\"", into: file) { [staged] path, bytes in staged.keep(path, bytes) }
        return StreamWriter(try maker(schema), key: try key.map { try schema.require($0) }, into: stage)
    }

    /// Records are checked while the run can still fail, because those that it commits are put into the stream whatever they are.
    private func maker(_ schema: Schema) throws(SluiceError) -> any RecordMaker {
        let maker = try shape.maker(schema, stream: stream)
        guard let binding = try store.configuration(of: stream).schema, binding.enforcement != .off else { return maker }
        guard let checks = store.checks else {
            throw SluiceError(
                .notOffered, "stream \"\(stream)\" takes records of schema \"\(binding.schema)\" only, and this program cannot check them",
                remedy: "take the binding away with `stream set --no-schema`")
        }
        return CheckedRecords(maker: maker, check: try checks.check(for: binding.schema))
    }

    func commit(schema: Schema, run: String, staged files: [StagedFile]) throws -> OutputCommit {
        let target = Publication.Target.stream(stream, shards: shards)
        return OutputCommit(publications: files.filter { $0.rowCount > 0 }.map { staged.publication(of: $0, for: target) })
    }

    /// Files of an abandoned run are removed as its staging; those of a committed one are needed.
    func discard(run: String) async { staged.removeAll() }

    private func directory(_ run: String) -> String { "\(outbox)/\(run).\(stream)" }

    /// An empty stream, so that readers may come before the first commit. Another run may make it at the same time.
    private func create() throws(SluiceError) {
        do throws(SluiceError) {
            try store.create(stream, shards: shards)
        } catch {
            guard error.code == .alreadyExists else { throw error }
        }
    }
}
