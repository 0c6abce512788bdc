import SluiceCatalog
import SluiceConnectors
import SluiceCore
import SluiceLog
import SluicePipelines
import SluiceStreams
import SluiceTestKit
import Testing

@testable import SluiceEngine

/// Following runs over a stream of four shards in which one key has nearly all records.
@Suite("a skewed key", .timeLimit(.minutes(20)))
struct SkewTests {
    private static let hotCount = 6_000
    private static let coldKeys = 40
    private static let coldCount = 400
    private static let all = hotCount + coldCount

    private let harness: EngineHarness

    init() async throws {
        harness = try EngineHarness()
        try harness.streams.create("clicks", shards: 4)
        let stream = try harness.streams.open("clicks", for: .writing)
        defer { stream.close() }
        // The other keys come last, when the shard of the hot one is full already.
        for batch in 0..<Self.all / 200 {
            var chunk = OutboxChunk(headers: [])
            for n in batch * 200..<(batch + 1) * 200 {
                let key = n < Self.hotCount ? "hot" : "c\(n % Self.coldKeys)"
                let record = "{\"n\": \(n), \"k\": \"\(key)\", \"filler\": \"\(String(repeating: "x", count: 100))\"}"
                try chunk.append(key: ArraySlice(key.utf8), payload: ArraySlice(record.utf8))
            }
            try await stream.put(chunk, as: .init(id: 1, batch: UInt64(batch) + 1))
        }
    }

    private struct Row: Hashable {
        var key: String
        var number: Int

        /// - Parameter json: `{"n":7,"k":"hot",…}`, with or without blanks.
        init(_ json: some StringProtocol) throws {
            let document = try JSONDocument(parsing: String(json))
            key = try #require(document["k"]?.text)
            number = Int(try #require(document["n"]?.integer))
        }
    }

    /// The records of a stream, shard by shard, each in its order.
    private func records(_ name: String) async throws -> [[Row]] {
        guard harness.streams.exists(name) else { return [] }
        var reader = try StreamReader(try harness.streams.open(name, for: .reading))
        var rows: [Int: [Row]] = [:]
        while let (shard, records) = try await reader.next() {
            rows[shard.number, default: []] += try (0..<records.count).map {
                try Row(String(decoding: records.payloads[$0], as: UTF8.self))
            }
        }
        return Array(rows.values)
    }

    private func recordCount(_ name: String) async throws -> Int {
        var reader = try StreamReader(try harness.streams.open(name, for: .reading))
        var count = 0
        while let (_, records) = try await reader.next() { count += records.count }
        return count
    }

    private func tableRows() throws -> [Row] {
        let path = harness.home + "/tables/shop/copies"
        return try DiskFiles.list(path).filter { $0.hasPrefix("part-") }.flatMap { file in
            try String(decoding: try DiskFiles.read(path + "/" + file), as: UTF8.self).split(separator: "\n").map { try Row($0) }
        }
    }

    private func catalog(stoppingBehindEpoch isStopping: Bool = false) throws -> Catalog {
        var hooks = Catalog.Hooks()
        hooks.isRunning = { _ in false }
        hooks.reached = { reached throws(SluiceError) in
            if isStopping, reached == .cleared { throw SluiceError(.interrupted, "one epoch is enough") }
        }
        return try Catalog(home: harness.home, hooks: hooks)
    }

    private func plan(_ catalog: Catalog, sink: String) async throws -> LogicalPlan {
        let text = "name: p\nincremental: true\nsource: {stream: clicks, columns: {n: int64, k: string, filler: string}}\nsink: \(sink)\n"
        let definition = try PipelineLoader.load(text: text, directory: harness.home, connectors: .standard)
        let connection = ConnectorContext(
            catalog: catalog, streams: harness.streams, pipeline: "p", directory: harness.home, home: harness.home)
        return try await Planner.plan(definition, in: PlanContext(connectors: .standard, connection: connection))
    }

    /// - Parameter follow: With epochs of about 32 KiB of each shard, of which the hot one has more than twenty.
    private func runner(_ catalog: Catalog, follows: Bool) -> EpochRunner {
        let follow = FollowOptions(
            follows: follows, interval: .milliseconds(1), epochBytes: 128 << 10, pollInterval: .milliseconds(5))
        return EpochRunner(
            catalog: catalog, streams: harness.streams, home: harness.home, options: RunOptions(width: 4), follow: follow)
    }

    @Test("the first epoch has everything of the other shards, and a part of the full one; in the end every record is there once")
    func others() async throws {
        defer { harness.remove() }
        let sink = "{table: shop.copies, format: json, mode: append}"
        let first = try catalog(stoppingBehindEpoch: true)
        let stopped = await #expect(throws: SluiceError.self) { try await runner(first, follows: true).run(plan(first, sink: sink)) }
        #expect(stopped?.code == .interrupted)
        let shards = try await records("clicks")
        let found = Set(try tableRows())
        let (full, others) = (shards.filter { $0.count >= Self.hotCount }, shards.filter { $0.count < Self.hotCount })
        #expect(full.count == 1 && !others.isEmpty)
        for shard in others { #expect(shard.allSatisfy(found.contains)) }
        let hot = full[0].count { found.contains($0) }
        #expect(hot > 0 && hot < Self.hotCount / 2, "\(hot) records of the hot key")
        let second = try catalog()
        _ = try await runner(second, follows: false).run(plan(second, sink: sink))
        #expect(try tableRows().map(\.number).sorted() == Array(0..<Self.all))
    }

    @Test("while the sink cannot be written nothing more is read; then every record comes once, and those of a key in order")
    func pressure() async throws {
        defer { harness.remove() }
        try harness.streams.create("copies", shards: 2)
        let holder = try harness.streams.open("copies", for: .writing)
        let catalog = try catalog()
        let plan = try await plan(catalog, sink: "{stream: copies, key: k}")
        let progress = RunProgress()
        let running = Task { [runner = runner(catalog, follows: true)] in try await runner.run(plan, progress: progress) }
        while progress.snapshot.waiting == nil { try await Task.sleep(for: .milliseconds(10)) }
        let read = progress.snapshot.rowsRead
        #expect(read > 0 && read < Self.hotCount / 2)
        try await Task.sleep(for: .milliseconds(300))
        #expect(progress.snapshot.rowsRead == read)
        holder.close()
        while try await recordCount("copies") < Self.all { try await Task.sleep(for: .milliseconds(20)) }
        running.cancel()
        _ = try await running.value
        let copies = try await records("copies")
        #expect(copies.joined().map(\.number).sorted() == Array(0..<Self.all))
        for shard in copies {
            for (key, rows) in Dictionary(grouping: shard, by: \.key) {
                #expect(rows.map(\.number) == rows.map(\.number).sorted(), "\(key)")
            }
        }
    }
}
