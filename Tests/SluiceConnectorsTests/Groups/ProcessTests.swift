import Glibc
import SluiceCatalog
import SluiceConnectors
import SluiceCore
import SluiceStreams
import SluiceTestKit
import Testing

@Suite("a group of several processes")
struct ProcessTests {
    private let home: TemporaryDirectory
    private let catalog: Catalog

    init() throws {
        home = try TemporaryDirectory()
        catalog = try Catalog(home: home.root)
    }

    private func start(_ name: String) throws -> RunningCommand {
        try Command(
            "/proc/\(getpid())/exe", ["--testing-library", "swift-testing", "--filter", "GroupWorker/work"],
            environment: [NumberStream.homeVariable: home.root, NumberStream.nameVariable: name]
        ).start()
    }

    /// Waits until the processes together have written so many rows.
    private func reach(_ count: Int, _ processes: [RunningCommand]) async throws {
        while try NumberStream.rows(catalog) < count {
            try #require(processes.contains { $0.isRunning }, "\(processes.map { $0.outputSoFar + $0.errorsSoFar })")
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    /// Stops a process where it holds no lock that others need; there it could stop everybody, as any program can.
    private func freeze(_ process: RunningCommand) async throws {
        while true {
            process.signal(SIGSTOP)
            while try !TemporaryDirectory.contents(of: "/proc/\(process.processID)/stat").contains(") T ") {
                try #require(process.isRunning, "\(process.outputSoFar)")
                await Task.yield()
            }
            if case .acquired(let lock) = try FileLock.attempt(home.path("locks/commit.lock"), sinceMicros: nil) {
                lock.release()
                let isFree = (try? catalog.setBookmark(Bookmark(pipeline: "test", source: "test", position: []))) != nil
                if isFree { return }
            }
            process.signal(SIGCONT)
            try await Task.sleep(for: .milliseconds(3))
        }
    }

    /// Every record of every shard is in the table once, and in order.
    private func expectExactlyOnce() throws {
        var parts: [String: [(first: Int, last: Int)]] = [:]
        for file in try catalog.files(of: TableName(parsing: NumberStream.table)) {
            let path = file.path.split(separator: "/")
            let bounds = path[2].split(separator: "-").compactMap { Int($0) }
            parts[String(path[1]), default: []].append((bounds[0], bounds[1]))
        }
        #expect(parts.count == NumberStream.shards.count)
        for (shard, unsorted) in parts {
            var next = 0
            for part in unsorted.sorted(by: { $0.first < $1.first }) {
                #expect(part.first == next, "\(shard): \(part) comes after \(next - 1)")
                next = part.last + 1
            }
            #expect(next == NumberStream.records, "\(shard)")
        }
    }

    @Test("two processes share the shards, and every record is written once")
    func together() async throws {
        let processes = [try start("a"), try start("b")]
        for process in processes {
            let result = try await process.wait()
            #expect(result.exitCode == 0, "\(result.transcript)")
        }
        try expectExactlyOnce()
        #expect(try CatalogLeaseStore(catalog).describe(NumberStream.group()).members.isEmpty)
    }

    @Test("one process is killed and one is frozen for longer than the fail-over time: every record is written once")
    func killedAndFrozen() async throws {
        let total = NumberStream.shards.count * NumberStream.records
        // Nobody may have read everything before it is stopped.
        _ = try home.write(NumberStream.holdName, "")
        let killed = try start("killed")
        let frozen = try start("frozen")
        try await reach(total / 8, [killed, frozen])
        killed.signal(SIGKILL)
        try await reach(total / 4, [frozen])
        try await freeze(frozen)
        #expect(unlink(home.path(NumberStream.holdName)) == 0)
        let heir = try start("heir")
        try await reach(total * 3 / 4, [heir])
        frozen.signal(SIGCONT)
        for process in [frozen, heir] {
            let result = try await process.wait()
            #expect(result.exitCode == 0, "\(result.transcript)")
        }
        try expectExactlyOnce()
    }
}
