import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceStorage

extension DirectorySink: BackfillSink {
    var partitionColumns: [String] { output.partitionBy }
    var backfillName: String { output.shown.quotedForMessage }

    func writing(_ unit: BackfillOutput) -> any Sink {
        var sink = DirectorySink(output, mode: .append)
        sink.backfill = unit
        return sink
    }

    func earlier(in span: PartitionSpan) throws -> [EarlierOutput] {
        try output.earlierParts(in: span).map { path in
            EarlierOutput(path: path, byteCount: Int64(DiskFiles.byteCount(of: path) ?? 0), rowCount: nil)
        }
    }

    /// What a unit of a backfill makes visible.
    func commit(_ staged: [StagedFile], _ unit: BackfillOutput, run: String) throws(SluiceError) -> OutputCommit {
        let filled = staged.filter { $0.rowCount > 0 }
        let replaced = try unit.span.map { span throws(SluiceError) in try output.earlierParts(in: span) } ?? []
        let dropped = unit.earlierOutputs.filter { output.objects != nil || DiskFiles.kind(of: $0) != nil }
        var commit = try output.placing(filled, removing: replaced + dropped.filter { !replaced.contains($0) }, run: run)
        commit.backfillUnit = try unit.checked(filled, columns: output.partitionBy)
        return commit
    }
}

extension TableSink: BackfillSink {
    var partitionColumns: [String] { output.partitionBy }
    var backfillName: String { "table \(name)" }

    func writing(_ unit: BackfillOutput) -> any Sink {
        var sink = self
        sink.mode = .append
        sink.backfill = unit
        return sink
    }

    func earlier(in span: PartitionSpan) throws -> [EarlierOutput] {
        guard let files = try catalog.findTable(name).map({ _ in try catalog.files(of: name) }) else { return [] }
        return files.filter { span.contains($0.partition) }.map {
            EarlierOutput(path: $0.path, byteCount: $0.byteCount, rowCount: $0.rowCount)
        }
    }
}

extension DirectoryOutput {
    /// Files that Sluice wrote into partitions of a span.
    func earlierParts(in span: PartitionSpan) throws(SluiceError) -> [String] {
        try earlierParts().filter { path in
            let named = HivePath.values(in: String(path.dropFirst(directory.count)))
            return span.contains(partitionBy.map { column in named.last { $0.key == column }?.text })
        }
    }
}
