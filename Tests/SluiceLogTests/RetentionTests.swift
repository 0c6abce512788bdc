import SluiceCore
import SluiceLog
import Testing

@Suite("trimming and retention")
struct RetentionTests {
    let temporary = TemporaryDirectory()
    private let hour: Int64 = 3_600_000_000

    private func segments() throws -> Int { try temporary.shardFiles("s").count }

    private func fillSegments(_ stream: RecordStream, records count: Int) async throws {
        let payload = ByteRows([[UInt8](repeating: 1, count: 15 << 20)])
        for _ in 0..<count { try await stream.append(NewRecords(keys: ByteRows([[1]]), payloads: payload), to: 0) }
    }

    @Test("trimmed records are gone for readers, also after opening again, and numbers go on")
    func trim() async throws {
        try temporary.streams.create("s", shards: 1)
        var stream = try temporary.streams.open("s", for: .writing)
        for prefix in ["a", "b", "c"] { try await stream.append(records(prefix, 3), to: 0) }
        try await stream.trim(shard: 0, before: 4)
        #expect(try await stream.texts() == ["b-1", "b-2", "c-0", "c-1", "c-2"])
        #expect(try await stream.texts(from: .sequence(1)).first == "b-1")
        stream.close()
        stream = try temporary.streams.open("s", for: .writing)
        #expect(try await stream.texts().first == "b-1")
        try await stream.trim(shard: 0, before: .max)
        #expect(try await stream.texts().isEmpty)
        #expect(try stream.describe().recordCount == 0)
        #expect(try stream.describe().byteCount == 0)
        #expect(try await stream.append(records("d", 1), to: 0) == 9..<10)
        stream.close()
        #expect(try await temporary.streams.open("s", for: .reading).texts() == ["d-0"])
    }

    @Test("segments roll at their size, stay readable, and whole ones are removed by trim")
    func roll() async throws {
        try temporary.streams.create("s", shards: 1)
        let stream = try temporary.streams.open("s", for: .writing)
        var slow = try stream.reader(shard: 0, from: .start)
        try await fillSegments(stream, records: 9)
        #expect(try segments() == 3)
        #expect(try await slow.next()?.baseSequence == 0)
        try await stream.trim(shard: 0, before: 6)
        #expect(try segments() == 2)
        var rest: [UInt64] = []
        while let records = try await slow.next() { rest += Array(records.sequences) }
        #expect(rest == [1, 2, 3, 4, 5, 6, 7, 8])
        var fresh = try stream.reader(shard: 0, from: .start)
        #expect(try await fresh.next()?.baseSequence == 6)
    }

    @Test("a closed shard that has expired leaves the disk while the stream is open; a reader goes on behind its records")
    func closedShard() async throws {
        let clock = ManualMicros(hour)
        let store = StreamStore(directory: temporary.path + "/streams", clock: clock.wall, retentionInterval: .milliseconds(5))
        try store.create("s", shards: 1, retentionHours: 2)
        let stream = try store.open("s", for: .writing)
        for prefix in ["a", "b"] { try await stream.append(records(prefix, 2), to: 0) }
        var slow = try stream.reader(shard: 0, from: .start)
        #expect(try await slow.next(maxBytes: 1)?.baseSequence == 0)
        try await stream.split(0, at: UInt128(1) << 127)
        let folder = temporary.path + "/streams/s/shardId-000000000000"
        #expect(DiskFiles.kind(of: folder) == .directory)
        clock.set(3 * hour + 1)
        for _ in 0..<6_000 where DiskFiles.kind(of: folder) != nil { try await Task.sleep(for: .milliseconds(5)) }
        #expect(DiskFiles.kind(of: folder) == nil)
        #expect(stream.shardNumbers == [1, 2])
        // What it has read ahead it may still give.
        while try await slow.next() != nil {}
        #expect(try await stream.append(records("c", 1), to: 1).count == 1)
        stream.close()
    }

    @Test("segments older than the retention are removed, the active one stays")
    func expiry() async throws {
        let clock = ManualMicros(hour)
        let store = StreamStore(directory: temporary.path + "/streams", clock: clock.wall)
        try store.create("s", shards: 1, retentionHours: 2)
        let stream = try store.open("s", for: .writing)
        try await fillSegments(stream, records: 5)
        #expect(try segments() == 2)
        try stream.enforceRetention()
        #expect(try segments() == 2)
        clock.set(3 * hour + 1)
        try stream.enforceRetention()
        #expect(try segments() == 1)
        #expect(try stream.describe().shards[0].firstSequence == 4)
    }
}
