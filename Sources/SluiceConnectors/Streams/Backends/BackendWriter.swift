import SluiceCore
import SluiceFormats
import SluicePipelines
import SluiceStreams

/// Puts the rows of one task, each as a record.
final class BackendWriter: SinkWriter {
    private let sink: BackendSink
    private let maker: any RecordMaker
    private let key: Int?
    private let putter: RecordPutter

    init(_ sink: BackendSink, _ maker: any RecordMaker, key: Int?) {
        self.sink = sink
        self.maker = maker
        self.key = key
        putter = RecordPutter(
            sink.stream.backend, sink.stream.name, keepsOrder: sink.keepsOrder, packs: sink.packs, pauses: sink.pauses)
    }

    var bytesWritten: Int64 { putter.bytesWritten }

    func write(_ batch: Batch) async throws {
        guard batch.rowCount > 0 else { return }
        let payloads = try maker.records(of: batch).payloads
        let columnKeys = key.map { StreamKeys.rows(of: batch.columns[$0]) }
        for row in 0..<payloads.count {
            putter.append(
                key: columnKeys.map { sink.keyRule.key(of: $0[row]) } ?? KeyRule.key(hashing: payloads[row]), payload: payloads[row])
            if putter.isFull { try await putter.putAll() }
        }
    }

    func finish() async throws -> [StagedFile] {
        try await putter.putAll()
        return []
    }
}
