import SluiceCore
import SluiceLog
import SluiceStreams
import Synchronization
import Testing

@Suite("readers beside a writer that changes the shards")
struct RemoteReshardTests {
    let temporary = TemporaryDirectory()
    private let half = UInt128(1) << 127

    private func texts(_ reader: inout StreamReader) async throws -> [String] {
        var all: [String] = []
        while let (_, records) = try await reader.next() { all += (0..<records.count).map { records.payloads.text($0) } }
        return all
    }

    private func put(_ writer: RecordStream, _ text: String, _ hashKey: UInt128) async throws {
        _ = try await writer.put(PutBatch(key: "k", payload: Array(text.utf8), hashKey: hashKey))
    }

    @Test("shards that are made later are seen, and read once their parents are at their end")
    func seesChildren() async throws {
        try temporary.streams.create("s", shards: 1)
        let writer = try temporary.streams.open("s", for: .writing)
        let stream = try temporary.streams.open("s", for: .reading)
        var reader = try StreamReader(stream)
        try await put(writer, "a", 0)
        try await writer.split(0, at: half)
        try await put(writer, "b", 0)
        try await put(writer, "c", .max)
        #expect(stream.shardNumbers == [0, 1, 2] && stream.openShards == [1, 2])
        #expect(try await texts(&reader) == ["a", "b", "c"])
        try await writer.merge(1, 2)
        try await put(writer, "d", 0)
        #expect(await reader.waitForRecords())
        #expect(try await texts(&reader) == ["d"])
        #expect(try stream.describe().shards.map(\.isOpen) == [false, false, false, true])
        var later = try StreamReader(try temporary.streams.open("s", for: .reading), from: .end)
        #expect(try await later.next() == nil)
        var only = try StreamReader(stream, only: [1])
        #expect(try await texts(&only) == ["b"])
        #expect(await !only.waitForRecords())
    }

    @Test("one that waits goes on in the shards that replace its own")
    func waits() async throws {
        try temporary.streams.create("s", shards: 1)
        let writer = try temporary.streams.open("s", for: .writing)
        let stream = try temporary.streams.open("s", for: .reading)
        let isDone = Atomic(false)
        async let reading = {
            defer { isDone.store(true, ordering: .releasing) }
            var reader = try StreamReader(stream, from: .end)
            var all: [String] = []
            while all.count < 20 {
                all += try await texts(&reader)
                if all.count < 20, await !reader.waitForRecords() { break }
            }
            return all
        }()
        // The reader may begin behind the first of them; it ends behind the twentieth that it sees.
        var number = 0
        while number < 20 || !isDone.load(ordering: .acquiring) {
            if number % 5 == 0 {
                if writer.openShards.count == 1 {
                    try await writer.split(writer.openShards[0], at: half)
                } else {
                    try await writer.merge(writer.openShards[0], writer.openShards[1])
                }
            }
            try await put(writer, "\(number)", number % 2 == 0 ? 0 : .max)
            number += 1
            try await Task.sleep(for: .milliseconds(1))
        }
        let seen = try await reading.compactMap { Int($0) }
        #expect(Set(seen).count == seen.count)
        for parity in 0..<2 {
            let own = seen.filter { $0 % 2 == parity }
            #expect(own == own.sorted() && zip(own, own.dropFirst()).allSatisfy { $1 == $0 + 2 }, "\(seen)")
        }
    }

    @Test("a stream that is deleted, or made again under its name, ends its readers")
    func deleted() async throws {
        try temporary.streams.create("s", shards: 1)
        let stream = try temporary.streams.open("s", for: .reading)
        var reader = try StreamReader(stream)
        #expect(try await reader.next() == nil)
        try temporary.streams.delete("s")
        #expect(await !reader.waitForRecords())
        try temporary.streams.create("s", shards: 3)
        #expect(await !reader.waitForRecords())
        #expect(stream.shardNumbers == [0])
    }

    @Test("settings that the writer changes are seen")
    func settings() async throws {
        try temporary.streams.create("s", shards: 1)
        let writer = try temporary.streams.open("s", for: .writing)
        let stream = try temporary.streams.open("s", for: .reading)
        var change = StreamChange()
        change.durability = StreamConfiguration.DurabilityPolicy.none
        change.retentionHours = 6
        change.addedTags = ["a": "b"]
        try writer.update(change)
        #expect(stream.configuration == writer.configuration && stream.retentionHours == 6)
    }
}
