import SluiceCore
import SluiceFormats
import SluicePipelines
import SluiceStorage

/// Stages the rows of one task: a file for each partition, and further ones where `OutputLimits` asks for it.
///
/// Rows are encoded into memory first, so that a file is opened only for a write that is worth it, and rows of many partitions in turn do not
/// make many small files.
final class PartitionedWriter: SinkWriter {
    private let output: DirectoryOutput
    private let splitter: PartitionSplitter
    private let run: String
    private let number: Int
    private var partitions: [[ExactText?]: Partition] = [:]
    /// Of all partitions.
    private var heldBytes = 0
    /// Partitions with an open file.
    private var open: [Partition] = []
    private var clock = 0
    private var fileCount = 0
    private var staged: [StagedFile] = []
    /// Complete files whose uploads may not have ended.
    private var onTheirWay: [PartFile] = []
    private(set) var bytesWritten: Int64 = 0

    /// One directory of the output.
    private final class Partition {
        let values: [String?]
        /// Below the output's directory; empty where nothing is partitioned.
        let directory: String
        var writer: any FileWriter
        /// Bytes of rows that make no block yet.
        var collectedBytes = 0
        /// Blocks that are not in the file yet.
        var pending: [UInt8] = []
        var pendingRows: Int64 = 0
        /// Plain bytes of the file so far, pending ones included.
        var fileBytes: Int64 = 0
        /// Rows of the file so far, those that make no block yet included.
        var rowCount = 0
        var file: PartFile?
        /// When the file was written to last, in writes of this writer.
        var lastUse = 0

        init(values: [String?], directory: String, writer: any FileWriter) {
            self.values = values
            self.directory = directory
            self.writer = writer
        }

        var heldBytes: Int { collectedBytes + pending.count }

        func add(_ block: FileBlock) throws(SluiceError) {
            if fileBytes == 0 { put(writer.header) }
            let encoded = try writer.encode(block)
            writer.append(encoded, at: fileBytes)
            put(encoded.bytes)
            pendingRows += Int64(encoded.rowCount)
        }

        func put(_ bytes: [UInt8]) {
            if pending.isEmpty { pending = bytes } else { pending.append(contentsOf: bytes) }
            fileBytes += Int64(bytes.count)
        }

        /// Makes a block of the rows that are too few for one.
        func settle() throws(SluiceError) {
            if let block = writer.rest() { try add(block) }
            collectedBytes = 0
        }
    }

    /// - Throws: what the splitter and the format have against the schema.
    init(_ output: DirectoryOutput, schema: Schema, run: String, number: Int) throws(SluiceError) {
        self.output = output
        self.run = run
        self.number = number
        splitter = try PartitionSplitter(schema, partitionBy: output.partitionBy)
    }

    func write(_ batch: Batch) async throws { try writeRows(batch) }

    private func writeRows(_ batch: Batch) throws(SluiceError) {
        for group in splitter.split(batch) {
            let partition = try partition(group.values)
            guard output.aggregation.isCut else {
                try take(group.batch, partition)
                continue
            }
            var first = 0
            while first < group.batch.rowCount {
                let room = (output.aggregation.rows ?? .max) - partition.rowCount
                let end = min(group.batch.rowCount, room > group.batch.rowCount ? .max : first + room)
                try take(group.batch.slice(first..<end), partition)
                first = end
                try cut(partition)
            }
        }
        if heldBytes > output.limits.pendingBytes { try flushLargest() }
    }

    private func take(_ batch: Batch, _ partition: Partition) throws(SluiceError) {
        let before = partition.heldBytes
        let blocks = partition.writer.collect(batch)
        partition.rowCount += batch.rowCount
        partition.collectedBytes = blocks.isEmpty ? partition.collectedBytes + batch.byteCount : 0
        for block in blocks { try partition.add(block) }
        heldBytes += partition.heldBytes - before
        if partition.pending.count >= output.limits.pendingFileBytes { try flush(partition) }
    }

