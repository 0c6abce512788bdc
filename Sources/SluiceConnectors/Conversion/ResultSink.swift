package import SluiceCatalog
package import SluiceCore
package import SluicePipelines

/// Gives the rows of a result on in order, as they come: the end of plans whose result is shown.
package final class ResultSink: Sink, OrderedSinkWriter {
    package typealias Consumer = @Sendable (Batch) throws -> Void

    private let consume: Consumer

    /// - Parameter consume: Called for one batch after another, by one task at a time.
    package init(_ consume: @escaping Consumer) { self.consume = consume }

    package var guarantee: DeliveryGuarantee { .exactlyOnce }
    package var summary: String { "memory" }
    package var keepsEarlierOutput: Bool { false }
    package func check(_ schema: Schema) throws {}
    package func open(schema: Schema, run: String, writer: Int) async throws -> any SinkWriter {
        throw SluiceError(.invalidArgument, "rows of a result are given on in order, by one writer")
    }
    package func openOrdered(schema: Schema, run: String) async throws -> (any OrderedSinkWriter)? { self }
    package func commit(schema: Schema, run: String, staged: [StagedFile]) throws -> OutputCommit { OutputCommit() }
    package func discard(run: String) async {}

    package var makesBlockOfEachBatch: Bool { true }
    package var bytesWritten: Int64 { 0 }
    package func collect(_ batch: Batch) throws -> [SinkBlock] { batch.rowCount == 0 ? [] : [SinkBlock([batch])] }
    package func rest() throws -> [SinkBlock] { [] }
    package func encode(_ block: SinkBlock) throws -> EncodedSinkBlock {
        EncodedSinkBlock(
            block.batches, rowCount: block.batches.reduce(0) { $0 + $1.rowCount }, byteCount: block.batches.reduce(0) { $0 + $1.byteCount })
    }
    package func append(_ block: EncodedSinkBlock) throws {
        guard let content = block.content as? [Batch] else { preconditionFailure("a block of another writer") }
        for batch in content { try consume(batch) }
    }
    package func finish() throws -> [StagedFile] { [] }
}
