import SluiceCore
import SluiceFormats
import SluiceLog
import SluicePipelines
import SluiceStreams
import SluiceTestKit
import Synchronization
import Testing

@testable import SluiceConnectors

/// The ends that all backends share, on the embedded log behind the protocol.
@Suite("streams of a backend as ends")
struct BackendEndsTests {
    let bench: Workbench
    let streams: EmbeddedStreams

    init() throws {
        bench = try Workbench()
        streams = EmbeddedStreams(bench.context.streams)
    }

    private func stream(_ backend: (any StreamBackend)? = nil) -> BackendStream {
        BackendStream(backend: backend ?? streams, name: "events", kind: "test")
    }

    private func sink(_ backend: (any StreamBackend)? = nil, key: String? = "user", clock: PatientClock = PatientClock()) throws
        -> BackendSink
    {
        var pauses = PutPauses()
        (pauses.clock, pauses.random) = (clock, { 1 })
        return BackendSink(
            stream(backend), shards: 3, key: key, keyRule: .texts(1...256), keepsOrder: true,
            shape: .format(try FormatRegistry.recordFormat(named: "json", options: [:])), pauses: pauses)
    }

    private func source(_ start: IteratorPosition = .trimHorizon, _ columns: [DeclaredColumn] = []) async throws -> BackendSource {
        try await BackendSource(
            stream(), from: start, layout: FileLayout(format: "json", columns: columns.map(\.name), options: [:]), declared: columns)
    }

    @Test("rows come back, each once, in the order of their key") func roundTrip() async throws {
        let batch = try StreamConnectorTests.batch(0..<2_000)
        try await bench.run(try sink(), batch.schema, [[batch]])
        let source = try await source()
        #expect(try await source.splits().count == 3)
        let read = try await source.readAll(["id", "user"])
        #expect(Set(read["id"]).count == 2_000)
        #expect(read.rows.count == 2_000)
        for user in Set(read["user"]) {
            let ids = read.rows.filter { $0[1] == user }.compactMap { if case .integer(let id) = $0[0] { id } else { nil } }
            #expect(ids == ids.sorted())
            for id in ids { #expect(batch.columns[1][Int(id)] == user) }
        }
    }

    @Test("reading ends where each shard ended when the source was opened, and begins at a time") func ends() async throws {
        try streams.createStream("events", StreamConfiguration())
        for id in 0..<3 { try await streams.putRecord(PutBatch(key: "k", payload: Array("{\"id\":\(id)}".utf8)), to: "events") }
        let source = try await source(.trimHorizon, [DeclaredColumn("id", .int64, at: nil)])
        try await streams.putRecord(PutBatch(key: "k", payload: Array("{\"id\":3}".utf8)), to: "events")
        #expect(try await source.readAll()["id"] == [.integer(0), .integer(1), .integer(2)])
        let future = try await self.source(.atTimestamp(micros: 32_000_000_000_000_000), [DeclaredColumn("id", .int64, at: nil)])
        #expect(try await future.readAll().rows.isEmpty)
    }

    @Test("packed records are taken apart, those of other shards are left out, and a bad one is named with its number") func packed()
        async throws
    {
        try streams.createStream("events", StreamConfiguration())
        let packed = AggregatedRecord([
            .init(key: "a", hashKey: 1, data: Array("{\"id\":1}".utf8)), .init(key: "b", hashKey: 2, data: Array("{\"id\":\"x\"}".utf8)),
        ])
        try await streams.putRecord(PutBatch(key: "k", payload: Array("{\"id\":0}".utf8)), to: "events")
        let receipt = try await streams.putRecord(PutBatch(key: "k", payload: packed.payload, hashKey: 1), to: "events")
        let columns = [DeclaredColumn("id", .int64, at: nil)]
        let read = try await source(.trimHorizon, columns).readAll()
        #expect(read["id"] == [.integer(0), .integer(1)])
        #expect(
            read.rejects.map(\.location) == [
                .shard(stream: "events", shard: "shardId-000000000000", sequence: "\(receipt.sequenceNumber).1")
            ])
        try await streams.splitShard("events", ShardID(0), at: 2)
        try await streams.putRecord(PutBatch(key: "k", payload: packed.payload, hashKey: 1), to: "events")
        #expect(try await source(.trimHorizon, columns).readAll()["id"] == [.integer(0), .integer(1), .integer(1)])
    }

    @Test("refused records are put again, none is lost, doubled or out of its key's order") func refusals() async throws {
        let clock = PatientClock()
        let reluctant = ReluctantStreams(streams, seed: 5)
        let batch = try StreamConnectorTests.batch(0..<1_500)
        let target = try sink(reluctant, clock: clock)
        try await bench.run(target, batch.schema, [[batch]])
        let read = try await source().readAll(["id", "user"])
        #expect(read.rows.count == 1_500)
        #expect(Set(read["id"]).count == 1_500)
        for user in Set(read["user"]) {
            let ids = read.rows.filter { $0[1] == user }.compactMap { if case .integer(let id) = $0[0] { id } else { nil } }
            #expect(ids == ids.sorted())
        }
        #expect(!clock.pauses.isEmpty)
        #expect(clock.pauses.allSatisfy { $0 <= .seconds(10) })
    }

    @Test("a writer gives up when nothing is stored for long") func givesUp() async throws {
        let clock = PatientClock()
        let batch = try StreamConnectorTests.batch(0..<5)
        let target = try sink(ReluctantStreams(streams, seed: nil), clock: clock)
        let error = await sluiceError { try await bench.run(target, batch.schema, [[batch]]) }
        #expect(error?.code == .throughputExceeded)
        #expect(clock.pauses.count == 9)
        #expect(clock.pauses.last == .seconds(10))
    }

    @Test("a pipeline does not read what it writes") func loops() async throws {
        try streams.createStream("events", StreamConfiguration())
        let source = try await source(.trimHorizon, [DeclaredColumn("id", .int64, at: nil)])
        #expect(sluiceError { try sink().check(reading: source) }?.code == .invalidOption)
        #expect(sluiceError { try sink(key: "nobody").check(source.schema) }?.code == .unknownColumn)
        #expect(try sink().guarantee == .atLeastOnce)
    }

    @Test("a slice has what is behind the positions, and children come behind their parents") func slices() async throws {
        try streams.createStream("events", StreamConfiguration())
        func put(_ id: Int) async throws {
            try await streams.putRecord(PutBatch(key: "k", payload: Array("{\"id\":\(id)}".utf8), hashKey: 1), to: "events")
        }
        let source = try await source(.trimHorizon, [DeclaredColumn("id", .int64, at: nil)])
        var positions: SourcePositions = [:]
        func next() async throws -> [Value]? {
            let request = SliceRequest(limitBytes: 1 << 20, leavesUnfinished: false)
            guard let slice = try await source.slice(after: positions, request) else { return nil }
            let ids = try await slice.source.readAll()["id"]
            positions.merge(slice.reached()) { $1 }
            return ids
        }
        #expect(try await next() == nil)
        for id in 0..<2 { try await put(id) }
        #expect(try await next() == [.integer(0), .integer(1)])
        #expect(try await next() == nil)
        try await put(2)
        try await streams.splitShard("events", ShardID(0), at: 1 << 127)
        try await put(3)
        #expect(try await next() == [.integer(2)])
        #expect(try await next() == [.integer(3)])
        #expect(try await next() == nil)
        #expect(positions.count == 2)
    }
}
