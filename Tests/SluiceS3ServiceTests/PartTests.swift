import SluiceServer
import Testing

@testable import SluiceS3Service

@Suite("parts of the service") struct PartTests {
    @Test(
        "a bucket stands in the path or in the host",
        arguments: [
            ("localhost:4566", "/b/k/l", "b", "k/l"), ("127.0.0.1", "/b", "b", ""), ("127.0.0.1", "/", nil, ""),
            ("b.s3.localhost:1", "/k%20%2B+", "b", "k ++"), ("b.c.s3.us-east-1.amazonaws.com", "/k", "b.c", "k"),
            ("s3.us-east-1.amazonaws.com", "/b//k", "b", "/k"), ("b-1.localhost", "/", "b-1", ""),
        ] as [(String, String, String?, String)]) func address(_ host: String, _ path: String, _ bucket: String?, _ key: String)
    {
        let address = S3Address(RequestHead(method: "GET", target: path, headers: HeaderFields([("Host", host)])))
        #expect(address.bucket == bucket)
        #expect(String(decoding: address.key, as: UTF8.self) == key)
    }

    @Test(
        "ranges",
        arguments: [
            ("bytes=0-0", 0..<1), ("bytes=2-", 2..<10), ("bytes=-3", 7..<10), ("bytes=-99", 0..<10),
            ("bytes=5-999999999999999999999", 5..<10),
            ("bytes=3-2", nil), ("bytes=a-b", nil), ("items=1-2", nil), ("bytes=-", nil), ("bytes=1-2,4-5", nil),
        ] as [(String, Range<Int64>?)]) func range(_ text: String, _ expected: Range<Int64>?) throws
    { #expect(try ByteRange.range(text, of: 10) == expected) }

    @Test("ranges behind the end", arguments: ["bytes=10-", "bytes=-0", "bytes=99999999999999999999-"]) func noRange(_ text: String) {
        #expect(throws: ServiceFault.self) { try ByteRange.range(text, of: 10) }
    }

    private static let chunked = "5;chunk-signature=00\r\nhello\r\n3\r\n wo\r\n0\r\nx-amz-checksum-crc32: AAAAAA==\r\n\r\n"

    @Test("chunks in pieces of any length", arguments: 1...20) func chunks(_ length: Int) throws {
        let bytes = Array(Self.chunked.utf8)
        var decoder = ChunkDecoder(nil)
        var data: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: length) {
            data += try bytes[start..<min(bytes.count, start + length)].withUnsafeBytes { try decoder.take($0) }
        }
        try decoder.finish()
        #expect(String(decoding: data, as: UTF8.self) == "hello wo")
        #expect(decoder.trailers.first?.value == "AAAAAA==")
    }

