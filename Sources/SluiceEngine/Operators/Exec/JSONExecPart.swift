import SluiceCore
import SluiceFormats
import SluicePipelines
import SluiceProcesses

/// A program that reads and writes JSON lines.
final class JSONExecPart: ExecPart, @unchecked Sendable {
    private let step: ExecOperator
    private let program: ExecProgram
    /// Lines that it wrote so far.
    private var lines: Int64 = 0

    init(_ step: ExecOperator) {
        self.step = step
        program = ExecProgram(step)
    }

    private var isOneForOne: Bool { step.operation.rows == .one }

    func push(_ batch: Batch, at position: BatchPosition, rejects: inout [Reject]) throws -> [Batch] {
        let child = try program.started()
        var bytes: [UInt8] = []
        try JSONFormat(options: [:]).encoder(batch.schema).encode(batch, into: &bytes)
        child.send(bytes)
        guard isOneForOne else { return [] }
        try program.located {
            try child.exchange {
                child.lineEnds.count > batch.rowCount || child.lineEnds.count == batch.rowCount && !child.hasPending
            }
        }
        if child.lineEnds.count > batch.rowCount { throw program.failure("wrote more lines than it was given rows") }
        if child.lineEnds.count < batch.rowCount { throw try program.early() }
        let origin = batch.origin
        guard let rows = try decoded(child, batch.rowCount, origin, &rejects) else { return [] }
        return [rows]
    }

    /// With any number of rows: what came, while there is something to be written.
    func next(rejects: inout [Reject]) throws -> [Batch] {
        guard !isOneForOne, let child = program.child, child.hasPending || !child.lineEnds.isEmpty else { return [] }
        while true {
            try program.located { try child.exchange { !child.hasPending || (child.lineEnds.last ?? 0) >= ExecLimits.chunkBytes } }
            // A program that wants no more, such as `head`, need not read the rest.
            if child.hasEnded { child.forgetPending() }
            if child.lineEnds.isEmpty { return [] }
            if let rows = try decoded(child, EngineLimits.outputRows, nil, &rejects) { return [rows] }
        }
    }

    func rest(rejects: inout [Reject]) throws -> Batch? {
        guard let child = program.child else { return nil }
        while true {
            child.closeInput()
            try program.located { try child.exchange { (child.lineEnds.last ?? 0) >= ExecLimits.chunkBytes } }
            if child.lineEnds.isEmpty {
                try program.finish()
                return nil
            }
            if isOneForOne { throw program.failure("wrote more lines than it was given rows") }
            if let rows = try decoded(child, EngineLimits.outputRows, nil, &rejects) { return rows }
        }
    }

    /// The next lines as rows; nil where none of them is one.
    private func decoded(_ child: ChildProcess, _ count: Int, _ origin: Origin?, _ rejects: inout [Reject]) throws -> Batch? {
        let (bytes, ends) = child.takeLines(count)
        let starts = [0] + ends.dropLast()
        let records = RawRecords(bytes: bytes, starts: starts.map(Int32.init), ends: ends.map { Int32($0 - 1) })
        let place = Origin(.file(path: "output of \(step.operation.command[0])"), .dense(first: lines + 1, count: ends.count))
        lines += Int64(ends.count)
        let decoder = try JSONFormat(options: [:]).decoder(FileLayout(format: JSONFormat.name), schema: step.outputSchema, missing: .null)
        let result = decoder.decode(records, origin: place)
        rejects.append(contentsOf: result.rejects)
        var batch = Batch(step.outputSchema, result.batch.columns, rowCount: result.batch.rowCount)
        // A row that was given in place of another stands for that one's record.
        if result.rejects.isEmpty { batch.origin = origin }
        return batch.rowCount == 0 ? nil : batch
    }
}
