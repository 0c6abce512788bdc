import SluiceAWS
import SluiceCore
import SluiceS3
import SluiceStorage
import SluiceTestKit
import Testing

/// Calls against a server that misbehaves in the ways that services, proxies and networks do.
@Suite("faults of object storage") struct FaultTests {
    private static let object = Array("0123456789".utf8)

    private func server(
        _ fault: @escaping @Sendable (LocalHTTPServer.Request, Int) -> ObjectServer.Fault? = { _, _ in nil }
    ) throws -> ObjectServer {
        let server = try ObjectServer(fault: fault)
        server.put("test-bucket/a.csv", Self.object)
        return server
    }

    private func text(_ store: S3Store, _ name: String) async throws -> String {
        var source = try await store.open(name)
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while case let count = try buffer.withUnsafeMutableBytes({ try source.read(into: $0) }), count > 0 { content += buffer[..<count] }
        return String(decoding: content, as: UTF8.self)
    }

    @Test("cut bodies, refusals for the moment and pages of proxies are tried again, with longer pauses where the service asks for them")
    func passing() async throws {
        let faults: [LocalHTTPServer.Answer] = [
            .error(503, "SlowDown"), .error(500, "InternalError"), .status(502, "<html>"), .cut, .cutBody(promised: 10, "012"),
            .error(400, "RequestTimeout"), .status(429, ""),
        ]
        let server = try server { _, number in (1...faults.count).contains(number) ? .instead(faults[number - 1]) : nil }
        let bucket = try Bucket(server.address)
        #expect(try await text(bucket.store, "a.csv") == "0123456789")
        #expect(server.requests.count == faults.count + 2)
        #expect(bucket.pauses.pauses.first == .milliseconds(500))
        #expect(bucket.pauses.pauses[1] == .milliseconds(100))
    }

    private static func listing(_ sizes: [String], token: String? = nil) -> LocalHTTPServer.Answer {
        let entries = sizes.enumerated().map {
            "<Contents><Key>\(token ?? "b")/\($0).csv</Key><Size>\($1)</Size><ETag>\"e\"</ETag></Contents>"
        }
        let next = token.map { "<IsTruncated>true</IsTruncated><NextContinuationToken>\($0)</NextContinuationToken>" } ?? ""
        return .status(200, "<ListBucketResult>\(entries.joined())\(next)</ListBucketResult>")
    }

    @Test(
        "sizes that no store has are refused, one by one and together",
        arguments: [["9223372036854775807"], ["1125899906842625"], ["-1"], ["1e3"], [String](repeating: "1125899906842624", count: 257)])
    func sizes(_ sizes: [String]) async throws {
        let server = try server { _, _ in .instead(Self.listing(sizes)) }
        let store = try Bucket(server.address).store
        #expect(await failure { try await store.list(try Glob("**/*.csv")) }?.code == .serviceFailed)
        #expect(await failure { try await store.list(below: "") }?.code == .serviceFailed)
    }

    @Test("sizes of several pages count together, and those that are possible are listed") func pages() async throws {
        let sizes = [String](repeating: "1125899906842624", count: 200)
        let server = try server { request, _ in
            .instead(Self.listing(sizes, token: request.target.contains("continuation-token") ? nil : "a"))
        }
        #expect(await failure { try await Bucket(server.address).store.list(below: "") }?.code == .serviceFailed)
        let small = try self.server { _, _ in .instead(Self.listing(Array(sizes.prefix(100)))) }
        let found = try await Bucket(small.address).store.list(below: "")
        #expect(found.reduce(0) { $0 + $1.byteCount } == 100 << 50)
    }

    @Test("a length that no object has is refused", arguments: ["9223372036854775807", "1125899906842625"]) func length(_ text: String)
        async throws
    {
        let server = try server { _, _ in .instead(.status(206, "0", headers: ["Content-Range": "bytes 0-0/\(text)", "ETag": "\"e\""])) }
        #expect(await failure { try await Bucket(server.address).store.info("a.csv") }?.code == .serviceFailed)
    }

