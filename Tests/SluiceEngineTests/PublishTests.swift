import SluiceCatalog
import SluiceConnectors
import SluiceCore
import SluiceLog
import SluicePipelines
import SluiceStreams
import Synchronization
import Testing

@testable import SluiceEngine

/// Runs from files to a stream that stop after a step of their commit, as a crash would.
@Suite("the stream sink through crashes", .timeLimit(.minutes(20)))
struct PublishTests {
    /// What happens to the target between a crash and what comes after it.
    enum Meanwhile { case nothing, split, merge }

    /// Rows of a file; wide ones make two chunks.
    private static let rows = 3_000
    private static let steps: [CommitStep] = [
        .prepared, .recorded, .cleared, .published(chunk: 0), .published(chunk: 1), .struckOff,
    ]

    private let harness: EngineHarness

    init() throws { harness = try EngineHarness() }

    private func catalog(stoppingAt step: CommitStep? = nil) throws -> Catalog {
        var hooks = Catalog.Hooks()
        hooks.isRunning = { _ in false }
        hooks.reached = { reached throws(SluiceError) in
            if reached == step { throw SluiceError(.interrupted, "crash") }
        }
        return try Catalog(home: harness.home, hooks: hooks)
    }

    /// Stops when so many chunks are in the stream.
    private func catalog(stoppingAfter chunks: Int) throws -> Catalog {
        let counter = ChunkCounter()
        var hooks = Catalog.Hooks()
        hooks.isRunning = { _ in false }
        hooks.reached = { reached throws(SluiceError) in
            guard case .published = reached else { return }
            if counter.next() == chunks { throw SluiceError(.interrupted, "crash") }
        }
        return try Catalog(home: harness.home, hooks: hooks)
    }

    private func write(_ file: String, from first: Int, isWide: Bool) throws {
        let filler = String(repeating: "x", count: isWide ? 2_000 : 4)
        let lines = (first..<first + Self.rows).map { "\($0 % 11),\($0),\(filler)" }
        try DiskFiles.createDirectories(harness.home + "/in")
        try DiskFiles.writeAtomically(("k,n,filler\n" + lines.joined(separator: "\n") + "\n").utf8, to: harness.home + "/in/\(file).csv")
    }

    private func plan(_ catalog: Catalog, isIncremental: Bool) async throws -> LogicalPlan {
        let text = """
            name: p
            source: {files: in/*.csv, format: csv}
            sink: {stream: target, shards: 2, key: k}
            incremental: \(isIncremental)
            """
        let definition = try PipelineLoader.load(text: text, directory: harness.home, connectors: .standard)
        let connection = ConnectorContext(
            catalog: catalog, streams: harness.streams, pipeline: "p", directory: harness.home, home: harness.home)
        return try await Planner.plan(definition, in: PlanContext(connectors: .standard, connection: connection))
    }

    private func runIncrement(_ catalog: Catalog, width: Int = 1) async throws {
        let options = RunOptions(width: width)
        let runner = EpochRunner(
            catalog: catalog, streams: harness.streams, home: harness.home, options: options, follow: FollowOptions(follows: false))
        _ = try await runner.run(plan(catalog, isIncremental: true))
    }

    private func runWhole(_ catalog: Catalog) async throws {
        let runner = PipelineRunner(catalog: catalog, streams: harness.streams, home: harness.home, options: RunOptions(width: 1))
        _ = try await runner.run(plan(catalog, isIncremental: false))
    }

    private func happen(_ meanwhile: Meanwhile) async throws {
        guard harness.streams.exists("target") else { return }
        let stream = try harness.streams.open("target", for: .writing)
        defer { stream.close() }
        switch meanwhile {
        case .split: for shard in stream.openShards { try await stream.split(shard, at: middle(stream, shard)) }
        case .merge: try await stream.merge(stream.openShards[0], stream.openShards[1])
        case .nothing: break
        }
    }

    private func middle(_ stream: RecordStream, _ shard: Int) -> UInt128 {
        let range = stream.ranges[stream.openShards.firstIndex(of: shard)!]
        return range.first + (range.last - range.first) / 2
    }

