import SluiceBuckets
import SluiceCore
import SluiceTestKit
import Synchronization
import Testing

@testable import SluiceS3Service

@Suite("objects that expire") struct ExpiryTests {
    private final class Days: Sendable {
        private let days = Mutex<Int64>(20_000)
        func pass(_ count: Int64) { days.withLock { $0 += count } }
        var clock: WallClock { WallClock { self.days.withLock { $0 } * 86_400_000_000 } }
    }

    private func rules(_ text: String) throws -> [ExpiryRule] {
        try LifecycleDocument.rules(Array("<LifecycleConfiguration>\(text)</LifecycleConfiguration>".utf8))
    }

    @Test("by age, prefix and tag; older versions, lone markers and uploads") func expiry() async throws {
        let directory = try TemporaryDirectory()
        let days = Days()
        let store = try BucketStore(directory.path("buckets"), clock: days.clock)
        try await store.createBucket("expiry", owner: "0", region: "us-east-1")
        func put(_ key: String, tag: String? = nil) async throws {
            var traits = ObjectTraits()
            traits.tags = tag.map { [.init("t", $0)] } ?? []
            _ = try await store.put("expiry", try #require(ObjectKey(key)), store.newFile(), traits)
        }
        func names() throws -> [String] {
            try store.list("expiry", ListingRequest()).entries.map { String(decoding: $0.name, as: UTF8.self) }
        }
        for key in ["log/1", "log/2", "other"] { try await put(key) }
        try await put("tagged", tag: "x")
        let upload = try await store.beginUpload(
            "expiry", try #require(ObjectKey("log/u")), ObjectTraits(), algorithm: nil, isComposite: false)
        let all = try rules(
            """
            <Rule><Status>Enabled</Status><Filter><Prefix>log/</Prefix></Filter><Expiration><Days>3</Days></Expiration>
            <AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation></AbortIncompleteMultipartUpload></Rule>
            <Rule><Status>Enabled</Status><Filter><Tag><Key>t</Key><Value>x</Value></Tag></Filter><Expiration><Days>1</Days></Expiration></Rule>
            <Rule><Status>Disabled</Status><Filter/><Expiration><Days>1</Days></Expiration></Rule>
            """)
        #expect(try await store.expire("expiry", all) == 0)
        days.pass(2)
        #expect(try await store.expire("expiry", all) == 2)
        #expect(try names() == ["log/1", "log/2", "other"])
        #expect(try store.uploads("expiry", limit: 10).contains(upload) == false)
        days.pass(2)
        #expect(try await store.expire("expiry", all) == 2)
        #expect(try names() == ["other"])
        try await store.setVersioning("expiry", .enabled)
        for _ in 0..<3 { try await put("other") }
        let older = try rules(
            """
            <Rule><Status>Enabled</Status><Filter/><Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>
            <NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays><NewerNoncurrentVersions>1</NewerNoncurrentVersions>
            </NoncurrentVersionExpiration></Rule>
            """)
        days.pass(3)
        #expect(try await store.expire("expiry", older) == 2)
        #expect(try store.listVersions("expiry", ListingRequest()).entries.count == 2)
        await store.close()
    }
}
