import SluiceAWS
import SluiceCore
import SluiceS3
import SluiceStorage
import SluiceTestKit
import Testing

@Suite("uploads in parts") struct UploadTests {
    private static let bytes = (0..<9_000_000).map { UInt8(truncatingIfNeeded: $0 &* 13 &>> 3) }

    private func write(_ store: S3Store, _ name: String) async throws {
        var sink = try await store.create(name)
        try Self.bytes.withUnsafeBytes { try sink.write($0) }
        try sink.finish()
    }

    @Test("a large object goes in parts, and nobody sees it before all are there") func parts() async throws {
        let server = try ObjectServer()
        let store = try Bucket(server.address).store
        var sink = try await store.create("large")
        try Self.bytes.withUnsafeBytes { try sink.write($0) }
        #expect(server.objects.isEmpty)
        try sink.finish()
        #expect(server.objects["test-bucket/large"]?.bytes == Self.bytes)
        let sizes = server.requests.filter { $0.method == "PUT" }.map(\.body.count).sorted()
        #expect(sizes == [9_000_000 - S3Limits.partBytes, S3Limits.partBytes])
        #expect(server.openUploads == [])
    }

    @Test("an upload that fails or is abandoned is given up") func abandoned() async throws {
        let server = try ObjectServer { request, _ in
            request.target.contains("partNumber=2") ? .instead(.error(403, "AccessDenied")) : nil
        }
        let store = try Bucket(server.address).store
        #expect(await failure { try await write(store, "refused") }?.code == .accessDenied)
        let other = try ObjectServer()
        var sink = try await Bucket(other.address).store.create("abandoned")
        try Self.bytes.withUnsafeBytes { try sink.write($0) }
        sink.abandon()
        for server in [server, other] {
            #expect(server.objects.isEmpty)
            #expect(server.openUploads == [])
        }
    }

    @Test(
        "the answer of a completion may be lost, fail late or fail for a moment",
        arguments: [
            ObjectServer.Fault.afterwards(.cut), .afterwards(.error(500, "InternalError")), .instead(.error(503, "SlowDown")),
            .instead(.status(200, "<Error><Code>InternalError</Code><Message>m</Message></Error>")), .afterwards(.status(200, "  ")),
        ]) func lostCompletion(_ fault: ObjectServer.Fault) async throws
    {
        let server = try ObjectServer(fault: FirstCompletion(fault).fault)
        try await write(try Bucket(server.address).store, "large")
        #expect(server.objects["test-bucket/large"]?.bytes.count == Self.bytes.count)
        #expect(server.openUploads == [])
    }

    @Test("an upload that somebody gave up is told from one that was completed") func gone() async throws {
        let server = try ObjectServer()
        let service = try Bucket(server.address).service
        let upload = try await service.beginUpload("k")
        let part = try await service.put(1, [1, 2, 3], of: upload)
        server.dropUploads()
        #expect(await failure { try await service.complete(upload, [part]) }?.code == .uploadGone)
        server.put("test-bucket/k", [9])
        #expect(await failure { try await service.complete(upload, [part]) }?.code == .uploadGone)
        try await service.abort(upload)
    }

    @Test("an upload goes on from its id with the parts that are there", arguments: [false, true]) func resumed(_ usesMoto: Bool)
        async throws
    {
        guard let address = usesMoto ? MotoServer.shared?.address : "" else { return }
        let server = try ObjectServer()
        let bucket = try Bucket(usesMoto ? address : server.address, name: "resumed", region: "us-east-1")
        if usesMoto { try await bucket.make() }
        let first = Array(Self.bytes[..<S3Limits.partBytes])
        let upload = try await bucket.service.beginUpload("k")
        _ = try await bucket.service.put(1, first, of: upload)
        // Another process, which knows no more than the upload.
        let known = S3Upload(key: upload.key, id: upload.id, token: upload.token)
        #expect(try await bucket.service.uploads("k").map(\.id) == [known.id])
        var parts = try await bucket.service.parts(of: known)
        #expect(parts.map(\.byteCount) == [Int64(first.count)])
        parts.append(try await bucket.service.put(2, [7, 7], of: known))
        try await bucket.service.complete(known, parts)
        try await bucket.service.complete(known, parts)
        let access = try await bucket.store.access("k")
        #expect(access.byteCount == Int64(first.count) + 2)
        #expect(try access.bytes(at: Int64(first.count) - 1, count: 3) == [first[first.count - 1], 7, 7])
    }

    @Test("an object of several parts is written and read by moto's rules", .enabled(if: MotoServer.shared != nil)) func moto() async throws
    {
        let bucket = try Bucket(try #require(MotoServer.shared?.address), name: "parts", region: "us-east-1")
        try await bucket.make()
        try await write(bucket.store, "dir/large")
        var source = try await bucket.store.open("dir/large")
        var read: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while case let count = try buffer.withUnsafeMutableBytes({ try source.read(into: $0) }), count > 0 { read += buffer[..<count] }
        #expect(read == Self.bytes)
    }

    @Test("parts are placed one behind the other, and an object may have hundreds of GiB") func places() {
        #expect(S3Part.place(1) == (0, S3Limits.partBytes))
        for number in [1, 2, S3Limits.smallParts - 1, S3Limits.smallParts, S3Limits.smallParts + 1, S3Limits.parts - 1] {
            let (place, next) = (S3Part.place(number), S3Part.place(number + 1))
            #expect(place.offset + Int64(place.byteCount) == next.offset)
        }
        #expect(S3Part.place(S3Limits.parts).offset > 300 << 30)
    }
}

/// A fault that the first completion of an upload meets.
private struct FirstCompletion: Sendable {
    private let answer: ObjectServer.Fault
    private let counter = NameCounter()

    init(_ answer: ObjectServer.Fault) { self.answer = answer }

    func fault(_ request: LocalHTTPServer.Request, _ number: Int) -> ObjectServer.Fault? {
        guard request.method == "POST", request.target.contains("uploadId="), counter.next("completion") == "completion-1" else {
            return nil
        }
        return answer
    }
}
