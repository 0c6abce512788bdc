import SluiceCore
import SluiceLog
import SluiceStreams
import Testing

@Suite("reading the shards of a group", .timeLimit(.minutes(20)))
struct GroupReaderTests {
    private let temporary = TemporaryDirectory()
    private let streams: EmbeddedStreams
    private let store = MemoryLeaseStore()
    private let group: GroupID

    init() throws {
        streams = EmbeddedStreams(StreamStore(directory: temporary.path + "/streams"))
        try streams.createStream("s", StreamConfiguration(shards: 2))
        group = try GroupID(stream: "s", name: "g")
    }

    private func put(_ numbers: Range<Int>) async throws {
        for number in numbers { try await streams.putRecord(PutBatch(key: "\(number)", payload: Array("\(number)".utf8)), to: "s") }
    }

    private func reader(_ name: String) throws -> GroupReader {
        try GroupReader(of: group, as: name, settings: try GroupSettings(failoverMillis: 500), store: store, backend: streams)
    }

    private static func numbers(_ records: GroupRecords) -> [Int] {
        records.batches.flatMap { batch in
            (0..<batch.count).compactMap { Int(String(decoding: Array(batch.payloads[$0]), as: UTF8.self)) }
        }
    }

    /// Reads until `count` numbers came, commits each batch as a caller with its own transaction does, and leaves.
    private func read(_ count: Int, as name: String) async throws -> [Int] {
        let reader = try reader(name)
        async let work: Void = reader.run()
        var seen: [Int] = []
        while let event = await reader.next() {
            switch event {
            case .started: break
            case .records(let records):
                seen += Self.numbers(records)
                let checkpoints = try await reader.checkpoints()
                #expect(checkpoints.map(\.shard) == [records.shard] && checkpoints[0].position == records.position)
                try store.checkpoint(checkpoints)
                await reader.committed(checkpoints)
                #expect(try await reader.checkpoints().isEmpty)
                if seen.count >= count { Task { await reader.leave() } }
            case .stopping(let assignment, _), .lost(let assignment, _): await reader.finished(assignment)
            }
        }
        try await work
        return seen
    }

    @Test("records come once, over splits and merges, and the next member goes on behind what was committed")
    func once() async throws {
        try await put(0..<50)
        try await streams.splitShard("s", ShardID(0), at: 1_000)
        try await put(50..<80)
        try await streams.mergeShards("s", ShardID(3), ShardID(1))
        try await put(80..<100)
        #expect(try await read(100, as: "a").sorted() == Array(0..<100))
        try await put(100..<120)
        #expect(try await read(20, as: "b").sorted() == Array(100..<120))
        #expect(try store.describe(group).members.isEmpty)
    }

    @Test("what was delivered of a lost shard cannot be committed, and its new reading waits for the user")
    func lost() async throws {
        try await put(0..<10)
        let reader = try reader("a")
        async let work: Void = reader.run()
        var delivered: Set<Int> = []
        while delivered.count < 10, let event = await reader.next() {
            if case .records(let records) = event { delivered.formUnion(Self.numbers(records)) }
        }
        let stale = try await reader.checkpoints()
        try store.reset(group, .group(to: .trimHorizon, try await streams.groupShards(of: "s")), force: true)
        #expect(#expect(throws: SluiceError.self) { try store.checkpoint(stale) }?.code == .leaseLost)
        var again: [Int] = []
        var lost = 0
        while again.count < 10, let event = await reader.next() {
            switch event {
            case .lost(let assignment, _):
                lost += 1
                await reader.finished(assignment)
            case .records(let records):
                #expect(lost > 0)
                again += Self.numbers(records)
            case .started, .stopping: break
            }
        }
        #expect(lost == 2 && again.sorted() == Array(0..<10))
        try await reader.checkpoint()
        let leaving = Task { await reader.leave() }
        while let event = await reader.next() {
            if case .stopping(let assignment, _) = event { await reader.finished(assignment) }
        }
        await leaving.value
        try await work
        #expect(try store.describe(group).leases.allSatisfy { $0.owner == nil && $0.hasBegun })
    }

    @Test("a place that the stream does not have ends the reader, and says so")
    func forgedPlace() async throws {
        try await put(0..<4)
        let shards = try await streams.groupShards(of: "s")
        let forged = GroupPosition.at(SequenceNumber(shard: 0, offset: 1 << 40))
        _ = try store.join(group, as: try MemberID(name: "z", session: "1"), creating: try GroupSettings())
        try store.reset(group, .group(to: .trimHorizon, shards), force: true)
        try store.reset(group, .shards([shards[0].id: forged]), force: true)
        try store.leave(group, as: try MemberID(name: "z", session: "1"))
        let reader = try reader("a")
        let work = Task { try await reader.run() }
        while let event = await reader.next() {
            if case .stopping(let assignment, _) = event { await reader.finished(assignment) }
        }
        let error = await #expect(throws: SluiceError.self) { try await work.value }
        #expect(error?.code == .invalidArgument && error?.remedy?.contains("reset") == true)
    }
}
