import SluiceCatalog
import SluiceCore
import SluiceFormats
import SluicePipelines
import SluiceLog
import Synchronization

/// Puts rows into an embedded stream, each as one record of a format.
///
/// Writers stage encoded records; the run's commit records where they are, and the engine puts them into the stream after it.
final class StreamSink: Sink {
    private let store: StreamStore
    private let stream: String
    private let shards: Int
    private let key: String?
    private let format: any RecordFormat
    /// Where runs of the pipeline stage.
    private let outbox: String
    /// What writers staged in memory, by the path that their file would have.
    private let staged = Mutex<[String: [UInt8]]>([:])

    /// - Parameter outbox: A directory that no other pipeline uses.
    init(store: StreamStore, stream: String, shards: Int, key: String?, format: any RecordFormat, outbox: String) {
        self.store = store
        self.stream = stream
        self.shards = shards
        self.key = key
        self.format = format
        self.outbox = outbox
    }

    var guarantee: DeliveryGuarantee { .exactlyOnce }

    var summary: String {
        let routing = key.map { "by \($0)" } ?? "by the record's bytes"
        return "stream \(stream), \(type(of: format).name) records, \(routing)"
    }

    func check(_ schema: Schema) throws {
        if let key { _ = try schema.require(key) }
        _ = try format.encoder(schema)
    }

    func stagingPaths(run: String) -> [String] { [directory(run)] }

    func check(reading source: any Source) throws {
        guard (source as? StreamSource)?.stream.name == stream else { return }
        throw SluiceError(
            .invalidOption, "stream \"\(stream)\" is read and written by one pipeline", remedy: "write to another stream")
    }

    func open(schema: Schema, run: String, writer: Int) async throws -> any SinkWriter {
        if !store.exists(stream) { try create() }
        let file = StagingFile(directory: directory(run), name: "\(writer).records")
        return StreamWriter(
            stream, format: format, encoder: try format.encoder(schema), key: try key.map { try schema.require($0) }, into: file
        ) { [self] path, bytes in staged.withLock { $0[path] = bytes } }
    }

    func commit(schema: Schema, run: String, staged files: [StagedFile]) throws -> OutputCommit {
        let publications = staged.withLock { staged in
            files.filter { $0.rowCount > 0 }.map { file in
                Publication(
                    stream: stream, shards: shards,
                    content: staged.removeValue(forKey: file.stagedPath).map { .bytes($0) } ?? .file(file.stagedPath),
                    byteCount: file.byteCount, rowCount: file.rowCount)
            }
        }
        return OutputCommit(publications: publications)
    }

    /// Files of an abandoned run are removed as its staging; those of a committed one are needed.
    func discard(run: String) async { staged.withLock { $0.removeAll() } }

    private func directory(_ run: String) -> String { outbox + "/" + run }

    /// An empty stream, so that readers may come before the first commit. Another run may make it at the same time.
    private func create() throws(SluiceError) {
        do throws(SluiceError) {
            try store.create(stream, shards: shards)
        } catch {
            guard error.code == .alreadyExists else { throw error }
        }
    }
}
