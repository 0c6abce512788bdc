import Glibc
import SluiceCatalog
import SluiceConnectors
import SluiceCore
import SluiceStreams
import Synchronization
import Testing

/// A process of its own that reads shards for a group and writes what it read to a table: `ProcessTests` starts several and stops some.
///
/// The stream is a fixed family of closed shards of which each holds `records` numbers. Each batch is one run, whose output and checkpoint are
/// committed in one transaction.
@Suite("a process of a group", .enabled(if: getenv(GroupWorker.homeVariable) != nil))
struct GroupWorker {
    static let homeVariable = "GROUP_WORKER_HOME"
    static let nameVariable = "GROUP_WORKER_NAME"
    static let records = 60
    static let batch = 5
    static let table = "default.numbers"

    static let shards: [GroupShard] = [
        shard(0, 0...24), shard(1, 25...49), shard(2, 50...99), shard(3, 0...49, [0, 1]), shard(4, 50...74, [2]), shard(5, 75...99, [2]),
        shard(6, 0...24, [3]), shard(7, 25...49, [3]),
    ]

    private static func shard(_ number: Int, _ range: ClosedRange<UInt128>, _ parents: [Int] = []) -> GroupShard {
        GroupShard(
            id: "shard-\(number)", parents: parents.map { "shard-\($0)" },
            range: HashRange(first: range.lowerBound, last: range.upperBound),
            isClosed: true,
            contents: .records(oldest: GroupSequence(0), newest: GroupSequence(UInt64(records - 1)), newestMicros: 0))
    }

    static func group() throws -> GroupID { try GroupID(stream: "numbers", name: "workers") }

    /// Whether every shard was read to its end.
    static func isDone(_ group: GroupSnapshot) -> Bool {
        let leaves = group.leases.filter { ["shard-4", "shard-5", "shard-6", "shard-7"].contains($0.shard) }
        return leaves.count == 4 && leaves.allSatisfy(\.isFinished)
    }

    @Test("works until everything is read")
    func work() async throws {
        let home = try #require(getenv(Self.homeVariable).map { String(cString: $0) })
        let name = try #require(getenv(Self.nameVariable).map { String(cString: $0) })
        let catalog = try Catalog(home: home)
        let store = CatalogLeaseStore(catalog)
        let settings = try GroupSettings(failoverMillis: GroupLimits.failoverMillis.lowerBound, handoverMillis: 1_000)
        let member = try GroupMember(
            of: try Self.group(), name: name, settings: settings, store: store, clock: ContinuousClock(), shards: { Self.shards })
        let running = Task { try await member.run() }
        var readers: [String: Task<Void, any Error>] = [:]
        let watching = Task {
            let group = try Self.group()
            while try !store.groups(of: group.stream).contains(group) || !Self.isDone(store.describe(group)) {
                try await Task.sleep(for: .milliseconds(50))
            }
            await member.leave()
        }
        for await order in member.orders {
            switch order {
            case .start(let assignment):
                readers[assignment.shard] = Task { try await read(assignment, member, catalog) }
            case .stop(let shard, _):
                readers[shard]?.cancel()
                _ = await readers[shard]?.result
                await member.stopped(shard)
            }
        }
        try await running.value
        try await watching.value
        for reader in readers.values { try await reader.value }
    }

    /// Reads a shard to its end, or until another member has it.
    private func read(_ assignment: GroupAssignment, _ member: GroupMember, _ catalog: Catalog) async throws {
        var next = 0
        if case .after(let sequence, _) = assignment.position { next = (Int(sequence.digits) ?? 0) + 1 }
        while !Task.isCancelled {
            let isEnd = next >= Self.records
            let last = min(next + Self.batch, Self.records) - 1
            let position = isEnd ? GroupPosition.shardEnd : .after(GroupSequence(UInt64(last)))
            do throws(SluiceError) {
                let checkpoint = try await member.checkpoint(of: assignment.shard, at: position)
                let run = try catalog.beginRun(pipeline: "numbers", definitionHash: "1")
                do throws(SluiceError) {
                    try catalog.commit(
                        isEnd ? OutputCommit() : try output(assignment.shard, next, last), run: run, report: RunReport(),
                        checkpoints: [checkpoint.stored])
                } catch {
                    try catalog.failRun(run, error, report: RunReport())
                    await member.refused([checkpoint], error)
                    throw error
                }
                await member.committed([checkpoint])
            } catch {
                if error.code == .leaseLost { return }
                throw error
            }
            if isEnd { return }
            next = last + 1
        }
    }

    /// A part of the table whose path says which records it has.
    private func output(_ shard: String, _ first: Int, _ last: Int) throws(SluiceError) -> OutputCommit {
        let name = try TableName(parsing: Self.table)
        let definition = TableDefinition(
            name: name, columns: [CatalogColumn("n", .int64)], partitionKeys: [], location: "/numbers", format: "csv", formatOptions: [:])
        let path = "/numbers/\(shard)/\(first)-\(last)/\(UInt64.random(in: 0 ... .max))"
        let rows = Int64(last - first + 1)
        return OutputCommit(
            tables: [.init(definition, mode: .append, files: [TableFile(path: path, rowCount: rows, byteCount: rows)])])
    }
}
