import SluiceCore
import SluiceFormats
import SluicePipelines
import SluiceStreams

/// Puts the rows of one task, each as a record.
final class BackendWriter: SinkWriter {
    private let sink: BackendSink
    private let format: any RecordFormat
    private let encoder: any RecordEncoder
    private let key: Int?
    private let putter: RecordPutter

    init(_ sink: BackendSink, format: any RecordFormat, encoder: any RecordEncoder, key: Int?) {
        self.sink = sink
        self.format = format
        self.encoder = encoder
        self.key = key
        putter = RecordPutter(sink.stream.backend, sink.stream.name, keepsOrder: sink.keepsOrder, pauses: sink.pauses)
    }

    var bytesWritten: Int64 { putter.bytesWritten }

    func write(_ batch: Batch) async throws {
        guard batch.rowCount > 0 else { return }
        var bytes = encoder.header
        encoder.encode(batch, into: &bytes)
        var framer = try format.framer(MemorySource(bytes), path: sink.stream.name)
        let columnKeys = key.map { StreamKeys.rows(of: batch.columns[$0]) }
        var row = 0
        while let framed = try framer.next() {
            precondition(framed.rejects.isEmpty, "a format cannot frame what it encoded")
            for place in 0..<framed.count {
                let payload = framed.records[place]
                putter.append(
                    key: columnKeys.map { sink.keyRule.key(of: $0[row + place]) } ?? KeyRule.key(hashing: payload), payload: payload)
            }
            row += framed.count
            if putter.isFull { try await putter.putAll() }
        }
        precondition(row == batch.rowCount, "a format framed \(row) of \(batch.rowCount) rows that it encoded")
    }

    func finish() async throws -> [StagedFile] {
        try await putter.putAll()
        return []
    }
}
