import SluiceCore
import SluiceSQLite
import SluiceTestKit
import Testing

@testable import SluiceBuckets

@Suite("events of objects") struct EventTests {
    private static let all = Set(ObjectEvent.Kind.allCases)

    private func watch(_ bench: StoreBench, _ watches: BucketWatch...) async throws {
        try await bench.store.setWatches(StoreBench.bucket, "notification", [1], watches)
    }

    private func told(_ bench: StoreBench) throws -> [String] {
        try bench.store.waitingEvents(limit: 100).map { "\($0.kind.rawValue) \($0.key.text)" }
    }

    @Test("what happens to a key is told to those who watch it, by prefix, suffix and kind, in its order") func filters() async throws {
        let bench = try await StoreBench()
        try await bench.put("in/before.csv", "0")
        try await watch(
            bench, BucketWatch(id: "a", target: "load", kinds: [.put, .deleted], prefix: Array("in/".utf8), suffix: Array(".csv".utf8)),
            BucketWatch(id: "b", target: "tidy", kinds: [.tagged, .untagged]))
        try await bench.put("in/1.csv", "abc")
        try await bench.put("in/1.txt", "abc")
        try await bench.put("out/1.csv", "abc")
        _ = try await bench.store.delete(StoreBench.bucket, "in/1.csv".key)
        _ = try await bench.store.delete(StoreBench.bucket, "in/none.csv".key)
        _ = try await bench.store.setTags(StoreBench.bucket, "out/1.csv".key, [.init("a", "b")])
        #expect(
            try told(bench) == ["ObjectCreated:Put in/1.csv", "ObjectRemoved:Delete in/1.csv", "ObjectTagging:Put out/1.csv"])
        let first = try #require(try bench.store.waitingEvents(limit: 1).first)
        #expect(first.byteCount == 3 && first.target == "load" && first.watch == "a" && first.versionID == nil)
        #expect(first.owner == "000000000000" && first.region == "us-east-1" && !first.etag.isEmpty)
    }

    @Test("events wait through a restart until somebody has them, and a bucket that nobody watches has none") func durable() async throws {
        let bench = try await StoreBench()
        try await watch(bench, BucketWatch(id: "a", target: "load", kinds: Self.all))
        for number in 0..<5 { try await bench.put("\(number)", "x") }
        let before = try bench.store.waitingEvents(limit: 100)
        try await bench.reopen()
        #expect(try bench.store.waitingEvents(limit: 100) == before && before.count == 5)
        #expect(zip(before, before.dropFirst()).allSatisfy { $0.number < $1.number })
        try await bench.store.forget(Array(before.prefix(2)))
        try await bench.reopen()
        #expect(try bench.store.waitingEvents(limit: 100) == Array(before.dropFirst(2)))
        try await watch(bench)
        try await bench.put("unwatched", "x")
        #expect(try bench.store.waitingEvents(limit: 100).count == 3)
        try await bench.store.reset()
        #expect(try bench.store.waitingEvents(limit: 100).isEmpty)
    }

    @Test("a write that is refused tells nobody") func refused() async throws {
        let bench = try await StoreBench()
        try await watch(bench, BucketWatch(id: "a", target: "load", kinds: Self.all))
        var condition = WriteCondition()
        condition.matches = "another"
        try await bench.put("k", "x")
        #expect(await refusal { try await bench.put("k", [1], if: condition) } == "preconditionFailed")
        #expect(try told(bench) == ["ObjectCreated:Put k"])
    }

    @Test("markers, versions that go for good, and rules that remove objects have kinds of their own") func versions() async throws {
        let bench = try await StoreBench()
        try await watch(bench, BucketWatch(id: "a", target: "load", kinds: Self.all))
        try await bench.store.setVersioning(StoreBench.bucket, .enabled)
        let version = try await bench.put("k", "1")
        let marker = try await bench.store.delete(StoreBench.bucket, "k".key)
        _ = try await bench.store.delete(StoreBench.bucket, "k".key, version: marker.versionID)
        _ = try await bench.store.delete(StoreBench.bucket, "k".key, isExpiry: true)
        let events = try bench.store.waitingEvents(limit: 100)
        #expect(
            events.map(\.kind.rawValue) == [
                "ObjectCreated:Put", "ObjectRemoved:DeleteMarkerCreated", "ObjectRemoved:Delete", "LifecycleExpiration:DeleteMarkerCreated",
            ])
        #expect(events.map(\.versionID).prefix(3) == [version.versionID, marker.versionID, marker.versionID])
    }

    @Test("an index of the first version is read, and can be watched") func migration() async throws {
        let bench = try await StoreBench()
        try await bench.put("old", "1")
        await bench.store.close()
        let path = bench.store.folders.index
        do {
            let index = try BucketIndex(path, writes: true)
            for column in ["algorithm", "checksum", "composite"] {
                try index.connection.execute("ALTER TABLE completions DROP COLUMN \(column)")
            }
            try index.connection.execute("DROP TABLE watches; DROP TABLE events; PRAGMA user_version = 1")
        }
        try await bench.reopen()
        #expect(try await bench.text("old") == "1")
        try await watch(bench, BucketWatch(id: "a", target: "load", kinds: [.put]))
        try await bench.put("new", "1")
        #expect(try told(bench) == ["ObjectCreated:Put new"])
    }
}
