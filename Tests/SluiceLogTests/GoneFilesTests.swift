import SluiceCore
@testable import SluiceLog
import SluiceStreams
import Testing

/// Files of a stream that somebody removed: what they held is told, and no number is given out twice.
@Suite("files of a stream that are gone")
struct GoneFilesTests {
    let temporary = TemporaryDirectory()

    private var shard: String { temporary.path + "/streams/s/\(ShardID(0))" }

    private func write(_ count: Int) async throws {
        try temporary.streams.create("s", shards: 1)
        let stream = try temporary.streams.open("s", for: .writing)
        try await stream.append(records("a", count), to: 0)
        stream.close()
    }

    @Test("without its only segment a shard tells what is missing, from then on, and goes on behind it")
    func onlySegment() async throws {
        try await write(5)
        try DiskFiles.removeTree(try #require(try temporary.shardFiles("s").first))
        let stream = try temporary.streams.open("s", for: .writing)
        #expect(stream.recovery.findings.map(\.kind) == [.missing(0..<5)])
        #expect(try await stream.append(records("b", 2), to: 0) == 5..<7)
        stream.close()
        let again = try temporary.streams.open("s", for: .writing)
        defer { again.close() }
        #expect(again.recovery.isEmpty)
        #expect(try again.losses().map(\.kind) == [.missing(0..<5)])
        #expect(try again.describe().shards[0].recordCount == 2)
        #expect(try await again.texts() == ["b-0", "b-1"])
    }

    @Test("without its first segment of several a shard tells what is missing, and the rest is read")
    func firstSegment() async throws {
        try temporary.streams.create("s", shards: 1)
        let store = StreamStore(directory: temporary.path + "/streams", segmentBytes: 64 << 10)
        let stream = try store.open("s", for: .writing)
        for part in 0..<3 {
            let payloads = ByteRows([[UInt8](repeating: UInt8(part), count: 60 << 10)])
            try await stream.append(NewRecords(keys: ByteRows([[1]]), payloads: payloads), to: 0)
        }
        stream.close()
        let segments = try temporary.shardFiles("s")
        try #require(segments.count == 3)
        try DiskFiles.removeTree(segments[0])
        let opened = try store.open("s", for: .writing)
        defer { opened.close() }
        #expect(opened.recovery.findings.map(\.kind) == [.missing(0..<1)])
        var reader = try opened.reader(shard: 0, from: .start)
        #expect(try await drain(&reader).map(\.sequence) == [1, 2])
    }

    @Test("what retention removed is not missing")
    func trimmed() async throws {
        try await write(5)
        let stream = try temporary.streams.open("s", for: .writing)
        try await stream.trim(shard: 0, before: 5)
        try await stream.append(records("b", 1), to: 0)
        stream.close()
        let again = try temporary.streams.open("s", for: .writing)
        defer { again.close() }
        #expect(again.recovery.isEmpty)
        #expect(try again.losses().isEmpty)
    }

    @Test(
        "an open shard without segment and end mark is refused each time, since its numbers would be given out again",
        arguments: [false, true])
    func wholeShard(_ isDirectoryGone: Bool) async throws {
        try await write(5)
        if isDirectoryGone {
            try DiskFiles.removeTree(shard)
        } else {
            for file in try temporary.shardFiles("s", suffix: "") { try DiskFiles.removeTree(file) }
        }
        for mode in [RecordStream.Mode.writing, .reading, .writing] {
            let error = #expect(throws: SluiceError.self) { try temporary.streams.open("s", for: mode) }
            #expect(error?.code == .stateCorrupt)
            #expect(error?.message.contains("\(ShardID(0))") == true)
        }
    }

    @Test("of a closed shard that is gone it is known what is missing")
    func closedShard() async throws {
        try await write(5)
        let stream = try temporary.streams.open("s", for: .writing)
        try await stream.updateShardCount(to: 2)
        let children = stream.openShards
        try await stream.append(records("b", 1), to: children[0])
        stream.close()
        try DiskFiles.removeTree(shard)
        let again = try temporary.streams.open("s", for: .writing)
        defer { again.close() }
        #expect(again.recovery.findings.map(\.kind) == [.missing(0..<5)])
        #expect(try await again.texts(shard: children[0]) == ["b-0"])
    }

    @Test("a stream without its metadata is listed, and its name is not given to another")
    func metadata() async throws {
        try await write(5)
        try DiskFiles.removeTree(temporary.path + "/streams/s/stream.meta")
        #expect(try temporary.streams.list() == ["s"])
        let error = #expect(throws: SluiceError.self) { try temporary.streams.open("s", for: .reading) }
        #expect(error?.code == .stateCorrupt)
        let taken = #expect(throws: SluiceError.self) { try temporary.streams.create("s", shards: 1) }
        #expect(taken?.code == .alreadyExists)
    }
}
