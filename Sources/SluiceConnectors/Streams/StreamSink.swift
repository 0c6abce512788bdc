import SluiceCatalog
import SluiceCore
import SluiceFormats
import SluicePipelines
import SluiceLog
import SluiceStreams
import Synchronization

/// Appends rows to an embedded stream, each as one record of a format.
///
/// Rows are visible to readers as they arrive, so a run that is cut off and started again appends some of them twice.
final class StreamSink: Sink {
    private let store: StreamStore
    private let stream: String
    private let shards: Int
    private let key: String?
    private let format: any RecordFormat
    /// Opened by the first writer, shared by all.
    private let opened = Mutex<RecordStream?>(nil)

    init(store: StreamStore, stream: String, shards: Int, key: String?, format: any RecordFormat) {
        self.store = store
        self.stream = stream
        self.shards = shards
        self.key = key
        self.format = format
    }

    var guarantee: DeliveryGuarantee { .atLeastOnce }

    var summary: String {
        let routing = key.map { "by \($0)" } ?? "by the record's bytes"
        return "stream \(stream), \(type(of: format).name) records, \(routing)"
    }

    func check(_ schema: Schema) throws {
        if let key { _ = try schema.require(key) }
        _ = try format.encoder(schema)
    }

    /// Records are appended where they stay.
    func stagingPaths(run: String) -> [String] { [] }

    func check(reading source: any Source) throws {
        guard (source as? StreamSource)?.stream.name == stream else { return }
        throw SluiceError(
            .invalidOption, "stream \"\(stream)\" is read and written by one pipeline", remedy: "write to another stream")
    }

    func open(schema: Schema, run: String, writer: Int) async throws -> any SinkWriter {
        let shared = try opened.withLock { opened throws(SluiceError) in
            if let opened { return opened }
            if !store.exists(stream) { try store.create(stream, shards: shards) }
            let fresh = try store.open(stream, for: .writing)
            fresh.watchLoad()
            opened = fresh
            return fresh
        }
        return StreamWriter(shared, format: format, encoder: try format.encoder(schema), key: try key.map { try schema.require($0) })
    }

    func commit(schema: Schema, run: String, staged: [StagedFile]) throws -> OutputCommit {
        close()
        return OutputCommit()
    }

    func discard(run: String) async { close() }

    private func close() {
        opened.withLock { opened in
            opened?.close()
            opened = nil
        }
    }
}

/// Appends the rows of one task.
final class StreamWriter: SinkWriter {
    private let stream: RecordStream
    private var router: KeyRouter
    private let format: any RecordFormat
    private let encoder: any RecordEncoder
    private let key: Int?
    private(set) var bytesWritten: Int64 = 0

    init(_ stream: RecordStream, format: any RecordFormat, encoder: any RecordEncoder, key: Int?) {
        self.stream = stream
        self.format = format
        self.encoder = encoder
        self.key = key
        router = stream.router()
    }

    func write(_ batch: Batch) async throws {
        guard batch.rowCount > 0 else { return }
        var bytes = encoder.header
        encoder.encode(batch, into: &bytes)
        var framer = try format.framer(MemorySource(bytes), path: stream.name)
        let header = RecordHeader(FileEnvelope.headerName, try FileEnvelope(layout: framer.layout, path: "").serialized())
        let columnKeys = key.map { StreamKeys.rows(of: batch.columns[$0]) }
        var row = 0
        while let framed = try framer.next() {
            precondition(framed.rejects.isEmpty, "a format cannot frame what it encoded")
            let keys = columnKeys?.slice(row..<(row + framed.count)) ?? StreamKeys.rows(of: framed.records)
            try await append(NewRecords(keys: keys, payloads: framed.records, headers: [header]))
            row += framed.count
        }
        precondition(row == batch.rowCount, "a format framed \(row) of \(batch.rowCount) rows that it encoded")
    }

    private func append(_ records: NewRecords) async throws {
        for (shard, rows) in router.partition(records.keys).enumerated() where !rows.isEmpty {
            try await stream.append(records, rows: rows, to: shard, rerouting: &router, .buffered)
        }
        for row in 0..<records.count { bytesWritten += Int64(records.payloads.range(row).count) }
    }

    func finish() async throws -> [StagedFile] {
        try await stream.commit()
        return []
    }
}
