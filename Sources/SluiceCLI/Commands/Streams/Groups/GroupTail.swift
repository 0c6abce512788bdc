import Dispatch
import SluiceCore
import SluiceLog
import SluiceStreams
import Synchronization

/// Prints the records of the shards that a member of a group is given. What was printed is recorded after it was written.
struct GroupTail: Sendable {
    let stream: GroupedStream
    let reader: GroupReader
    let printer: RecordPrinter
    /// Records to print at most.
    let limit: Int

    /// While more records are at hand, how long to go on before what was printed is recorded.
    private static let checkpointInterval = Duration.milliseconds(200)
    /// Writing may take as long as whoever reads the output likes, and the member beats meanwhile.
    private static let writing = DispatchQueue(label: "group-tail")

    /// Reads until a signal comes, the limit is reached or nobody reads the output any more; then leaves the group in order.
    ///
    /// - Returns: Whether a signal came.
    func run() async throws -> Bool {
        let isInterrupted = Atomic(false)
        let work = Task { try await follow() }
        _ = try? await Interruption.cancelling {
            await withTaskCancellationHandler {
                _ = await work.result
            } onCancel: {
                isInterrupted.store(true, ordering: .relaxed)
                Task { await reader.leave() }
            }
        }
        try await work.value
        return isInterrupted.load(ordering: .relaxed)
    }

    private func follow() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await reader.run() }
            let isDone = try await use()
            if isDone { group.addTask { await reader.leave() } }
            // Others get the shards; what is delivered of them meanwhile is not printed.
            while let event = await reader.next() { await pass(event) }
            try await group.waitForAll()
        }
        try printer.console.out.throwIfFailed()
    }

    /// Prints until enough was printed, which returns true, or the member has left.
    private func use() async throws -> Bool {
        var left = limit
        let unpacker = GroupUnpacker(stream)
        var lastCheckpoint = ContinuousClock.now
        while let event = await reader.next() {
            switch event {
            case .started(let assignment): unpacker.begin(assignment)
            case .records(let records):
                let user = try await unpacker.records(of: records)
                let printed = user.prefix(left)
                await print(printed.map(\.record))
                if printer.console.out.isClosed { return true }
                left -= printed.count
                if left == 0, let last = printed.last, printed.count < user.count {
                    try await reader.checkpoint(records.shard, at: last.position, recordMicros: last.record.arrivalMicros)
                }
                if left == 0 || ContinuousClock.now - lastCheckpoint >= Self.checkpointInterval { try await checkpoint(&lastCheckpoint) }
                if left == 0 { return true }
            case .stopping(let assignment, _):
                try await checkpoint(&lastCheckpoint)
                await reader.finished(assignment)
            case .lost(let assignment, _): await reader.finished(assignment)
            }
            if await reader.isIdle { try await checkpoint(&lastCheckpoint) }
        }
        return false
    }

    /// Records what was printed; where the store cannot be reached for a while, the next one does.
    private func checkpoint(_ last: inout ContinuousClock.Instant) async throws {
        do throws(SluiceError) {
            try await reader.checkpoint()
        } catch {
            guard error.isRetriable else { throw error }
        }
        last = .now
    }

    private func pass(_ event: GroupEvent) async {
        switch event {
        case .started, .records: break
        case .stopping(let assignment, _), .lost(let assignment, _): await reader.finished(assignment)
        }
    }

    private func print(_ records: [PrintedRecord]) async {
        var text: [UInt8] = []
        for record in records { text += printer.bytes(record) }
        let out = printer.console.out
        await withCheckedContinuation { done in
            Self.writing.async { [text] in
                out.write(text)
                done.resume()
            }
        }
    }
}
