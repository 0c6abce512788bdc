import SluiceArrow
import SluiceCore
import SluicePipelines
import SluiceProcesses

/// A program that reads and writes streams of Arrow messages.
final class ArrowExecPart: ExecPart, @unchecked Sendable {
    private let step: ExecOperator
    private let program: ExecProgram
    private var reader = ArrowStreamReader(limitBytes: ExecLimits.messageBytes)
    private var hasBegun = false
    private var hasClosed = false
    /// For each declared column its place in what the program writes.
    private var places: [Int]?

    init(_ step: ExecOperator) {
        self.step = step
        program = ExecProgram(step)
    }

    private var isOneForOne: Bool { step.operation.rows == .one }

    func push(_ batch: Batch, at position: BatchPosition, rejects: inout [Reject]) throws -> [Batch] {
        let child = try program.started()
        if !hasBegun { child.send(ArrowStreamWriter.message(batch.schema)) }
        hasBegun = true
        child.send(ArrowStreamWriter.message(batch))
        guard isOneForOne else { return [] }
        var rows: [Batch] = []
        var count = 0
        while count < batch.rowCount || child.hasPending {
            if reader.hasEnded, count < batch.rowCount { throw try program.early() }
            try program.located { try child.exchange { child.receivedCount > 0 || (count == batch.rowCount && !child.hasPending) } }
            for more in try taken(child) {
                rows.append(more)
                count += more.rowCount
            }
            if count > batch.rowCount { throw program.failure("wrote more rows than it was given") }
            if child.hasEnded, count < batch.rowCount { throw try program.early() }
            if child.hasEnded { break }
        }
        guard !rows.isEmpty else { return [] }
        // A row that was given in place of another stands for that one's record.
        var whole = Batch.concatenated(rows, schema: step.outputSchema)
        (whole.origin, whole.ordinals) = (batch.origin, batch.ordinals)
        return [whole]
    }

    /// With any number of rows: what came, while there is something to be written.
    func next(rejects: inout [Reject]) throws -> [Batch] {
        guard !isOneForOne, let child = program.child else { return [] }
        while child.hasPending {
            try program.located { try child.exchange { !child.hasPending || child.receivedCount >= ExecLimits.chunkBytes } }
            // A program that wants no more need not read the rest.
            if child.hasEnded { child.forgetPending() }
            let rows = try taken(child)
            if !rows.isEmpty { return rows }
        }
        return []
    }

    func rest(rejects: inout [Reject]) throws -> Batch? {
        guard let child = program.child else { return nil }
        if !hasClosed {
            child.send(ArrowStreamWriter.end)
            hasClosed = true
        }
        while true {
            child.closeInput()
            try program.located { try child.exchange { child.receivedCount > 0 } }
            let isOver = child.hasEnded
            let rows = try taken(child)
            if !rows.isEmpty {
                if isOneForOne { throw program.failure("wrote more rows than it was given") }
                return Batch.concatenated(rows, schema: step.outputSchema)
            }
            guard isOver, child.receivedCount == 0 else { continue }
            if reader.hasRest { throw program.failure("ended within a message") }
            try program.finish()
            return nil
        }
    }

    /// Batches that have come whole, with the declared columns.
    private func taken(_ child: ChildProcess) throws -> [Batch] {
        var rows: [Batch] = []
        do {
            reader.append(child.takeBytes())
            while let batch = try reader.next() { if batch.rowCount > 0 { rows.append(try declared(batch)) } }
        } catch let error as SluiceError where error.code != .execFailed {
            throw program.failure("wrote no Arrow stream that can be read: \(error.message)")
        }
        return rows
    }

    private func declared(_ batch: Batch) throws -> Batch {
        let places = try places ?? self.places(in: batch.schema)
        self.places = places
        return Batch(step.outputSchema, places.map { batch.columns[$0] }, rowCount: batch.rowCount)
    }

    private func places(in schema: Schema) throws -> [Int] {
        try step.outputSchema.fields.map { field in
            guard let place = schema.index(of: field.name) else { throw program.failure("writes no column \(field.name.quotedForMessage)") }
            let type = schema.fields[place].type
            guard type == field.type else {
                throw program.failure("writes the column \(field.name.quotedForMessage) as \(type), and not as \(field.type)")
            }
            return place
        }
    }
}
