import SluiceCore
import SluicePipelines
import Synchronization

/// The one writer of an output that keeps the order of its rows, with its counts. Blocks are appended by one task at a time.
final class OrderedOutput: Sendable {
    let writer: any OrderedSinkWriter
    private let output: Int
    private let progress: RunProgress
    private let reported = Mutex<Int64>(0)

    /// - Parameter output: Its index in the plan.
    init(_ writer: any OrderedSinkWriter, output: Int, _ progress: RunProgress) {
        self.writer = writer
        self.output = output
        self.progress = progress
    }

    func append(_ block: EncodedSinkBlock) throws {
        try writer.append(block)
        report(rows: block.rowCount)
    }

    func finish() throws -> [StagedFile] {
        let staged = try writer.finish()
        report(rows: 0)
        return staged.of(output)
    }

    private func report(rows: Int) {
        let bytes = writer.bytesWritten
        let more = reported.withLock { reported in
            defer { reported = bytes }
            return bytes - reported
        }
        progress.update { $0.count(rows: Int64(rows), bytes: more, ofOutput: output) }
    }
}

/// Writers of a sink, one a worker or one for all, with their counts. Each writer is used by one task at a time.
final class SharedWriters: @unchecked Sendable {
    /// Whether rows have to come to the only writer in their order.
    let keepsOrder: Bool
    private let writers: [any SinkWriter]
    private let output: Int
    private let progress: RunProgress

    /// - Parameter output: Its index in the plan.
    init(_ writers: [any SinkWriter], keepsOrder: Bool, output: Int, _ progress: RunProgress) {
        self.keepsOrder = keepsOrder
        self.writers = writers
        self.output = output
        self.progress = progress
    }

    func write(_ batch: Batch, worker: Int) async throws {
        let writer = writers[worker]
        let before = (bytes: writer.bytesWritten, refused: writer.rowsRefused)
        try await writer.write(batch)
        report(rows: Int64(batch.rowCount) - (writer.rowsRefused - before.refused), bytes: writer.bytesWritten - before.bytes)
    }

    func finish() async throws -> [StagedFile] {
        var staged: [StagedFile] = []
        for writer in writers {
            let before = (bytes: writer.bytesWritten, refused: writer.rowsRefused)
            staged += try await writer.finish()
            // Rows that were collected count as written until it is known that they are not.
            report(rows: before.refused - writer.rowsRefused, bytes: writer.bytesWritten - before.bytes)
            progress.note(writer.notices)
        }
        return staged.of(output)
    }

    private func report(rows: Int64, bytes: Int64) { progress.update { $0.count(rows: rows, bytes: bytes, ofOutput: output) } }
}

extension [StagedFile] {
    fileprivate func of(_ output: Int) -> [StagedFile] {
        map { file in
            var file = file
            file.output = output
            return file
        }
    }
}

extension RunProgress.Snapshot {
    fileprivate mutating func count(rows: Int64, bytes: Int64, ofOutput output: Int) {
        rowsWritten += rows
        bytesWritten += bytes
        outputs[output].rowsOut += rows
    }
}
