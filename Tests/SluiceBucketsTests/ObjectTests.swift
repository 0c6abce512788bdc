import Glibc
import SluiceCore
import SluiceTestKit
import Synchronization
import Testing

@testable import SluiceBuckets

@Suite("objects in a store") struct ObjectTests {
    @Test("an object is a plain file under its key, small or large", arguments: [0, 1, 4_096, 64 << 10, (64 << 10) + 1, 3 << 20])
    func plainFile(_ count: Int) async throws {
        let bench = try await StoreBench()
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let version = try await bench.put("a/b.csv", bytes)
        #expect(version.byteCount == Int64(count))
        #expect(try TemporaryDirectory.bytes(of: bench.directory.path("buckets/some-bucket/a/b.csv")) == bytes)
        #expect(try await bench.bytes("a/b.csv") == bytes)
        try await bench.reopen()
        #expect(try await bench.bytes("a/b.csv") == bytes)
        #expect(try bench.store.info(StoreBench.bucket, "a/b.csv".key).etag == version.etag)
        #expect(bench.directory.files(below: "buckets/.sluice/staged").isEmpty)
    }

    static let strangeKeys = [
        "..", "../../etc/passwd", "a/../b", "./a", ".", "a//b", "/a", "a/", "//", "a", "a/b", "a/b/c", "A", "a\u{0}b", "a\nb", "é",
        "e\u{301}",
        "🙂/🙂", ".sluice/index.sqlite", "a b", "a%2Fb", "a\\b", "%", String(repeating: "x", count: 256), String(repeating: "y/", count: 512),
        String(repeating: "z", count: 255) + "/z", "con", "*?<>|\":",
    ]

    @Test("every key has its own bytes, in any order of writing, and nothing leaves the folder", arguments: [false, true])
    func strangeKeys(isReversed: Bool) async throws {
        let bench = try await StoreBench()
        let keys = isReversed ? Self.strangeKeys.reversed() : Self.strangeKeys
        for key in keys { try await bench.put(key, "1 " + key) }
        for key in keys { try await bench.put(key, "2 " + key) }
        try await bench.reopen()
        for key in keys { #expect(try await bench.text(key) == "2 " + key) }
        #expect(try bench.names().map(\.key) == keys.map(\.key).sorted())
        #expect(bench.directory.files().allSatisfy { $0.hasPrefix("buckets/") })
        for key in keys { _ = try await bench.store.delete(StoreBench.bucket, key.key) }
        #expect(try bench.names() == [])
        #expect(bench.directory.files(below: "buckets/some-bucket") == [])
        #expect(bench.directory.files(below: "buckets/.sluice/nameless") == [])
        try await bench.store.deleteBucket(StoreBench.bucket)
    }

    @Test("keys that are none", arguments: ["", String(repeating: "x", count: 1_025)]) func noKeys(_ text: String) {
        #expect(ObjectKey(text) == nil)
        #expect(ObjectKey([0xFF]) == nil)
    }

    @Test("a file that is written again has another time, in microseconds, also where the clock stands or goes back")
    func times() async throws {
        let directory = try TemporaryDirectory()
        let now = Mutex<Int64>(1_700_000_000_000_000)
        let store = try BucketStore(directory.path("buckets"), clock: WallClock { now.withLock { $0 } })
        try await store.createBucket("times", owner: "0", region: "us-east-1")
        var times: Set<Int64> = []
        for back: Int64 in [0, 0, 0, 86_400_000_000, 0, 1] {
            now.withLock { $0 -= back }
            let file = store.newFile()
            try file.append([1])
            _ = try await store.put("times", "k".key, file, ObjectTraits())
            var status = stat()
            #expect(stat(directory.path("buckets/times/k"), &status) == 0)
            times.insert(Int64(status.st_mtim.tv_sec) * 1_000_000 + Int64(status.st_mtim.tv_nsec) / 1_000)
        }
        #expect(times.count == 6)
        await store.close()
    }

    @Test("conditions hold in the moment of the write") func conditions() async throws {
        let bench = try await StoreBench()
        var absent = WriteCondition()
        absent.matchesNot = "*"
        let first = try await bench.put("k", [1], if: absent)
        #expect(await refusal { try await bench.put("k", [2], if: absent) } == "preconditionFailed")
        var same = WriteCondition()
        same.matches = first.etag
        try await bench.put("k", [3], if: same)
        #expect(await refusal { try await bench.put("k", [4], if: same) } == "preconditionFailed")
        #expect(await refusal { try await bench.put("other", [4], if: same) } == "noSuchKey")
        #expect(try await bench.bytes("k") == [3])
        #expect(bench.directory.files(below: "buckets/.sluice/staged").isEmpty)
    }

    @Test("of many who write a key only if it is not there, one does") func race() async throws {
        let bench = try await StoreBench()
        let store = bench.store
        let winners = await withTaskGroup(of: Int.self) { group in
            for writer in 0..<40 {
                group.addTask {
                    let file = store.newFile()
                    var condition = WriteCondition()
                    condition.matchesNot = "*"
                    try? file.append([UInt8](repeating: UInt8(writer), count: writer % 2 == 0 ? 10 : 100_000))
                    return (try? await store.put(StoreBench.bucket, "one".key, file, ObjectTraits(), if: condition)) == nil ? 0 : 1
                }
            }
            return await group.reduce(0, +)
        }
        #expect(winners == 1)
    }

    @Test("a reader keeps what it opened, and reads one version whole while others write") func readers() async throws {
        let bench = try await StoreBench()
        try await bench.put("k", [UInt8](repeating: 0, count: 70_000))
        let store = bench.store
        let open = try await store.open(StoreBench.bucket, "k".key)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 1..<30 {
                group.addTask {
                    let file = store.newFile()
                    try file.append([UInt8](repeating: UInt8(writer), count: writer % 2 == 0 ? 1_000 : 70_000))
                    _ = try await store.put(StoreBench.bucket, "k".key, file, ObjectTraits())
                }
                group.addTask {
                    let bytes = try await store.open(StoreBench.bucket, "k".key).bytes()
                    #expect(Set(bytes).count == 1)
                    #expect(bytes.count == 1_000 || bytes.count == 70_000)
                }
            }
            try await group.waitForAll()
        }
        #expect(try open.bytes() == [UInt8](repeating: 0, count: 70_000))
    }

    @Test("a second store of the directory is refused") func twice() async throws {
        let bench = try await StoreBench()
        #expect(throws: SluiceError.self) { try BucketStore(bench.directory.path("buckets")) }
    }

    @Test("files of other programs are objects: new, changed, and gone") func otherPrograms() async throws {
        let bench = try await StoreBench()
        try bench.directory.write("buckets/some-bucket/x/y.csv", "one")
        #expect(try await bench.text("x/y.csv") == "one")
        #expect(try bench.names() == ["x/y.csv"])
        try bench.directory.write("buckets/some-bucket/x/y.csv", "second")
        #expect(try await bench.text("x/y.csv") == "second")
        unlink(bench.directory.path("buckets/some-bucket/x/y.csv"))
        #expect(await refusal { try await bench.text("x/y.csv") } == "noSuchKey")
        #expect(try bench.names() == [])
        try bench.directory.write("buckets/some-bucket/z", "3")
        symlink("/etc/passwd", bench.directory.path("buckets/some-bucket/link"))
        try await bench.store.scan(StoreBench.bucket)
        #expect(try bench.names() == ["z"])
        #expect(await refusal { try await bench.text("link") } == "noSuchKey")
        #expect(await refusal { try await bench.store.deleteBucket(StoreBench.bucket) } == "bucketNotEmpty")
    }
}
