import SluiceCore
import SluiceFormats
import SluicePipelines

/// Stages the rows of one task: a file for each partition, and further ones where `OutputLimits` asks for it.
///
/// Rows are encoded into memory first, so that a file is opened only for a write that is worth it, and rows of many partitions in turn do not
/// make many small files.
final class PartitionedWriter: SinkWriter {
    private let output: DirectoryOutput
    private let splitter: PartitionSplitter
    private let encoder: any RecordEncoder
    private let run: String
    private let number: Int
    private var partitions: [[ExactText?]: Partition] = [:]
    /// Encoded bytes in memory, over all partitions.
    private var pendingBytes = 0
    /// Partitions with an open file.
    private var open: [Partition] = []
    private var clock = 0
    private var fileCount = 0
    private var staged: [StagedFile] = []
    private(set) var bytesWritten: Int64 = 0

    /// One directory of the output.
    private final class Partition {
        let values: [String?]
        /// Below the output's directory; empty where nothing is partitioned.
        let directory: String
        var pending: [UInt8] = []
        var pendingRows: Int64 = 0
        var file: PartFile?
        /// When the file was written to last, in writes of this writer.
        var lastUse = 0

        init(values: [String?], directory: String) {
            self.values = values
            self.directory = directory
        }
    }

    /// - Throws: what the splitter and the format have against the schema.
    init(_ output: DirectoryOutput, schema: Schema, run: String, number: Int) throws(SluiceError) {
        self.output = output
        self.run = run
        self.number = number
        splitter = try PartitionSplitter(schema, partitionBy: output.partitionBy)
        encoder = try output.format.encoder(splitter.fileSchema)
    }

    func write(_ batch: Batch) async throws { try writeRows(batch) }

    private func writeRows(_ batch: Batch) throws(SluiceError) {
        for group in splitter.split(batch) {
            let partition = try partition(group.values)
            let before = partition.pending.count
            encoder.encode(group.batch, into: &partition.pending)
            partition.pendingRows += Int64(group.batch.rowCount)
            pendingBytes += partition.pending.count - before
            if partition.pending.count >= output.limits.pendingFileBytes { try flush(partition) }
        }
        if pendingBytes > output.limits.pendingBytes { try flushLargest() }
    }

    private func partition(_ values: [String?]) throws(SluiceError) -> Partition {
        let key = values.map { $0.map { ExactText($0) } }
        if let known = partitions[key] { return known }
        guard partitions.count < output.limits.partitions else {
            throw SluiceError(
                .limitExceeded,
                "the output has more than \(output.limits.partitions) partitions by \(output.partitionBy.joined(separator: ", "))",
                remedy: "partition by columns with fewer values, such as a month instead of a time")
        }
        var names: [String] = []
        for (key, value) in zip(output.partitionBy, values) { names.append(try HivePath.directory(key, value)) }
        let partition = Partition(values: values, directory: names.joined(separator: "/"))
        partitions[key] = partition
        return partition
    }

    // MARK: From memory to files

    private func flush(_ partition: Partition) throws(SluiceError) {
        guard !partition.pending.isEmpty else { return }
        clock += 1
        partition.lastUse = clock
        let file = try file(for: partition)
        pendingBytes -= partition.pending.count
        let before = file.bytesWritten
        try file.write(partition.pending, rows: partition.pendingRows)
        bytesWritten += file.bytesWritten - before
        partition.pending.removeAll(keepingCapacity: partitions.count <= output.limits.openFiles)
        partition.pendingRows = 0
    }

    /// Frees half of the memory, by the largest partitions first: each makes one larger write.
    private func flushLargest() throws(SluiceError) {
        for partition in partitions.values.sorted(by: { $0.pending.count > $1.pending.count }) {
            if pendingBytes <= output.limits.pendingBytes / 2 { return }
            try flush(partition)
        }
    }

    private func file(for partition: Partition) throws(SluiceError) -> PartFile {
        if let file = partition.file { return file }
        if open.count == output.limits.openFiles, let oldest = open.indices.min(by: { open[$0].lastUse < open[$1].lastUse }) {
            try complete(open.remove(at: oldest))
        }
        let name = PartName.name(run: run, writer: number, number: fileCount, fileExtension: output.fileExtension)
        fileCount += 1
        let file = try PartFile(
            path: output.stagingDirectory(run: run) + "/" + name,
            finalPath: (partition.directory.isEmpty ? output.directory : output.directory + "/" + partition.directory) + "/" + name,
            codec: output.codec, level: output.codecLevel)
        partition.file = file
        open.append(partition)
        try file.write(encoder.header, rows: 0)
        return file
    }

    private func complete(_ partition: Partition) throws(SluiceError) {
        guard let file = partition.file else { return }
        partition.file = nil
        let before = file.bytesWritten
        try file.finish()
        bytesWritten += file.bytesWritten - before
        staged.append(
            StagedFile(
                stagedPath: file.path, finalPath: file.finalPath, partition: partition.values.map { $0 ?? HivePath.nullText },
                rowCount: file.rowCount,
                byteCount: file.bytesWritten))
    }

    func finish() async throws -> [StagedFile] {
        try finishFiles()
        return staged
    }

    private func finishFiles() throws(SluiceError) {
        if partitions.isEmpty, staged.isEmpty, number == 0, output.partitionBy.isEmpty, !encoder.header.isEmpty {
            // The one file of an output without rows: it has the header.
            _ = try file(for: try partition([]))
        }
        for partition in partitions.values.sorted(by: { $0.directory < $1.directory }) {
            try flush(partition)
            open.removeAll { $0 === partition }
            try complete(partition)
        }
        partitions = [:]
        if !staged.isEmpty { try DiskFiles.syncDirectory(output.stagingDirectory(run: run)) }
    }
}