    @Test(
        "chunks that are none",
        arguments: [
            "x\r\n", "-1\r\n", "5\r\nhel", "5\r\nhelloo\r\n0\r\n\r\n", "", "5\r\nhello\r\n", "0\r\nno colon\r\n\r\n",
            "FFFFFFFFFFFFFFFF\r\n",
            String(repeating: "0", count: 5_000), "0\r\n\r\nmore\r\n", "\r\n",
        ]) func noChunks(_ text: String)
    {
        #expect(throws: ServiceFault.self) {
            var decoder = ChunkDecoder(nil)
            _ = try Array(text.utf8).withUnsafeBytes { try decoder.take($0) }
            try decoder.finish()
        }
    }

    @Test("times") func times() {
        #expect(S3Time.iso(784_111_777_123_000) == "1994-11-06T08:49:37.123Z")
        #expect(S3Time.micros(iso: "1994-11-06T08:49:37.123Z") == 784_111_777_000_000)
    }

    @Test(
        "days of years of more than four digits are none: nothing can be counted from them",
        arguments: ["999999-1-1", "9999999999999-01-01", "2030-1-1", "2030-02-30", "2030-01-01T00:00:01Z", ""])
    func days(_ text: String) {
        #expect(S3Time.day(iso: text) == nil && S3Time.micros(iso: text + "T00:00:00Z") == nil)
        #expect(S3Time.day(iso: "2030-01-01T00:00:00.000Z") == 21_915)
    }

    @Test("policies: what everybody may do") func policies() throws {
        let policy = try #require(
            BucketPolicy(
                Array(
                    """
                    {"Statement": [
                        {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/open/*"},
                        {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::b/open/secret?"]},
                        {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::1:root"}, "Action": "*", "Resource": "*"}]}
                    """.utf8)))
        #expect(policy.allowsEverybody("s3:GetObject", "arn:aws:s3:::b/open/x/y"))
        #expect(!policy.allowsEverybody("s3:GetObject", "arn:aws:s3:::b/open/secret1"))
        #expect(!policy.allowsEverybody("s3:GetObject", "arn:aws:s3:::b/closed"))
        #expect(!policy.allowsEverybody("s3:ListBucket", "arn:aws:s3:::b"))
        for text in ["", "{}", "[]", "{\"Statement\": []}", "{\"Statement\": [{\"Effect\": \"Maybe\"}]}"] {
            #expect(BucketPolicy(Array(text.utf8)) == nil)
        }
    }

    private static func policy(_ statement: String) throws(BucketPolicy.Fault) -> BucketPolicy {
        try BucketPolicy(parsing: Array(#"{"Statement": {\#(statement)}}"#.utf8))
    }

    @Test("policies: all but what is named") func others() throws {
        let everybody = #""Effect": "Allow", "Principal": "*", "#
        let actions = try Self.policy(everybody + #""NotAction": ["S3:put*"], "Resource": "arn:aws:s3:::b/*""#)
        #expect(actions.allowsEverybody("s3:GetObject", "arn:aws:s3:::b/k") && actions.isPublic)
        #expect(!actions.allowsEverybody("s3:PutObject", "arn:aws:s3:::b/k"))
        let resources = try Self.policy(everybody + #""Action": "s3:GetObject", "NotResource": "arn:aws:s3:::b/q/*""#)
        #expect(resources.allowsEverybody("s3:GetObject", "arn:aws:s3:::b/p/x") && resources.concerns(only: "b"))
        #expect(!resources.allowsEverybody("s3:GetObject", "arn:aws:s3:::b/q/x"))
        let opened = #"{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "arn:aws:s3:::b/*"}"#
        for (principal, isOpen) in [(#"{"AWS": "arn:aws:iam::1:root"}"#, false), ("\"*\"", true)] {
            let denial = #"{"Effect": "Deny", "NotPrincipal": \#(principal), "Action": "*", "Resource": "*"}"#
            let policy = try BucketPolicy(parsing: Array("{\"Statement\": [\(opened), \(denial)]}".utf8))
            #expect(policy.allowsEverybody("s3:GetObject", "arn:aws:s3:::b/k") == isOpen)
        }
    }

    @Test(
        "policies: what is wrong with one",
        arguments: [
            (#""Principal": "*", "Action": "*", "Resource": "*""#, "Missing required field Effect"),
            (#""Effect": "Allow", "Action": "*", "Resource": "*""#, "Missing required field Principal"),
            (#""Effect": "Allow", "Principal": "*", "Resource": "*""#, "Missing required field Action"),
            (#""Effect": "Allow", "Principal": "*", "Action": "*""#, "Missing required field Resource"),
            (#""Effect": "Allow", "NotPrincipal": "*", "Action": "*", "Resource": "*""#, "Allow with NotPrincipal is not allowed."),
            (#""Effect": "Deny", "Principal": "*", "Action": "*", "NotAction": "*", "Resource": "*""#, "has both Action and NotAction"),
        ]) func wrongPolicy(_ statement: String, _ message: String)
    {
        #expect {
            _ = try Self.policy(statement)
        } throws: { ($0 as? BucketPolicy.Fault)?.message.contains(message) == true }
    }
}
