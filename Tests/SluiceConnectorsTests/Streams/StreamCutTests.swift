import SluiceCore
import SluiceLog
import SluicePipelines
import SluiceStreams
import SluiceTestKit
import Synchronization
import Testing

@Suite("streams cut by time")
struct StreamCutTests {
    private let bench: Workbench
    /// The midnight five days ago.
    private let start: Int64

    /// Record `1000 * day + n` arrives at ten o'clock of that day, in each of two shards.
    init() async throws {
        bench = try Workbench()
        start = CalendarUnit.day.range(around: WallClock.system.nowMicros() - 5 * TimeText.microsPerDay).startMicros
        let now = Mutex(start)
        let store = StreamStore(directory: bench.context.streams.directory, clock: WallClock { now.withLock { $0 } })
        try store.create("raw", shards: 2, retentionHours: 400)
        let stream = try store.open("raw", for: .writing)
        defer { stream.close() }
        for day in 0..<4 {
            now.withLock { $0 = start + Int64(day) * TimeText.microsPerDay + 10 * 3_600_000_000 }
            let payloads = (0..<10 + day).map { "{\"id\":\(day * 1_000 + $0)}" }
            for shard in 0..<2 {
                try await stream.append(
                    NewRecords(keys: ByteRows(texts: payloads.map { _ in "k" }), payloads: ByteRows(texts: payloads)), to: shard)
            }
        }
    }

    private func bound(_ day: Int, hours: Int64 = 0) throws -> BackfillBound {
        try #require(
            BackfillBound(Value.timestamp(start + Int64(day) * TimeText.microsPerDay + hours * 3_600_000_000, zoned: true).description))
    }

    private func cut(
        _ from: BackfillBound, _ to: BackfillBound, unit: CalendarUnit? = nil, splitsShards: Bool
    ) async throws -> BackfillCut {
        let source = try #require(try await bench.source("stream: raw\ncolumns: {id: int64}") as? any BackfillSource)
        return try await source.cut(
            BackfillRequest(
                range: BackfillRange(from: from, to: to), unit: unit, leastUnit: nil, splitsShards: splitsShards, fileTime: nil,
                nowMicros: WallClock.system.nowMicros()))
    }

    @Test("a unit has the records of its day from all shards, and no others")
    func days() async throws {
        let cut = try await cut(bound(1), bound(3), splitsShards: false)
        #expect(cut.units.count == 2)
        for (day, unit) in zip(1...2, cut.units) {
            #expect(unit.name == CalendarUnit.day.name(of: start + Int64(day) * TimeText.microsPerDay))
            #expect(unit.inputs.count == 2)
            let expected = (0..<10 + day).flatMap { n in [Int64(day * 1_000 + n), Int64(day * 1_000 + n)] }
            let ids = try await unit.source.readAll()["id"].map(\.description).sorted()
            #expect(ids == expected.map(String.init).sorted())
        }
    }

    @Test("shards are units of their own where rows are added; hours without records are none")
    func shards() async throws {
        let split = try await cut(bound(0), bound(4), splitsShards: true)
        #expect(split.units.count == 8 && Set(split.units.map(\.name)).count == 8)
        let hours = try await cut(bound(0), bound(4), unit: .hour, splitsShards: false)
        #expect(hours.units.map { $0.name.suffix(3) } == ["T10", "T10", "T10", "T10"])
        #expect(try await cut(bound(1, hours: 11), bound(2, hours: 10), splitsShards: false).units.isEmpty)
    }

    @Test("a bound may cut a day: what arrived at the first is in, what arrived at the second is not")
    func bounds() async throws {
        let cut = try await cut(bound(1, hours: 10), bound(2, hours: 10), splitsShards: false)
        #expect(cut.units.count == 1)
        #expect(try await cut.units[0].source.readAll().rows.count == 22)
    }
}
