import SluiceAWS
import SluiceServer
import SluiceTestKit
import Testing

@testable import SluiceS3Service

@Suite("what a server of S3 refuses") struct HostileTests {
    private static let signer = RequestSigner(PortBench.credentials, region: "us-east-1", service: "s3", pathStyle: .plain)

    @Test("paths that want out stay keys of their bucket, or are refused") func traversal() async throws {
        try await PortBench.run { bench in
            _ = try await bench.send("PUT", "/traversal")
            let signed = Self.signer
            for key in ["../../escaped", "a/../../escaped", "..", "/etc/passwd", ".sluice/index.sqlite"] {
                let answer = try await bench.send("PUT", "/traversal/" + key, body: [1], signer: signed)
                #expect(answer.status == 200, "\(key): \(answer.text)")
                #expect(try await bench.send("GET", "/traversal/" + key, signer: signed).body == [1])
            }
            let outside = bench.directory.files().filter { !$0.hasPrefix("buckets/traversal/") && !$0.hasPrefix("buckets/.sluice/") }
            #expect(outside.isEmpty)
            for bucket in ["..", ".sluice", "%2e%2e", "A", "a"] {
                #expect(try await bench.send("PUT", "/" + bucket).errorCode == "InvalidBucketName")
                #expect(try await bench.send("GET", "/" + bucket + "/x").status == 404)
            }
        }
    }

    static let bombs = [
        "<!DOCTYPE a [<!ENTITY x \"y\">]><Delete><Object><Key>&x;</Key></Object></Delete>", "<Delete>", "", "{}", "<Delete/>",
        String(repeating: "<Delete>", count: 1_000), "<Delete><Object><Key>\u{1}</Key>", "<Other/>",
        "<Delete>" + String(repeating: "<Object><Key>k</Key></Object>", count: 1_001) + "</Delete>",
    ]

    @Test("documents that are none", arguments: bombs.indices) func documents(_ index: Int) async throws {
        try await PortBench.run { bench in
            _ = try await bench.send("PUT", "/documents")
            let answer = try await bench.send(
                "POST", "/documents", query: [.init("delete", "")], body: Array(Self.bombs[index].utf8))
            #expect(answer.errorCode == "MalformedXML", "\(answer.text)")
        }
    }

    @Test("bodies that are not what is said of them are not stored") func digests() async throws {
        try await PortBench.run { bench in
            _ = try await bench.send("PUT", "/digests")
            let cases: [(String, [(String, String)])] = [
                ("BadDigest", [("Content-MD5", "1B2M2Y8AsgTpgAmY7PhCfg==")]), ("InvalidDigest", [("Content-MD5", "x")]),
                ("BadDigest", [("x-amz-checksum-crc32", "AAAAAA==")]), ("InvalidRequest", [("x-amz-checksum-crc32", "AAAA")]),
                ("BadDigest", [("x-amz-checksum-crc64nvme", "AAAAAAAAAAA=")]),
                ("InvalidRequest", [("x-amz-checksum-crc32", "AAAAAA=="), ("x-amz-checksum-crc32c", "AAAAAA==")]),
                ("InvalidRequest", [("x-amz-sdk-checksum-algorithm", "CRC5")]),
                ("XAmzContentSHA256Mismatch", [("x-amz-content-sha256", String(repeating: "0", count: 64))]),
                ("InvalidArgument", [("x-amz-content-sha256", "short")]),
                ("MetadataTooLarge", [("x-amz-meta-a", String(repeating: "x", count: 2_048))]),
                ("MissingContentLength", [("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER")]),
                (
                    "IncompleteBody",
                    [("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"), ("x-amz-decoded-content-length", "5")]
                ),
            ]
            for (code, headers) in cases {
                let answer = try await bench.send("PUT", "/digests/k", headers: headers, body: Array("hello".utf8))
                #expect(answer.errorCode == code, "\(headers): \(answer.text)")
            }
            #expect(try await bench.send("GET", "/digests/k").errorCode == "NoSuchKey")
            #expect(bench.directory.files(below: "buckets/.sluice/staged").isEmpty)
        }
    }