    /// The numbers of the records, by key in the order of the stream.
    private func published() async throws -> [Int: [Int]] {
        guard harness.streams.exists("target") else { return [:] }
        var reader = try StreamReader(try harness.streams.open("target", for: .reading))
        var numbers: [Int: [Int]] = [:]
        while let (_, records) = try await reader.next() {
            for row in 0..<records.count {
                let words = String(decoding: records.payloads[row].prefix(40), as: UTF8.self).split { !$0.isNumber }
                numbers[Int(words[0])!, default: []].append(Int(words[1])!)
            }
        }
        return numbers
    }

    /// - Parameter isOrdered: Whether files were read by runs of their own, so that their records come one file after another.
    private func expect(_ rows: Range<Int>, isOrdered: Bool, _ comment: Comment) async throws {
        let numbers = try await published()
        #expect(numbers.values.joined().sorted() == Array(rows), comment)
        if isOrdered {
            for (_, found) in numbers { #expect(found.map { $0 / Self.rows } == found.map { $0 / Self.rows }.sorted(), comment) }
        }
        let catalog = try catalog()
        #expect(try catalog.nextPublication(of: "p", after: 0) == nil, comment)
        let staged = try DiskFiles.list(harness.home + "/outbox/p")
        #expect(staged.isEmpty, "\(staged)")
    }

    private func stop(_ body: () async throws -> Void) async throws {
        do { try await body() } catch let error as SluiceError { #expect(error.code == .interrupted) }
    }

    @Test(
        "an incremental run that stops after any step: the next one goes on, and every record is there once", arguments: steps,
        [Meanwhile.nothing, .split, .merge])
    func incremental(_ step: CommitStep, _ meanwhile: Meanwhile) async throws {
        defer { harness.remove() }
        try write("a", from: 0, isWide: false)
        try await runIncrement(try catalog())
        try write("b", from: Self.rows, isWide: step == .published(chunk: 0) || step == .published(chunk: 1))
        try await stop { try await runIncrement(try catalog(stoppingAt: step)) }
        try await happen(meanwhile)
        try write("c", from: 2 * Self.rows, isWide: false)
        try await runIncrement(try catalog())
        try await runIncrement(try catalog())
        try await expect(0..<3 * Self.rows, isOrdered: step != .prepared, "\(step), \(meanwhile)")
    }

    @Test(
        "a whole run that stops behind its commit is finished without reading anything", arguments: steps.dropFirst(),
        [Meanwhile.nothing, .split, .merge])
    func whole(_ step: CommitStep, _ meanwhile: Meanwhile) async throws {
        defer { harness.remove() }
        try write("a", from: 0, isWide: step == .published(chunk: 1))
        try await stop { try await runWhole(try catalog(stoppingAt: step)) }
        try await happen(meanwhile)
        let recovered = try catalog()
        for outcome in try await PublicationRecovery.run(recovered, harness.streams) { #expect(outcome.failure == nil) }
        #expect(try await PublicationRecovery.run(recovered, harness.streams).isEmpty)
        try await expect(0..<Self.rows, isOrdered: true, "\(step), \(meanwhile)")
    }

    @Test("a run whose tasks staged a publication each, and that stops between or within them", arguments: 1...4)
    func severalPublications(_ chunks: Int) async throws {
        defer { harness.remove() }
        for (index, file) in ["a", "b"].enumerated() { try write(file, from: index * Self.rows, isWide: true) }
        try await stop { try await runIncrement(try catalog(stoppingAfter: chunks), width: 2) }
        try write("c", from: 2 * Self.rows, isWide: false)
        try await runIncrement(try catalog(), width: 2)
        try await expect(0..<3 * Self.rows, isOrdered: false, "\(chunks) chunks")
    }

    @Test("records in the stream that the catalog knows nothing of stop a publication, so that none is taken for them")
    func foreign() async throws {
        defer { harness.remove() }
        try write("a", from: 0, isWide: false)
        try await stop { try await runIncrement(try catalog(stoppingAt: .recorded)) }
        let stream = try harness.streams.open("target", for: .writing)
        var chunk = OutboxChunk(headers: [])
        try chunk.append(key: [], payload: [65])
        try await stream.put(chunk, as: .init(id: Publisher.producer("p", "target"), batch: 1 << 63))
        stream.close()
        let error = await #expect(throws: SluiceError.self) { try await runIncrement(try catalog()) }
        #expect(error?.code == .stateMismatch)
    }

    @Test(
        "a target that is deleted meanwhile is made anew with all that is owed to it",
        arguments: [CommitStep.recorded, .published(chunk: 0)])
    func deleted(_ step: CommitStep) async throws {
        defer { harness.remove() }
        try write("a", from: 0, isWide: false)
        try await runIncrement(try catalog())
        try write("b", from: Self.rows, isWide: true)
        try await stop { try await runIncrement(try catalog(stoppingAt: step)) }
        try harness.streams.delete("target")
        try await runIncrement(try catalog())
        try await expect(Self.rows..<2 * Self.rows, isOrdered: true, "\(step)")
    }

    @Test("a whole run whose target another writer holds fails, says that it is committed, and is finished later")
    func held() async throws {
        defer { harness.remove() }
        try write("a", from: 0, isWide: false)
        try harness.streams.create("target", shards: 1)
        let holder = try harness.streams.open("target", for: .writing)
        let error = await #expect(throws: SluiceError.self) { try await runWhole(try catalog()) }
        #expect(error?.code == .alreadyRunning && error?.remedy?.contains("is committed") == true)
        #expect(try catalog().runs().map(\.state) == [.succeeded])
        #expect(try catalog().recovery.unpublished.map(\.rowCount) == [Int64(Self.rows)])
        holder.close()
        _ = try await PublicationRecovery.run(try catalog(), harness.streams)
        try await expect(0..<Self.rows, isOrdered: true, "held")
    }

    @Test("a following run waits for its target, begins no epoch meanwhile, and says what it waits for")
    func waiting() async throws {
        defer { harness.remove() }
        try write("a", from: 0, isWide: false)
        try harness.streams.create("target", shards: 1)
        let holder = try harness.streams.open("target", for: .writing)
        let progress = RunProgress()
        let catalog = try catalog()
        let plan = try await plan(catalog, isIncremental: true)
        let follow = FollowOptions(follows: true, interval: .milliseconds(5), pollInterval: .milliseconds(5))
        let runner = EpochRunner(catalog: catalog, streams: harness.streams, home: harness.home, follow: follow)
        let running = Task { try await runner.run(plan, progress: progress) }
        while progress.snapshot.waiting == nil { try await Task.sleep(for: .milliseconds(10)) }
        #expect(progress.snapshot.waiting?.contains("target") == true)
        try write("b", from: Self.rows, isWide: false)
        try await Task.sleep(for: .milliseconds(1_200))
        #expect(progress.snapshot.rowsRead == Int64(Self.rows))
        holder.close()
        while try await published().values.joined().count < 2 * Self.rows { try await Task.sleep(for: .milliseconds(20)) }
        #expect(progress.snapshot.waiting == nil)
        running.cancel()
        _ = try await running.value
        try await expect(0..<2 * Self.rows, isOrdered: true, "waited")
    }

    @Test("staged records that vanish are told once, and runs go on behind them")
    func vanished() async throws {
        defer { harness.remove() }
        try write("a", from: 0, isWide: true)
        try await stop { try await runIncrement(try catalog(stoppingAt: .recorded)) }
        try DiskFiles.removeTree(harness.home + "/outbox/p")
        let error = await #expect(throws: SluiceError.self) { try await runIncrement(try catalog()) }
        #expect(error?.code == .fileNotFound && error?.message.contains("vanished") == true)
        try write("b", from: Self.rows, isWide: false)
        try await runIncrement(try catalog())
        try await expect(Self.rows..<2 * Self.rows, isOrdered: true, "vanished")
    }
}

private final class ChunkCounter: Sendable {
    private let count = Mutex(0)

    func next() -> Int {
        count.withLock { count in
            count += 1
            return count
        }
    }
}