    /// Ends the partition's file where it is as large as it may be.
    private func cut(_ partition: Partition) throws(SluiceError) {
        if let rows = output.aggregation.rows, partition.rowCount >= rows { return try end(partition) }
        guard let bytes = output.aggregation.bytes, (partition.file?.bytesWritten ?? 0) + Int64(partition.heldBytes) >= bytes else {
            return
        }
        // How much of the rows is left when they are encoded and compressed, only doing it tells.
        try settle(partition)
        try flush(partition)
        if Double(partition.file?.bytesWritten ?? 0) >= Double(bytes) * FileAggregation.filledShare { try end(partition) }
    }

    private func end(_ partition: Partition) throws(SluiceError) {
        try settle(partition)
        try flush(partition)
        open.removeAll { $0 === partition }
        try complete(partition)
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
        let partition = Partition(
            values: values, directory: names.joined(separator: "/"), writer: try output.format.writer(splitter.fileSchema))
        partitions[key] = partition
        return partition
    }

    // MARK: From memory to files

    private func flush(_ partition: Partition) throws(SluiceError) {
        guard !partition.pending.isEmpty else { return }
        clock += 1
        partition.lastUse = clock
        let file = try file(for: partition)
        heldBytes -= partition.pending.count
        let before = file.bytesWritten
        try file.write(partition.pending, rows: partition.pendingRows)
        bytesWritten += file.bytesWritten - before
        partition.pending.removeAll(keepingCapacity: partitions.count <= output.limits.openFiles)
        partition.pendingRows = 0
    }

    /// Frees half of the memory, by the largest partitions first: each makes one larger write.
    private func flushLargest() throws(SluiceError) {
        for partition in partitions.values.sorted(by: { $0.heldBytes > $1.heldBytes }) {
            if heldBytes <= output.limits.pendingBytes / 2 { return }
            try settle(partition)
            try flush(partition)
        }
    }

    private func settle(_ partition: Partition) throws(SluiceError) {
        let before = partition.heldBytes
        try partition.settle()
        heldBytes += partition.heldBytes - before
    }

    private func file(for partition: Partition) throws(SluiceError) -> PartFile {
        if let file = partition.file { return file }
        if open.count == output.limits.openFiles, let oldest = open.indices.min(by: { open[$0].lastUse < open[$1].lastUse }) {
            try complete(open.remove(at: oldest))
        }
        let file = try output.partFile(directory: partition.directory, run: run, writer: number, number: fileCount)
        fileCount += 1
        partition.file = file
        open.append(partition)
        return file
    }

    /// Ends the partition's file; further rows would begin another.
    private func complete(_ partition: Partition) throws(SluiceError) {
        guard let file = partition.file else { return }
        try settle(partition)
        let end = try partition.writer.finish(at: partition.fileBytes)
        let before = file.bytesWritten
        heldBytes -= partition.pending.count
        try file.write(partition.pending + end, rows: partition.pendingRows)
        try file.finish()
        if output.objects != nil {
            onTheirWay.append(file)
            if onTheirWay.count > ConnectorLimits.filesOnTheirWay { try onTheirWay.removeFirst().wait() }
        }
        bytesWritten += file.bytesWritten - before
        staged.append(file.staged(partition: partition.values.map { $0 ?? HivePath.nullText }))
        partition.file = nil
        partition.pending = []
        partition.pendingRows = 0
        partition.fileBytes = 0
        partition.rowCount = 0
        partition.writer = try output.format.writer(splitter.fileSchema)
    }

    func finish() async throws -> [StagedFile] {
        try finishFiles()
        return staged
    }

    private func finishFiles() throws(SluiceError) {
        for partition in partitions.values.sorted(by: { $0.directory < $1.directory }) {
            try settle(partition)
            try flush(partition)
            open.removeAll { $0 === partition }
            try complete(partition)
        }
        partitions = [:]
        for file in onTheirWay { try file.wait() }
        onTheirWay = []
        if !staged.isEmpty, output.syncsFiles { try DiskFiles.syncDirectory(output.stagingDirectory(run: run)) }
    }
}
