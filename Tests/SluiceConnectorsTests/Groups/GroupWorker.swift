import Glibc
import SluiceCatalog
import SluiceConnectors
import SluiceCore
import SluiceStreams
import Testing

/// A process of its own that reads shards for a group and writes what it read to a table: `ProcessTests` starts several and stops some.
/// Each batch is one run, whose output and checkpoint are committed in one transaction.
@Suite("a process of a group", .enabled(if: getenv(NumberStream.homeVariable) != nil))
struct GroupWorker {
    @Test("works until everything is read")
    func work() async throws {
        let home = try #require(getenv(NumberStream.homeVariable).map { String(cString: $0) })
        let name = try #require(getenv(NumberStream.nameVariable).map { String(cString: $0) })
        let catalog = try Catalog(home: home)
        let store = CatalogLeaseStore(catalog)
        let settings = try GroupSettings(failoverMillis: GroupLimits.failoverMillis.lowerBound, handoverMillis: 1_000)
        let member = try GroupMember(
            of: try NumberStream.group(), name: name, settings: settings, store: store, clock: ContinuousClock(),
            shards: { NumberStream.shards })
        let running = Task { try await member.run() }
        var readers: [String: Task<Void, any Error>] = [:]
        let watching = Task {
            let group = try NumberStream.group()
            while try !store.groups(of: group.stream).contains(group) || !NumberStream.isDone(store.describe(group)) {
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
        if case .after(let sequence, _) = assignment.position { next = (Int(sequence.description) ?? 0) + 1 }
        while !Task.isCancelled {
            if try NumberStream.isHeld(catalog) {
                try? await Task.sleep(for: .milliseconds(5))
                continue
            }
            let isEnd = next >= NumberStream.records
            let last = min(next + NumberStream.batch, NumberStream.records) - 1
            let position = isEnd ? GroupPosition.shardEnd : .after(SequenceNumber(UInt128(last)))
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
        let name = try TableName(parsing: NumberStream.table)
        let definition = TableDefinition(
            name: name, columns: [CatalogColumn("n", .int64)], partitionKeys: [], location: "/numbers", format: "csv", formatOptions: [:])
        let path = "/numbers/\(shard)/\(first)-\(last)/\(UInt64.random(in: 0 ... .max))"
        let rows = Int64(last - first + 1)
        return OutputCommit(
            tables: [.init(definition, mode: .append, files: [TableFile(path: path, rowCount: rows, byteCount: rows)])])
    }
}