    @Test("what does not pass ends with the service's words, the request's id, the object and no secret") func lasting() async throws {
        let server = try server { _, _ in .instead(.error(503, "SlowDown")) }
        let bucket = try Bucket(server.address)
        let error = try #require(await failure { try await bucket.store.put([1], as: "a b.csv", if: .none) })
        #expect(error.code == .serviceFailed)
        #expect(error.isRetriable)
        #expect(error.location == .file(path: "s3://test-bucket/a b.csv"))
        #expect(
            error.message == "s3 PutObject was refused with SlowDown: says the test after 8 attempts "
                + "(\(server.address), request id id-7)"
                || error.message.contains("SlowDown: says the test") && error.message.contains("request id id-7"))
        #expect(!"\(error)".contains("hidden"))
    }

    @Test(
        "refusals that more calls cannot help are made once",
        arguments: [
            (403, "AccessDenied", SluiceError.Code.accessDenied), (404, "NoSuchBucket", .notFound),
            (403, "InvalidAccessKeyId", .credentialsRefused), (403, "SignatureDoesNotMatch", .credentialsRefused),
            (501, "NotImplemented", .serviceFailed),
        ]) func refused(_ status: Int, _ type: String, _ code: SluiceError.Code) async throws
    {
        let server = try server { _, _ in .instead(.error(status, type)) }
        let bucket = try Bucket(server.address)
        #expect(await failure { try await bucket.store.list(below: "") }?.code == code)
        if status < 500 { #expect(server.requests.count == 1) }
    }

    @Test("a whole object that is not what its checksum says is not handed on") func damaged() async throws {
        let server = try server { request, _ in
            request.method == "GET"
                ? .instead(.content(200, Array("0123456780".utf8), headers: ["ETag": "\"e1\"", "x-amz-checksum-crc32c": "KAwGng=="])) : nil
        }
        let bucket = try Bucket(server.address)
        let error = try #require(await failure { try await text(bucket.store, "a.csv") })
        #expect(error.code == .corruptFile)
        #expect(error.message.contains("CRC32C"))
    }

    @Test("an object in several ranges is checked when its last byte was read in order, and one bit is noticed", arguments: [false, true])
    func rangesDamaged(_ isDamaged: Bool) async throws {
        let bytes = (0..<700_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let server = try server { request, _ in
            guard isDamaged, request.headers["range"] == "bytes=262144-699999" else { return nil }
            var part = Array(bytes[262_144...])
            part[1_000] ^= 1
            return .instead(.content(206, part, headers: ["Content-Range": "bytes 262144-699999/700000", "ETag": "\"e2\""]))
        }
        server.put("test-bucket/large", bytes)
        let bucket = try Bucket(server.address)
        let error = await failure { try await text(bucket.store, "large") }
        #expect(error?.code == (isDamaged ? .corruptFile : nil))
    }

    @Test("an object that is replaced while it is read is noticed") func replaced() async throws {
        let server = try server()
        server.put("test-bucket/large", [UInt8](repeating: 1, count: 600_000))
        let access = try await Bucket(server.address).store.access("large")
        _ = try access.bytes(at: 0, count: 10)
        server.put("test-bucket/large", [UInt8](repeating: 2, count: 600_000))
        let error = try #require(await failure { try access.bytes(at: 500_000, count: 10) })
        #expect(error.code == .objectChanged)
        #expect(error.location == .file(path: "s3://test-bucket/large"))
    }

    @Test("reading a few bytes here and there does not read the object") func places() async throws {
        let server = try server()
        server.put("test-bucket/large", [UInt8](repeating: 1, count: 3_000_000))
        let access = try await Bucket(server.address).store.access("large")
        _ = try access.bytes(at: 2_999_992, count: 8)
        _ = try access.bytes(at: 2_990_000, count: 4_000)
        _ = try access.bytes(at: 1_000_000, count: 100_000)
        let ranges = server.requests.compactMap { $0.headers["range"] }
        #expect(ranges == ["bytes=2934464-2999999", "bytes=1000000-1099999"])
    }

    @Test("many bytes from somewhere come in ranges of 8 MiB, side by side") func pieces() async throws {
        let server = try server()
        let bytes = (0..<18_000_000).map { UInt8(truncatingIfNeeded: $0 &>> 8) }
        server.put("test-bucket/large", bytes)
        let access = try await Bucket(server.address).store.access("large")
        #expect(try access.bytes(at: 5, count: 17_999_990) == Array(bytes[5..<17_999_995]))
        let ranges = server.requests.compactMap { $0.headers["range"] }.sorted()
        #expect(ranges == ["bytes=16777221-17999994", "bytes=5-8388612", "bytes=8388613-16777220"])
    }

    @Test("a conditional write whose answer is lost is known by its object") func lostPut() async throws {
        let server = try server { request, number in request.method == "PUT" && number == 0 ? .afterwards(.cut) : nil }
        let bucket = try Bucket(server.address)
        try await bucket.store.put([7], as: "lock", if: .absent)
        #expect(server.objects["test-bucket/lock"]?.bytes == [7])
        #expect(await failure { try await bucket.store.put([8], as: "lock", if: .absent) }?.code == .conditionFailed)
    }

    @Test("a bucket in another region is found, and stays found") func region() async throws {
        let server = try server { request, _ in
            request.headers["authorization"]?.contains("/eu-central-1/s3/") == true
                ? nil
                : .instead(
                    .status(
                        400,
                        "<Error><Code>AuthorizationHeaderMalformed</Code><Message>m</Message><Region>eu-central-1</Region></Error>"))
        }
        let bucket = try Bucket(server.address, region: "us-east-1")
        _ = try await bucket.store.list(below: "")
        #expect(try await text(bucket.store, "a.csv") == "0123456789")
        #expect(server.requests.count == 4)
    }

    @Test("a redirect to Amazon's host of another region is followed by name, and a foreign region's name is not") func redirect()
        async throws
    {
        let server = try server { request, _ in
            request.headers["host"] == "test-bucket.s3.ap-south-1.amazonaws.com"
                ? .instead(.status(200, "", headers: ["ETag": "\"e1\""]))
                : .instead(.status(301, "", headers: ["x-amz-bucket-region": "ap-south-1", "Location": "http://elsewhere/"]))
        }
        let transport = try DivertingTransport(server.address)
        let bucket = try Bucket(nil, transport: transport)
        #expect(try await bucket.store.info("a.csv").version == "e1")
        #expect(
            transport.hosts == [
                "https://test-bucket.s3.eu-west-1.amazonaws.com", "https://test-bucket.s3.ap-south-1.amazonaws.com",
            ])
        let evil = try self.server { _, _ in
            .instead(.status(301, "", headers: ["x-amz-bucket-region": "x.evil.example/", "Location": "http://elsewhere/"]))
        }
        let other = try DivertingTransport(evil.address)
        #expect(await failure { try await Bucket(nil, transport: other).store.info("a.csv") }?.code == .serviceFailed)
        #expect(other.hosts == ["https://test-bucket.s3.eu-west-1.amazonaws.com"])
    }

    @Test("buckets stand in the host or in the path, as the endpoint wants it") func styles() async throws {
        let server = try server { _, _ in .instead(.status(200, "", headers: ["ETag": "\"e1\""])) }
        let transport = try DivertingTransport(server.address)
        _ = try await Bucket(nil, name: "dotted.bucket", transport: transport).store.info("k/ü +.csv")
        _ = try await Bucket("http://storage.example:9000", pathStyle: false, transport: transport).store.info("k")
        _ = try await Bucket("http://storage.example:9000", transport: transport).store.info("k")
        #expect(
            transport.hosts == [
                "https://s3.eu-west-1.amazonaws.com", "http://test-bucket.storage.example:9000", "http://storage.example:9000",
            ])
        #expect(server.requests.map(\.target) == ["/dotted.bucket/k/%C3%BC%20%2B.csv", "/k", "/test-bucket/k"])
    }

    @Test("an anonymous call has no signature, and one with a session has its token") func signatures() async throws {
        let server = try LocalHTTPServer { _, _ in .status(200, "", headers: ["ETag": "\"e1\""]) }
        _ = try await Bucket(server.address, isAnonymous: true).store.info("k")
        _ = try await Bucket(server.address).store.info("k")
        #expect(server.requests[0].headers["authorization"] == nil)
        #expect(server.requests[1].headers["x-amz-security-token"] == "token-1")
        #expect(server.requests[1].headers["authorization"]?.contains("x-amz-security-token") == true)
    }

    @Test("pages without an end, foreign keys and what is no listing are refused")
    func listings() async throws {
        let page = "<IsTruncated>true</IsTruncated><NextContinuationToken>same</NextContinuationToken>"
        let entry = "<Contents><Key>a/x</Key><Size>1</Size><ETag>e</ETag></Contents>"
        let answers = [
            "<ListBucketResult>\(entry)\(page)</ListBucketResult>",
            "<ListBucketResult>\(entry.replacing("a/x", with: "b/x"))</ListBucketResult>",
            "<Other/>", "<html>", "<ListBucketResult><Contents><Key>a/x</Key></Contents></ListBucketResult>",
            "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
            "<!DOCTYPE x [<!ENTITY y \"z\">]><ListBucketResult>&y;</ListBucketResult>",
        ]
        for answer in answers {
            let server = try LocalHTTPServer { _, _ in .status(200, answer) }
            let bucket = try Bucket(server.address)
            #expect(await failure { try await bucket.store.list(below: "a") }?.code == .serviceFailed, "\(answer)")
        }
    }

    @Test("a key that is no path is an error where it is listed, and a marker of a directory is nothing") func keys() async throws {
        let server = try server()
        server.put("test-bucket/d/", [])
        server.put("test-bucket/d/x.csv", [1])
        let bucket = try Bucket(server.address)
        #expect(try await bucket.store.list(below: "d").map(\.name) == ["d/x.csv"])
        server.put("test-bucket/d//y.csv", [1])
        let error = try #require(await failure { try await bucket.store.list(below: "d") })
        #expect(error.code == .unreadable)
        #expect(error.message.contains("s3://test-bucket/d//y.csv"))
    }

    @Test("silence is cut off after the call's time and tried again") func slow() async throws {
        let server = try server { _, number in number == 0 ? .instead(.silence) : nil }
        let bucket = try Bucket(server.address, timeScale: 0.005)
        #expect(try await bucket.store.info("a.csv").byteCount == 10)
    }

    @Test("tens of thousands of keys come in pages, of which one is held at a time") func manyKeys() async throws {
        let pages = 40
        let server = try LocalHTTPServer { request, _ in
            let token =
                request.target.split(separator: "continuation-token=").dropFirst().first.flatMap { Int($0.prefix { $0.isNumber }) } ?? 0
            let keys = (0..<1_000).map { "<Contents><Key>k/\(100_000 + token * 1_000 + $0)</Key><Size>1</Size><ETag>e</ETag></Contents>" }
            let more = token < pages - 1 ? "<IsTruncated>true</IsTruncated><NextContinuationToken>\(token + 1)</NextContinuationToken>" : ""
            return .status(200, "<ListBucketResult>\(keys.joined())\(more)</ListBucketResult>")
        }
        var count = 0
        var largest = 0
        try await Bucket(server.address).store.eachPage(below: "k") { page in
            count += page.count
            largest = max(largest, page.count)
        }
        #expect(count == pages * 1_000)
        #expect(largest == 1_000)
    }
}
