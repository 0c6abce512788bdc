import SluiceTestKit
import Testing

@testable import SluiceBuckets

@Suite("versions of objects") struct VersionTests {
    @Test("older versions stay, a marker hides them, and the next one comes back") func versions() async throws {
        let bench = try await StoreBench()
        let before = try await bench.put("k", "0")
        #expect(before.versionID == "null")
        try await bench.store.setVersioning(StoreBench.bucket, .enabled)
        let first = try await bench.put("k", "1")
        let second = try await bench.put("k", "2")
        #expect(Set([first.versionID, second.versionID, "null"]).count == 3)
        try await bench.reopen()
        #expect(try await bench.text("k", version: "null") == "0")
        #expect(try await bench.text("k", version: first.versionID) == "1")
        #expect(try await bench.text("k") == "2")
        #expect(try bench.directory.text("buckets/some-bucket/k") == "2")

        let marker = try await bench.store.delete(StoreBench.bucket, "k".key)
        #expect(marker.isMarker)
        #expect(await refusal { try await bench.text("k") } == "deleteMarker")
        #expect(await refusal { try await bench.text("k", version: marker.versionID) } == "deleteMarker")
        #expect(!bench.directory.exists("buckets/some-bucket/k"))
        #expect(try bench.names() == [])
        #expect(await refusal { try await bench.store.deleteBucket(StoreBench.bucket) } == "bucketNotEmpty")

        _ = try await bench.store.delete(StoreBench.bucket, "k".key, version: marker.versionID)
        #expect(try await bench.text("k") == "2")
        _ = try await bench.store.delete(StoreBench.bucket, "k".key, version: second.versionID)
        #expect(try bench.directory.text("buckets/some-bucket/k") == "1")
        try await bench.store.setVersioning(StoreBench.bucket, .suspended)
        try await bench.put("k", "3")
        try await bench.put("k", "4")
        #expect(try await bench.text("k", version: "null") == "4")
        #expect(try bench.store.listVersions(StoreBench.bucket, ListingRequest()).entries.count == 2)
        #expect(bench.directory.files(below: "buckets/.sluice/nameless").count == 1)
    }
}
