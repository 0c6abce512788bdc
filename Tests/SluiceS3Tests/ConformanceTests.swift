import SluiceS3
import SluiceTestKit
import Testing

/// What holds for every store, on buckets.
@Suite("a bucket as a store") struct ConformanceTests {
    private static let names = NameCounter()
    /// moto's own router takes no line end in a path.
    private static let checksOfMoto = ObjectStoreConformance.checks.filter { $0.description != "a name may have a line end" }

    @Test("of a strict server, in pages of two keys", arguments: ObjectStoreConformance.checks) func strict(_ check: StoreCheck)
        async throws
    {
        let server = try ObjectServer(pageKeys: 2)
        try await check.run(try Bucket(server.address).store)
        #expect(server.openUploads == [])
    }

    @Test("below a prefix, which nothing leaves", arguments: ObjectStoreConformance.checks) func prefixed(_ check: StoreCheck) async throws
    {
        let server = try ObjectServer()
        server.put("test-bucket/other/z.csv", [1])
        server.put("test-bucket/som", [1])
        server.put("test-bucket/some-more/a.csv", [1])
        try await check.run(S3Store(try Bucket(server.address).service, below: "some"))
        let outside = server.objects.keys.filter { !$0.hasPrefix("test-bucket/some/") }
        #expect(outside.sorted() == ["test-bucket/other/z.csv", "test-bucket/som", "test-bucket/some-more/a.csv"])
    }

    @Test("of moto", .enabled(if: MotoServer.shared != nil), arguments: Self.checksOfMoto)
    func moto(_ check: StoreCheck) async throws {
        let address = try #require(MotoServer.shared?.address)
        let bucket = try Bucket(address, name: Self.names.next("conformance"), region: "us-east-1")
        try await bucket.make()
        try await check.run(bucket.store)
    }
}
