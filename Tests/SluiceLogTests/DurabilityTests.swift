import SluiceCore
import SluiceLog
import SluiceStreams
import Synchronization
import Testing

@Suite("durability policies")
struct DurabilityTests {
    let temporary = TemporaryDirectory()
    private let files = CountingFiles()

    private var store: StreamStore { StreamStore(directory: temporary.path + "/streams", files: files) }

    @Test("a commit syncs where the stream promises it, and makes records visible in any case", arguments: [true, false])
    func commits(_ syncs: Bool) async throws {
        try store.create("s", StreamConfiguration(durability: syncs ? .always : .none))
        let stream = try store.open("s", for: .writing)
        let before = files.syncs
        try await stream.append(records("a", 2), to: 0, .buffered)
        #expect(try await stream.texts().isEmpty)
        try await stream.commit()
        #expect(try await stream.texts() == ["a-0", "a-1"])
        #expect(try await store.open("s", for: .reading).texts() == ["a-0", "a-1"])
        #expect((files.syncs > before) == syncs)
        try await stream.append(records("b", 1), to: 0)
        #expect((files.syncs > before + 1) == syncs)
        let asked = files.syncs
        try await stream.sync()
        #expect((files.syncs > asked) == !syncs, "a sync is one whatever the stream promises")
    }

    @Test("what interval durability has not synced yet is synced when the stream is closed")
    func closing() async throws {
        try store.create("s", StreamConfiguration(shards: 3, durability: .none))
        let stream = try store.open("s", for: .writing)
        for shard in 0..<2 { try await stream.append(records("a", 1), to: shard) }
        // From here on by time; the first tick is later than the end of the test, or syncs what closing would.
        var change = StreamChange()
        change.durability = .interval
        let before = files.syncs
        try stream.update(change)
        stream.close()
        #expect(files.syncs >= before + 2)
    }

    @Test("a change of the policy holds for the next put")
    func changes() async throws {
        try store.create("s", StreamConfiguration(durability: .none))
        let stream = try store.open("s", for: .writing)
        try await stream.append(records("a", 1), to: 0)
        let before = files.syncs
        var change = StreamChange()
        change.durability = .always
        try stream.update(change)
        try await stream.append(records("b", 1), to: 0)
        #expect(files.syncs == before + 1)
    }
}

/// A disk that counts the syncs of segments.
private final class CountingFiles: LogFiles {
    private let disk = DiskLogFiles()
    private let count = Mutex(0)

    var syncs: Int { count.withLock { $0 } }

    func open(_ path: String) throws(SluiceError) -> any LogFile {
        File(file: try disk.open(path), counter: path.hasSuffix(".segment") ? self : nil)
    }

    func syncDirectory(_ path: String) throws(SluiceError) { try disk.syncDirectory(path) }

    private struct File: LogFile {
        let file: any LogFile
        let counter: CountingFiles?

        func write(_ bytes: UnsafeRawBufferPointer, at place: Int) throws(SluiceError) { try file.write(bytes, at: place) }
        func sync() throws(SluiceError) {
            counter?.count.withLock { $0 += 1 }
            try file.sync()
        }
        func startStoring(_ range: Range<Int>) { file.startStoring(range) }
        func reserve(_ range: Range<Int>) throws(SluiceError) { try file.reserve(range) }
        func truncate(to byteCount: Int) throws(SluiceError) { try file.truncate(to: byteCount) }
    }
}
