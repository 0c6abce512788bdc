package import SluiceCore
package import SluiceStreams
import Synchronization

extension RecordStream {
    /// The highest batch of a producer of which any shard, or an ancestor of one, holds a record. Batches before it are stored whole if the
    /// producer stores each one durably before it begins the next. Nil where no shard knows the producer.
    package func lastBatch(ofProducer id: UInt64) -> UInt64? {
        writers.flatMap { writer in
            [writer.state.withLock { $0.producers.entries[id]?.batch }] + writer.inherited.map { $0.producers.entries[id]?.batch }
        }.compactMap(\.self).max()
    }

    /// Stores the records of a chunk, each in the shard that owns its key, once however often this is called; all are on disk on return.
    ///
    /// - Throws: what keeps some of them from being stored; others may be. Call again with the same batch.
    package func put(_ chunk: OutboxChunk, as batch: PutBatch.Producer) async throws(SluiceError) {
        let payloads = RawRecords(
            bytes: chunk.payloads.data, starts: Array(chunk.payloads.offsets.dropLast()), ends: Array(chunk.payloads.offsets.dropFirst()))
        for outcome in try await put(PutBatch(keys: chunk.keys, payloads: payloads, headers: chunk.headers, producer: batch), .log) {
            if case .failed(let error) = outcome { throw error }
        }
        // A stream that syncs by time has only written them by now.
        try await sync()
    }
}
