import SluiceAWS
import SluiceCore
import Testing

@testable import SluiceServer

/// Signatures that our own client makes, checked by the port.
@Suite("signatures")
struct SignatureTests {
    private static let now: Int64 = 1_767_225_600_000_000
    private let credentials = AWSCredentials(accessKeyID: "KEY", secretAccessKey: "secret", sessionToken: nil)
    private let check = SignatureCheck(keys: ["KEY": "secret"])

    private func head(_ request: SignableRequest) -> RequestHead {
        RequestHead(
            method: request.method, target: request.target, headers: HeaderFields(request.headers.map { ($0.name, $0.value) }))
    }

    private func verify(_ head: RequestHead, _ body: [UInt8]?, at time: Int64 = now, _ service: String = "kinesis") throws
        -> VerifiedSignature
    {
        try check.verify(head, CredentialScope(of: head), whole: body, nowMicros: time, service: service)
    }

    @Test("a signed request is right, and nothing of it may change")
    func header() throws {
        let signer = RequestSigner(credentials, region: "us-east-1", service: "kinesis")
        let body = Array("{}".utf8)
        let signed = signer.signed(
            SignableRequest(
                "POST", path: "/", query: [.init("b", "2 +"), .init("a", "ü")],
                headers: [.init("Host", "localhost:4566"), .init("X-Amz-Target", "  a   b ")], payload: .bytes(body)), nowMicros: Self.now)
        let good = head(signed)
        #expect(try verify(good, body).scope == "20260101/us-east-1/kinesis/aws4_request")
        #expect(throws: LayerRefusal.wrongSignature) { try verify(good, Array("{ }".utf8)) }
        #expect(throws: LayerRefusal.skewedClock) { try verify(good, body, at: Self.now + 901_000_000) }
        #expect(throws: LayerRefusal.self) { try verify(good, body, "s3") }
        var changed = signed
        changed.query[0].value = "3"
        #expect(throws: LayerRefusal.wrongSignature) { try verify(head(changed), body) }
        let stranger = RequestSigner(
            AWSCredentials(accessKeyID: "OTHER", secretAccessKey: "secret", sessionToken: nil), region: "us-east-1", service: "kinesis")
        let unknown = stranger.signed(
            SignableRequest("POST", path: "/", headers: [.init("Host", "x")], payload: .bytes([])), nowMicros: Self.now)
        #expect(throws: LayerRefusal.unknownKey("OTHER")) { try verify(head(unknown), []) }
        #expect(throws: LayerRefusal.unsigned) { try verify(RequestHead(method: "GET", target: "/"), []) }
    }

    @Test("a presigned address holds until it expires; paths of S3 are signed as they are")
    func presigned() throws {
        let signer = RequestSigner(credentials, region: "eu-central-1", service: "s3", pathStyle: .plain)
        let request = SignableRequest(
            "GET", path: "/bucket/a b/../ü+.txt", query: [.init("acl", "")], headers: [.init("Host", "localhost")], payload: .unsigned)
        let address = head(signer.presigned(request, lifeSeconds: 60, nowMicros: Self.now))
        #expect(try verify(address, nil, "s3").payload == .unsigned)
        #expect(throws: LayerRefusal.expiredAddress) { try verify(address, nil, at: Self.now + 61_000_000, "s3") }
        let signed = signer.signed(
            SignableRequest("PUT", path: "/bucket/a b+ü", headers: [.init("Host", "localhost")], payload: .bytes([1])), nowMicros: Self.now)
        guard case .hash = try verify(head(signed), nil, "s3").payload else {
            Issue.record("the payload's hash is part of the signature")
            return
        }
    }

    @Test("headers that a service obeys are signed, also those that were added behind the signature", arguments: [false, true])
    func unsigned(isPresigned: Bool) throws {
        let signer = RequestSigner(credentials, region: "us-east-1", service: "s3", pathStyle: .plain)
        let request = SignableRequest(
            "PUT", path: "/b/k", headers: [.init("Host", "localhost"), .init("x-amz-meta-a", "1")], payload: .unsigned)
        let signed =
            isPresigned ? signer.presigned(request, lifeSeconds: 60, nowMicros: Self.now) : signer.signed(request, nowMicros: Self.now)
        func sent(_ headers: [SignableRequest.Header]) throws -> VerifiedSignature {
            var sent = signed
            sent.headers += headers
            return try verify(head(sent), nil, "s3")
        }
        // Proxies and clients add others, and say with an address that the payload is not signed.
        let hash = [SignableRequest.Header("x-amz-content-sha256", "UNSIGNED-PAYLOAD")]
        _ = try sent([.init("Content-Type", "a/b"), .init("X-Amzn-Trace-Id", "1")] + (isPresigned ? hash : []))
        let added = [SignableRequest.Header("X-Amz-Copy-Source", "other/k"), .init("x-amz-tagging", "a=1")]
        #expect(throws: LayerRefusal.unsignedHeaders(["x-amz-copy-source", "x-amz-tagging"])) { try sent(added) }
        #expect(throws: LayerRefusal.wrongSignature) { try sent([.init("x-amz-meta-a", "2")]) }
    }

    @Test(
        "an address says what is wrong with its form",
        arguments: [
            ("X-Amz-Expires", "604801", "less than a week"), ("X-Amz-Expires", "-1", "non-negative"), ("X-Amz-Expires", "day", "a number"),
            ("X-Amz-Algorithm", "AWS4-ECDSA-P256-SHA256", "X-Amz-Algorithm only supports"), ("X-Amz-SignedHeaders", nil, "requires the"),
            ("X-Amz-Date", "20260102T000000Z", "X-Amz-Date"),
        ] as [(String, String?, String)])
    func addresses(name: String, value: String?, message: String) throws {
        let signer = RequestSigner(credentials, region: "us-east-1", service: "s3", pathStyle: .plain)
        var request = signer.presigned(
            SignableRequest("GET", path: "/b/k", headers: [.init("Host", "localhost")], payload: .unsigned), lifeSeconds: 60,
            nowMicros: Self.now)
        request.query.removeAll { $0.name == name }
        if let value { request.query.append(.init(name, value)) }
        let error = #expect(throws: LayerRefusal.self) { try verify(head(request), nil, "s3") }
        guard case .malformedAddress(let text)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(text.contains(message))
    }
}
