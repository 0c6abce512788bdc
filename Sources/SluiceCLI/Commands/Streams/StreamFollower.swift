import SluiceCore
import SluiceLog
import Synchronization

/// Prints records as they arrive, a task for each shard, until it was told to stop or nobody reads any more.
struct StreamFollower: Sendable {
    let stream: RecordStream
    let shards: [Int]
    let printer: RecordPrinter

    /// - Parameter limit: records to print at most.
    func run(from start: StreamPlace?, limit: Int) async throws {
        let allowance = Allowance(limit)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for shard in shards {
                group.addTask {
                    var reader = try stream.reader(shard: shard, from: start?.position ?? .end)
                    repeat {
                        while let records = try await reader.next() {
                            guard printed(records, shard, allowance) else { return false }
                        }
                    } while await reader.waitForRecords()
                    return true
                }
            }
            // The end of a closed shard ends its task; the limit, or a reader who went away, ends them all.
            while let mayContinue = try await group.next(), mayContinue {}
            group.cancelAll()
        }
        try Task.checkCancellation()
    }

    /// Whether more may be printed.
    private func printed(_ records: StreamRecords, _ shard: Int, _ allowance: Allowance) -> Bool {
        for record in records.printed(shard: shard) {
            if !allowance.take() || printer.console.out.isClosed { return false }
            printer.print(record)
        }
        return !allowance.isUsedUp && !printer.console.out.isClosed
    }
}

/// How many records may still be printed; shared by the shards' tasks.
final class Allowance: Sendable {
    private let left: Mutex<Int>

    init(_ count: Int) { left = Mutex(count) }

    var isUsedUp: Bool { left.withLock { $0 == 0 } }

    /// Takes one; false if none is left.
    func take() -> Bool {
        left.withLock { count in
            guard count > 0 else { return false }
            count -= 1
            return true
        }
    }
}
