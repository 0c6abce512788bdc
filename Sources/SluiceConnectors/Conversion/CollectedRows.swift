package import SluiceCatalog
package import SluiceCore
package import SluicePipelines
import Synchronization

/// Keeps the rows that reach it in memory: the end of plans whose result is shown.
package final class CollectedRows: Sink, OrderedSinkWriter {
    private let batches = Mutex<[Batch]>([])

    package init() {}

    /// In order.
    package var rows: [Batch] { batches.withLock { $0 } }

    package var guarantee: DeliveryGuarantee { .exactlyOnce }
    package var summary: String { "memory" }
    package func check(_ schema: Schema) throws {}
    package func open(schema: Schema, run: String, writer: Int) async throws -> any SinkWriter {
        throw SluiceError(.invalidArgument, "rows are collected in order, by one writer")
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
        batches.withLock { $0 += content }
    }
    package func finish() throws -> [StagedFile] { [] }
}

/// A sink that is there already, for definitions made by commands.
struct CollectedOutput: Connector {
    let rows: CollectedRows

    var manual: ConnectorManual { ConnectorManual(name: "memory", summary: "Rows in memory.", sourceOptions: [], sinkOptions: []) }
    func source(_ options: OptionValues, in context: ConnectorContext) async throws -> any Source {
        throw SluiceError(.invalidOption, "collected rows are no input")
    }
    func sink(_ options: OptionValues, in context: ConnectorContext) async throws -> any Sink { rows }
}