    @Test("with keys, only what is signed with one of them, and what the policy opens") func signatures() async throws {
        try await PortBench.run(keys: ["AKIDEXAMPLE": "hidden"]) { bench in
            let other = AWSCredentials(accessKeyID: "AKIDOTHER", secretAccessKey: "hidden")
            let wrong = AWSCredentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "guessed")
            func signer(_ credentials: AWSCredentials) -> RequestSigner {
                RequestSigner(credentials, region: "us-east-1", service: "s3", pathStyle: .plain)
            }
            #expect(try await bench.send("PUT", "/signed").errorCode == "AccessDenied")
            #expect(try await bench.send("PUT", "/signed", signer: signer(other)).errorCode == "InvalidAccessKeyId")
            #expect(try await bench.send("PUT", "/signed", signer: signer(wrong)).errorCode == "SignatureDoesNotMatch")
            #expect(try await bench.send("PUT", "/signed", signer: Self.signer).status == 200)
            #expect(try await bench.send("PUT", "/signed/k", body: [1], signer: Self.signer).status == 200)
            #expect(try await bench.send("GET", "/signed/k").errorCode == "AccessDenied")
            let policy = """
                {"Version": "2012-10-17", "Statement": [
                    {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": ["s3:Get*"], "Resource": "arn:aws:s3:::signed/*"}]}
                """
            let put = try await bench.send(
                "PUT", "/signed", query: [.init("policy", "")], body: Array(policy.utf8), signer: Self.signer)
            #expect(put.status == 204)
            #expect(try await bench.send("GET", "/signed/k").body == [1])
            #expect(try await bench.send("GET", "/signed").errorCode == "AccessDenied")
            #expect(try await bench.send("PUT", "/signed/k", body: [2]).errorCode == "AccessDenied")
        }
    }

    @Test("an operation that is not there is not taken for another") func unknown() async throws {
        try await PortBench.run { bench in
            _ = try await bench.send("PUT", "/unknown")
            for (method, path, mark) in [("PUT", "/unknown", "encryption"), ("PUT", "/unknown", "replication")] {
                #expect(try await bench.send(method, path, query: [.init(mark, "")]).errorCode == "NotImplemented")
            }
            #expect(try await bench.send("DELETE", "/unknown", query: [.init("logging", "")]).errorCode == "MethodNotAllowed")
            #expect(try await bench.send("PATCH", "/unknown/k").errorCode == "MethodNotAllowed")
            #expect(try await bench.send("GET", "/unknown/k", query: [.init("versionId", "")]).errorCode == "InvalidArgument")
        }
    }

    @Test(
        "a parameter that makes another operation of a write is refused, and nothing is written over",
        arguments: S3Operation.refusals.filter { $0.level == .object && ["PUT", "DELETE"].contains($0.method) }.map(\.name))
    func kept(_ name: String) async throws {
        let operation = try #require(S3Operation.refusals.first { $0.name == name })
        try await PortBench.run { bench in
            _ = try await bench.send("PUT", "/kept")
            #expect(try await bench.send("PUT", "/kept/k", body: [1, 2]).status == 200)
            for parameter in [nil, operation.parameter] {
                let query = [operation.mark, parameter].compactMap(\.self).map { SignableRequest.Parameter($0, "") }
                for source in ["x-amz-rename-source", "x-amz-copy-source"] {
                    for key in ["k", "new"] {
                        let answer = try await bench.send(
                            operation.method, "/kept/" + key, query: query, headers: [(source, "/kept/k")], body: [3])
                        #expect(["NotImplemented", "AccessControlListNotSupported", "MethodNotAllowed"].contains(answer.errorCode))
                    }
                }
            }
            #expect(try await bench.send("GET", "/kept/k").body == [1, 2])
            #expect(try await bench.send("GET", "/kept/new").errorCode == "NoSuchKey")
        }
    }
}
