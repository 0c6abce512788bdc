import SluiceAWS
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

    @Test("an object says when the rules of its bucket remove it, and which does") func told() async throws {
        let days = Days()
        try await PortBench.run(clock: days.clock) { bench in
            _ = try await bench.send("PUT", "/told")
            _ = try await bench.send("PUT", "/told/log/k", body: [1])
            func expiration(_ method: String, _ path: String, _ headers: [(String, String)] = []) async throws -> String? {
                try await bench.send(method, path, headers: headers, body: method == "PUT" ? [1] : []).header("x-amz-expiration")
            }
            #expect(try await expiration("GET", "/told/log/k") == nil)
            let rules = """
                <LifecycleConfiguration>
                <Rule><ID>a b</ID><Status>Enabled</Status><Filter><Prefix>log/</Prefix></Filter><Expiration><Days>3</Days></Expiration></Rule>
                <Rule><ID>later</ID><Status>Enabled</Status><Filter/><Expiration><Date>2030-01-01T00:00:00Z</Date></Expiration></Rule>
                </LifecycleConfiguration>
                """
            #expect(try await bench.send("PUT", "/told", query: [.init("lifecycle", "")], body: Array(rules.utf8)).status == 200)
            // Day 20000 is 2024-10-04.
            let soon = #"expiry-date="Tue, 08 Oct 2024 00:00:00 GMT", rule-id="a%20b""#
            for method in ["GET", "HEAD", "PUT"] { #expect(try await expiration(method, "/told/log/k") == soon, "\(method)") }
            #expect(try await expiration("PUT", "/told/log/c", [("x-amz-copy-source", "/told/log/k")]) == soon)
            let later = #"expiry-date="Tue, 01 Jan 2030 00:00:00 GMT", rule-id="later""#
            #expect(try await expiration("PUT", "/told/other") == later)
            #expect(try await bench.send("DELETE", "/told", query: [.init("lifecycle", "")]).status == 204)
            #expect(try await expiration("GET", "/told/log/k") == nil)
        }
    }

    @Test("an upload says when the rules of its bucket end it, and which does") func aborted() async throws {
        let days = Days()
        try await PortBench.run(clock: days.clock) { bench in
            _ = try await bench.send("PUT", "/told")
            let rules = """
                <LifecycleConfiguration><Rule><ID>a b</ID><Status>Enabled</Status><Filter><Prefix>u/</Prefix></Filter>
                <AbortIncompleteMultipartUpload><DaysAfterInitiation>2</DaysAfterInitiation></AbortIncompleteMultipartUpload></Rule>
                <Rule><ID>off</ID><Status>Disabled</Status><Filter/>
                <AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation></AbortIncompleteMultipartUpload></Rule>
                </LifecycleConfiguration>
                """
            #expect(try await bench.send("PUT", "/told", query: [.init("lifecycle", "")], body: Array(rules.utf8)).status == 200)
            for (key, date, rule) in [("u/1", "Mon, 07 Oct 2024 00:00:00 GMT", "a b"), ("v/1", nil, nil)] as [(String, String?, String?)] {
                let begun = try await bench.send("POST", "/told/" + key, query: [.init("uploads", "")])
                let id = try #require(try XMLParser.parse(begun.body)["UploadId"])
                let listed = try await bench.send("GET", "/told/" + key, query: [.init("uploadId", id)])
                for answer in [begun, listed] {
                    #expect(answer.header("x-amz-abort-date") == date && answer.header("x-amz-abort-rule-id") == rule, "\(key)")
                }
            }
            // It is gone when it said.
            days.pass(2)
            #expect(try await bench.store.expire("told", LifecycleDocument.stored(Array(rules.utf8))) == 0)
            days.pass(1)
            #expect(try await bench.store.expire("told", LifecycleDocument.stored(Array(rules.utf8))) == 1)
        }
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
