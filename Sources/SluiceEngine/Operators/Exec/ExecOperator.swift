import SluiceCore
import SluiceFormats
import SluicePipelines

/// Sends rows to a program, and hands on what it writes. All rows go through one part, in source order.
struct ExecOperator: ProbingOperator {
    let operation: ExecOperation
    let step: String
    let outputSchema: Schema
    let progress: RunProgress

    var isSerial: Bool { true }

    func makePart() throws -> any ProbingPart { ExecPart(self) }

    func combine(_ parts: [any ProbingPart]) throws -> GatheredResult {
        GatheredResult(streams: parts.compactMap { $0 as? ExecPart }.map { ExecRest($0) })
    }
}

/// A program at work. It is started for the first row.
final class ExecPart: ProbingPart, @unchecked Sendable {
    private let step: ExecOperator
    private var child: ChildProcess?
    /// Lines that it wrote so far.
    private var lines: Int64 = 0

    init(_ step: ExecOperator) { self.step = step }

    private var isOneForOne: Bool { step.operation.rows == .one }

    func push(_ batch: Batch, at position: BatchPosition, rejects: inout [Reject]) throws -> [Batch] {
        let child = try started()
        var bytes: [UInt8] = []
        try JSONFormat(options: [:]).encoder(batch.schema).encode(batch, into: &bytes)
        child.send(bytes)
        guard isOneForOne else { return [] }
        try located {
            try child.exchange {
                child.lineEnds.count > batch.rowCount || child.lineEnds.count == batch.rowCount && !child.hasPending
            }
        }
        if child.lineEnds.count > batch.rowCount { throw failure("wrote more lines than it was given rows") }
        if child.lineEnds.count < batch.rowCount { throw try early(child) }
        let origin = batch.origin
        guard let rows = try decoded(child, batch.rowCount, origin, &rejects) else { return [] }
        return [rows]
    }

    /// With any number of rows: what came, while there is something to be written.
    func next(rejects: inout [Reject]) throws -> [Batch] {
        guard !isOneForOne, let child, child.hasPending || !child.lineEnds.isEmpty else { return [] }
        while true {
            try located { try child.exchange { !child.hasPending || (child.lineEnds.last ?? 0) >= ExecLimits.chunkBytes } }
            // A program that wants no more, such as `head`, need not read the rest.
            if child.hasEnded { child.forgetPending() }
            if child.lineEnds.isEmpty { return [] }
            if let rows = try decoded(child, EngineLimits.outputRows, nil, &rejects) { return [rows] }
        }
    }

    /// The input has ended: the rest, piece by piece, and nil when the program has ended well.
    func rest(rejects: inout [Reject]) throws -> Batch? {
        guard let child else { return nil }
        while true {
            child.closeInput()
            try located { try child.exchange { (child.lineEnds.last ?? 0) >= ExecLimits.chunkBytes } }
            if child.lineEnds.isEmpty {
                try located { try child.finish() }
                tell(child.lastLines)
                self.child = nil
                return nil
            }
            if isOneForOne { throw failure("wrote more lines than it was given rows") }
            if let rows = try decoded(child, EngineLimits.outputRows, nil, &rejects) { return rows }
        }
    }

    private func started() throws -> ChildProcess {
        if let child { return child }
        let operation = step.operation
        let started = try located {
            try ChildProcess(operation.command, directory: operation.directory, timeout: TimeSpan(micros: operation.timeoutMicros))
        }
        child = started
        return started
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

    // MARK: Failures

    private func early(_ child: ChildProcess) throws -> SluiceError {
        try located { try child.finish() }
        return failure("ended before the last row")
    }

    private func failure(_ fact: String) -> SluiceError { named(child?.failure(fact) ?? SluiceError(.execFailed, "the program \(fact)")) }

    private func located<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as SluiceError {
            throw named(error)
        }
    }

    private func named(_ error: SluiceError) -> SluiceError {
        var named = error
        if !named.message.hasPrefix("step ") { named.message = "step \"\(step.step)\": \(error.message)" }
        return named
    }

    private func tell(_ words: [String]) {
        step.progress.update { snapshot in
            for line in words where snapshot.notices.count < RunProgress.mostNotices {
                snapshot.notices.append("step \"\(step.step)\": the program wrote: \(line)")
            }
        }
    }
}

/// What a program writes after its input has ended.
private final class ExecRest: BatchStream {
    private let part: ExecPart

    init(_ part: ExecPart) { self.part = part }

    func next(rejects: inout [Reject]) throws -> Batch? { try part.rest(rejects: &rejects) }
}
