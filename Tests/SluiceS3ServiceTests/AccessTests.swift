import SluiceAWS
import SluiceBuckets
import SluiceServer
import SluiceTestKit
import Testing

@testable import SluiceS3Service

/// Who gets in without a signature.
@Suite("public buckets") struct AccessTests {
    private static let signer = RequestSigner(PortBench.credentials, region: "us-east-1", service: "s3", pathStyle: .plain)
    private static let keys = ["AKIDEXAMPLE": "hidden"]

    private static func policy(_ action: String, _ resource: String = "arn:aws:s3:::open/*") -> [UInt8] {
        Array(#"{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "\#(action)", "Resource": "\#(resource)"}]}"#.utf8)
    }

    private static func set(_ bench: PortBench, _ kind: String, _ body: [UInt8]) async throws -> HTTPAnswer {
        try await bench.send("PUT", "/open", query: [.init(kind, "")], body: body, signer: signer)
    }

    @Test("a named version is open where the policy opens versions, and only then") func versions() async throws {
        try await PortBench.run(keys: Self.keys) { bench in
            _ = try await bench.send("PUT", "/open", signer: Self.signer)
            try await bench.store.setVersioning("open", .enabled)
            var ids: [String] = []
            for byte: UInt8 in [1, 2] {
                let written = try await bench.send("PUT", "/open/k", body: [byte], signer: Self.signer)
                ids.append(try #require(written.header("x-amz-version-id")))
            }
            func read(_ method: String, _ id: String?) async throws -> Int {
                try await bench.send(method, "/open/k", query: id.map { [.init("versionId", $0)] } ?? []).status
            }
            for (action, plain, version) in [("s3:GetObject", 200, 403), ("s3:GetObjectVersion", 403, 200), ("s3:Get*", 200, 200)] {
                #expect(try await Self.set(bench, "policy", Self.policy(action)).status == 204)
                for method in ["GET", "HEAD"] {
                    #expect(try await read(method, nil) == plain, "\(action) \(method)")
                    for id in ids { #expect(try await read(method, id) == version, "\(action) \(method)") }
                }
            }
            // A website has no versions to ask for.
            #expect(try await Self.set(bench, "policy", Self.policy("s3:GetObject")).status == 204)
            let site = "<WebsiteConfiguration><IndexDocument><Suffix>i</Suffix></IndexDocument></WebsiteConfiguration>"
            #expect(try await Self.set(bench, "website", Array(site.utf8)).status == 200)
            let page = try await bench.send(
                "GET", "/k", query: [.init("versionId", ids[0])], headers: [("Host", "open.s3-website.localhost")])
            #expect(page.body == [2])
        }
    }

    @Test("public access that is blocked") func blocked() async throws {
        func block(_ name: String) -> [UInt8] {
            let flags = ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"]
            let elements = flags.map { "<\($0)>\($0 == name)</\($0)>" }.joined()
            return Array("<PublicAccessBlockConfiguration>\(elements)</PublicAccessBlockConfiguration>".utf8)
        }
        try await PortBench.run(keys: Self.keys) { bench in
            _ = try await bench.send("PUT", "/open", signer: Self.signer)
            _ = try await bench.send("PUT", "/open/k", body: [1], signer: Self.signer)
            #expect(try await Self.set(bench, "publicAccessBlock", block("BlockPublicPolicy")).status == 200)
            #expect(try await Self.set(bench, "policy", Self.policy("s3:GetObject")).errorCode == "AccessDenied")
            let own = String(decoding: Self.policy("s3:GetObject"), as: UTF8.self)
                .replacing(#""*""#, with: #"{"AWS": "arn:aws:iam::000000000000:root"}"#)
            #expect(try await Self.set(bench, "policy", Array(own.utf8)).status == 204)
            #expect(try await Self.set(bench, "publicAccessBlock", block("IgnorePublicAcls")).status == 200)
            #expect(try await Self.set(bench, "policy", Self.policy("s3:GetObject")).status == 204)
            #expect(try await bench.send("GET", "/open/k").body == [1])
            #expect(try await Self.set(bench, "publicAccessBlock", block("RestrictPublicBuckets")).status == 200)
            #expect(try await bench.send("GET", "/open/k").errorCode == "AccessDenied")
            #expect(try await bench.send("GET", "/open/k", signer: Self.signer).body == [1])
            let word = Array("<PublicAccessBlockConfiguration><BlockPublicAcls>yes</BlockPublicAcls></PublicAccessBlockConfiguration>".utf8)
            #expect(try await Self.set(bench, "publicAccessBlock", word).errorCode == "MalformedXML")
        }
    }

    @Test(
        "a policy is about its bucket",
        arguments: [
            ("arn:aws:s3:::other/*", "MalformedPolicy"), ("arn:aws:s3:::openly", "MalformedPolicy"), ("open/*", "MalformedPolicy"),
            ("arn:aws:s3:::open", nil), ("arn:aws:s3:::open/*", nil), ("arn:aws:s3:::op*", nil), ("*", nil),
        ] as [(String, String?)])
    func resources(_ resource: String, _ code: String?) async throws {
        try await PortBench.run { bench in
            _ = try await bench.send("PUT", "/open")
            let action = resource.hasSuffix("*") ? "s3:GetObject" : "s3:ListBucket"
            let answer = try await Self.set(bench, "policy", Self.policy(action, resource))
            #expect(answer.errorCode == code, "\(answer.text)")
            if code != nil { #expect(answer.text.contains("Policy has invalid resource")) }
        }
    }
}
