import SluiceCore
import SluiceLog
import SluiceStreams
import Testing

@Suite("the store of streams")
struct StoreTests {
    let temporary = TemporaryDirectory()

    @Test("streams are created, listed, described and deleted")
    func lifeCycle() async throws {
        let store = temporary.streams
        #expect(try store.list().isEmpty)
        try store.create("orders", shards: 4, retentionHours: 48)
        try store.create("a.b_c-D9", shards: 1)
        #expect(try store.list() == ["a.b_c-D9", "orders"])
        let stream = try store.open("orders", for: .writing)
        try await stream.append(records("a", 5), to: 2)
        let description = try store.describe("orders")
        #expect(description.shards.map(\.recordCount) == [0, 0, 5, 0])
        #expect(description.retentionHours == 48)
        #expect(description.shards.map(\.range) == HashRange.slices(4))
        #expect(description.byteCount > 0)
        #expect(description.json.json.contains(#""shard_id":"shardId-000000000002""#))
        stream.close()
        try store.delete("orders")
        #expect(try store.list() == ["a.b_c-D9"])
    }

    @Test("what a process left that was killed while it made or removed a stream goes with the next one; that of a running one stays")
    func leftovers() throws {
        let store = temporary.streams
        try store.create("a", shards: 1)
        // No process has such a number (proc(5): pid_max is at most 2^22).
        let left = ["~new-\(Int32.max)-7", "~deleted-\(Int32.max)-8"]
        let kept = ["~new-1-9", "~other"]
        for name in left + kept { try DiskFiles.createDirectories(store.directory + "/\(name)/shardId-000000000000") }
        try store.create("b", shards: 1)
        #expect(try DiskFiles.list(store.directory).sorted() == ["a", "b"] + kept)
        for name in left { try DiskFiles.createDirectories(store.directory + "/" + name) }
        try store.delete("b")
        #expect(try DiskFiles.list(store.directory).sorted() == ["a"] + kept)
        #expect(try store.list() == ["a"])
    }

    @Test(
        "names that are not Kinesis's are refused", arguments: ["", ".", "..", "a/b", "a b", "é", "~x", String(repeating: "x", count: 129)])
    func badNames(_ name: String) {
        let error = #expect(throws: SluiceError.self) { try temporary.streams.create(name, shards: 1) }
        #expect(error?.code == .invalidOption)
        #expect(throws: SluiceError.self) { try temporary.streams.open(name, for: .reading) }
    }

    @Test("a name of 128 characters and any count within the limits are taken, one more is refused")
    func limits() throws {
        try temporary.streams.create(String(repeating: "x", count: 128), shards: 1)
        #expect(throws: SluiceError.self) { try temporary.streams.create("a", shards: 0) }
        #expect(throws: SluiceError.self) { try temporary.streams.create("a", shards: StreamLimits.shards + 1) }
        #expect(throws: SluiceError.self) { try temporary.streams.create("a", shards: 1, retentionHours: 0) }
        #expect(throws: SluiceError.self) { try temporary.streams.create("a", shards: 1, retentionHours: 8_761) }
        try temporary.streams.create("a", shards: 1, retentionHours: 8_760)
    }

    @Test("an unknown stream's error names the nearest one; an existing one is not created twice")
    func unknown() throws {
        try temporary.streams.create("orders", shards: 1)
        let error = #expect(throws: SluiceError.self) { try temporary.streams.open("order", for: .reading) }
        #expect(error?.code == .notFound)
        #expect(error?.remedy == "did you mean \"orders\"?")
        #expect(#expect(throws: SluiceError.self) { try temporary.streams.create("orders", shards: 1) }?.code == .alreadyExists)
    }

    @Test(
        "changed or later metadata is refused by name",
        arguments: [
            ("shards", SluiceError.Code.stateCorrupt), ("sluice-stream 3", .stateTooNew), ("sluice-stream 1", .stateTooOld),
        ])
    func metadata(_ change: String, _ code: SluiceError.Code) throws {
        try temporary.streams.create("s", shards: 1)
        let path = temporary.path + "/streams/s/stream.meta"
        var text = String(decoding: try DiskFiles.read(path), as: UTF8.self)
        text = code != .stateCorrupt ? text.replacing("sluice-stream 2", with: change) : text.replacing("24", with: "25")
        try DiskFiles.writeAtomically(text.utf8, to: path)
        let error = #expect(throws: SluiceError.self) { try temporary.streams.open("s", for: .writing) }
        #expect(error?.code == code)
    }

    @Test("records are kept for less than a day only where it is asked for")
    func shortRetention() throws {
        let short = StreamConfiguration(retentionHours: 23)
        var change = StreamChange()
        change.retentionHours = 1
        let kinesis = EmbeddedStreams(temporary.streams)
        #expect(#expect(throws: SluiceError.self) { try kinesis.createStream("s", short) }?.code == .invalidOption)
        try kinesis.createStream("s", StreamConfiguration(retentionHours: 24))
        #expect(#expect(throws: SluiceError.self) { try kinesis.updateStream("s", change) }?.code == .invalidOption)
        #expect(try kinesis.describeStream("s").configuration.retentionHours == 24)
        kinesis.close()
        let embedded = EmbeddedStreams(temporary.streams, allowsShortRetention: true)
        try embedded.updateStream("s", change)
        try embedded.createStream("t", short)
        #expect(try embedded.describeStream("s").configuration.retentionHours == 1)
        embedded.close()
        // What changes nothing of it goes on working.
        var tags = StreamChange()
        tags.addedTags = ["a": "b"]
        try kinesis.updateStream("s", tags)
    }
}
