import SluiceCatalog
import SluiceCore
import SluicePipelines

/// Writes files into a directory that no catalog table describes.
struct DirectorySink: Sink {
    var output: DirectoryOutput
    let mode: WriteMode
    private let contract: SinkContract?
    /// What a unit of a backfill does; nil otherwise.
    var backfill: BackfillOutput?

    init(_ output: DirectoryOutput, mode: WriteMode, contract: SinkContract? = nil) {
        self.output = output
        self.mode = mode
        self.contract = contract
    }

    var guarantee: DeliveryGuarantee { .exactlyOnce }
    var replacesEarlierOutput: Bool { mode == .overwrite }
    /// What one process uploads, another would put in place while it is at work.
    var takesWritersOfSeveralProcesses: Bool { output.objects == nil }
    var summary: String {
        "files in \(output.summary), \(mode == .overwrite ? "replacing those of earlier runs" : "beside those of earlier runs")"
    }

    func contract(for schema: Schema) -> SinkContract? { contract }

    func check(_ schema: Schema) throws { try output.check(schema) }

    func check(reading source: any Source) throws { try output.check(reading: source) }

    func stagingPaths(run: String) -> [String] { [output.stagingDirectory(run: run)] }

    func open(schema: Schema, run: String, writer: Int) async throws -> any SinkWriter {
        try output.stage(run: run)
        return try PartitionedWriter(output, schema: schema, run: run, number: writer)
    }

    var writesInOrder: Bool { output.partitionBy.isEmpty && !output.aggregation.isCut }

    var keepsOrder: Bool { output.aggregation.needsOneWriter }

    /// Files without partitions are one file, with the rows in their order.
    func openOrdered(schema: Schema, run: String) async throws -> (any OrderedSinkWriter)? {
        guard writesInOrder else { return nil }
        try output.stage(run: run)
        return try SequentialWriter(output, schema: schema, run: run)
    }

    func commit(schema: Schema, run: String, staged: [StagedFile]) throws -> OutputCommit {
        if let backfill { return try commit(staged, backfill, run: run) }
        // Without any row one file stays, for its header.
        let filled = staged.filter { $0.rowCount > 0 }
        let kept = filled.isEmpty ? Array(staged.prefix(1)) : filled
        return try output.placing(kept, removing: mode == .overwrite ? try output.earlierParts() : [], run: run)
    }

    func discard(run: String) async { await output.discard(run: run) }
}
