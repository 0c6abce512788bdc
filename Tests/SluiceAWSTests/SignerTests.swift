import SluiceAWS
import SluiceTestKit
import Testing

/// Signatures of AWS' published test suite (names as there) and of the examples in S3's reference.
@Suite("signatures")
struct SignerTests {
    static let suite = RequestSigner(
        AWSCredentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"), region: "us-east-1",
        service: "service")
    /// 2015-08-30T12:36:00Z
    static let suiteMicros: Int64 = 1_440_938_160_000_000

    struct Vector: Sendable, CustomTestStringConvertible {
        var name: String
        var method = "GET"
        var path = "/"
        var query: [SignableRequest.Parameter] = []
        var headers: [SignableRequest.Header] = []
        var body = ""
        var signed = "host;x-amz-date"
        var signature: String

        var testDescription: String { name }
    }

    static let vectors: [Vector] = [
        Vector(name: "get-vanilla", signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        Vector(name: "post-vanilla", method: "POST", signature: "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
        Vector(
            name: "get-vanilla-query-order-key-case", query: [.init("Param2", "value2"), .init("Param1", "value1")],
            signature: "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"),
        Vector(
            name: "get-header-key-duplicate",
            headers: [.init("My-Header1", "value2"), .init("My-Header1", "value2"), .init("My-Header1", "value1")],
            signed: "host;my-header1;x-amz-date", signature: "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"),
        Vector(
            name: "get-header-value-order",
            headers: [
                .init("My-Header1", "value4"), .init("My-Header1", "value1"), .init("My-Header1", "value3"), .init("My-Header1", "value2"),
            ], signed: "host;my-header1;x-amz-date", signature: "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01"),
        Vector(
            name: "get-header-value-trim", headers: [.init("My-Header1", " value1"), .init("My-Header2", " \"a   b   c\"")],
            signed: "host;my-header1;my-header2;x-amz-date",
            signature: "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"),
        Vector(
            name: "get-vanilla-utf8-query", query: [.init("ሴ", "bar")],
            signature: "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"),
        Vector(name: "get-relative", path: "/example/..", signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        Vector(name: "get-slashes", path: "//example//", signature: "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84"),
        Vector(
            name: "get-slash-pointless-dot", path: "/./example",
            signature: "ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5"),
        Vector(
            name: "post-x-www-form-urlencoded", method: "POST", headers: [.init("Content-Type", "application/x-www-form-urlencoded")],
            body: "Param1=value1", signed: "content-type;host;x-amz-date",
            signature: "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"),
    ]

    @Test("as the test suite has them", arguments: vectors) func headerForm(_ vector: Vector) {
        let request = SignableRequest(
            vector.method, path: vector.path, query: vector.query, headers: [.init("Host", "example.amazonaws.com")] + vector.headers,
            payload: .bytes(Array(vector.body.utf8)))
        let signed = Self.suite.signed(request, nowMicros: Self.suiteMicros)
        #expect(signed.header("x-amz-date") == "20150830T123600Z")
        #expect(
            signed.header("authorization")
                == "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=\(vector.signed), "
                + "Signature=\(vector.signature)")
    }

    /// The signatures are botocore's: the suite's own requests have paths that are not encoded yet.
    @Test(
        "a path is encoded twice",
        arguments: [
            ("/ሴ", "697b34846207a3f72246f99d74ae1ee4fe54f44bb06730c58a0d339eb079596d"),
            ("/example space/", "446b817944c553435b35e813c261ff4e161fff982d1bacdef1c87f6785dd1662"),
        ]) func encodedPath(_ path: String, _ signature: String)
    {
        let request = SignableRequest("GET", path: path, headers: [.init("Host", "example.amazonaws.com")], payload: .bytes([]))
        #expect(Self.suite.signed(request, nowMicros: Self.suiteMicros).header("authorization")?.hasSuffix(signature) == true)
    }

    static let s3 = RequestSigner(
        AWSCredentials(accessKeyID: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
        region: "us-east-1", service: "s3", pathStyle: .plain)
    /// 2013-05-24T00:00:00Z
    static let s3Micros: Int64 = 1_369_353_600_000_000

    @Test("S3: an object's range, and an object that is put under a name with an odd character") func objects() {
        let host = SignableRequest.Header("Host", "examplebucket.s3.amazonaws.com")
        let range = SignableRequest("GET", path: "/test.txt", headers: [host, .init("Range", "bytes=0-9")], payload: .bytes([]))
        #expect(
            Self.s3.signed(range, nowMicros: Self.s3Micros).header("authorization")?.hasSuffix(
                "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, "
                    + "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41") == true)
        let put = SignableRequest(
            "PUT", path: "/test$file.text",
            headers: [host, .init("Date", "Fri, 24 May 2013 00:00:00 GMT"), .init("x-amz-storage-class", "REDUCED_REDUNDANCY")],
            payload: .bytes(Array("Welcome to Amazon S3.".utf8)))
        #expect(put.target == "/test%24file.text")
        #expect(
            Self.s3.signed(put, nowMicros: Self.s3Micros).header("authorization")?.hasSuffix(
                "Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd") == true)
    }

    @Test("S3: an address that carries its signature, of a payload that is not signed") func presigned() {
        let request = SignableRequest(
            "GET", path: "/test.txt", headers: [.init("Host", "examplebucket.s3.amazonaws.com")], payload: .unsigned)
        let signed = Self.s3.presigned(request, lifeSeconds: 86_400, nowMicros: Self.s3Micros)
        #expect(
            signed.target
                == "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2F"
                + "aws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&"
                + "X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404")
    }

    @Test("temporary credentials sign their token; headers that change on the way are not signed") func tokens() {
        let signer = RequestSigner(
            AWSCredentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "secret", sessionToken: "token"), region: "us-east-1",
            service: "service")
        let request = SignableRequest(
            "GET", path: "", headers: [.init("Host", "h"), .init("User-Agent", "a"), .init("Connection", "close")], payload: .bytes([]))
        let signed = signer.signed(request, nowMicros: 0)
        #expect(signed.header("x-amz-security-token") == "token")
        #expect(signed.header("x-amz-date") == "19700101T000000Z")
        #expect(signed.header("authorization")?.contains("SignedHeaders=host;x-amz-date;x-amz-security-token,") == true)
        #expect(signer.presigned(request, lifeSeconds: 1, nowMicros: 0).target.contains("X-Amz-Security-Token=token"))
    }

    @Test("neither a description nor a dump shows a secret") func secrets() {
        let credentials = AWSCredentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "hidden-key", sessionToken: "hidden-token")
        var dumped = ""
        dump(credentials, to: &dumped)
        dump(RequestSigner(credentials, region: "r", service: "s"), to: &dumped)
        for text in ["\(credentials)", String(reflecting: credentials), dumped] { #expect(!text.contains("hidden")) }
    }
}
