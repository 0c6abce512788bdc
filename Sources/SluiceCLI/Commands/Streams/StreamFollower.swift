import SluiceCore
import SluiceStreams
import Synchronization

/// Prints records as they arrive, a task for each shard, until it was told to stop or nobody reads any more.
struct StreamFollower: Sendable {
    let stream: RecordStream
    let shards: [Int]
    let console: Console
    let asJSON: Bool

    /// - Parameter limit: records to print at most.
    func run(from start: StreamTailCommand.Start?, limit: Int) async throws {
        let allowance = Allowance(limit)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for shard in shards {
                group.addTask {
                    var reader = try stream.reader(shard: shard, from: position(start))
                    repeat {
                        while let records = try await reader.next() {
                            guard printed(records, shard, allowance) else { return }
                        }
                    } while await reader.waitForRecords()
                }
            }
            // One task that ends, because the limit or the reader's end is reached, ends them all.
            try await group.next()
            group.cancelAll()
        }
        try Task.checkCancellation()
    }

    /// Whether more may be printed.
    private func printed(_ records: StreamRecords, _ shard: Int, _ allowance: Allowance) -> Bool {
        for record in records.printed(shard: shard) {
            if !allowance.take() || console.out.isClosed { return false }
            console.out.writeLine(asJSON ? record.json.json : CellText.escaped(record.line(shardCount: stream.shardCount)))
        }
        return !allowance.isUsedUp && !console.out.isClosed
    }

    private func position(_ start: StreamTailCommand.Start?) -> StartPosition {
        switch start {
        case .start: .start
        case .sequence(let number): .sequence(number)
        case .end, nil: .end
        }
    }
}

/// How many records may still be printed; shared by the shards' tasks.
private final class Allowance: Sendable {
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
