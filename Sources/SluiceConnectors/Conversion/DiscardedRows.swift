package import SluiceCatalog
package import SluiceCore
package import SluicePipelines

/// The end of plans whose result nobody keeps.
package struct DiscardedRows: Sink {
    package init() {}

    package var guarantee: DeliveryGuarantee { .exactlyOnce }
    package var summary: String { "nowhere" }
    package func check(_ schema: Schema) throws {}
    package func open(schema: Schema, run: String, writer: Int) async throws -> any SinkWriter { Writer() }
    package func commit(schema: Schema, run: String, staged: [StagedFile]) throws -> OutputCommit { OutputCommit() }
    package func discard(run: String) async {}

    private final class Writer: SinkWriter {
        var bytesWritten: Int64 { 0 }
        func write(_ batch: Batch) async throws {}
        func finish() async throws -> [StagedFile] { [] }
    }
}
