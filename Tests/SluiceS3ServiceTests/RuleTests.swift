import SluiceAWS
import SluiceBuckets
import SluiceCore
import SluiceTestKit
import Testing

@testable import SluiceS3Service
@testable import SluiceServer

/// What S3 says where a request is nearly right.
@Suite("rules of S3") struct RuleTests {
    private static func signer(_ region: String) -> RequestSigner {
        RequestSigner(PortBench.credentials, region: region, service: "s3", pathStyle: .plain)
    }

    private static func creation(_ location: String?) -> [UInt8] {
        let constraint = location.map { "<LocationConstraint>\($0)</LocationConstraint>" }
        return Array((constraint.map { "<CreateBucketConfiguration>\($0)</CreateBucketConfiguration>" } ?? "").utf8)
    }

    @Test("where a bucket may be made, and made again") func creations() async throws {
        let cases: [(name: String, region: String, location: String?, code: String?)] = [
            ("own", "us-east-1", nil, nil), ("own", "us-east-1", nil, nil), ("own", "us-east-1", "us-east-1", "InvalidLocationConstraint"),
            ("own", "eu-west-1", "eu-west-1", "BucketAlreadyOwnedByYou"), ("far", "eu-west-1", nil, "IllegalLocationConstraintException"),
            ("far", "eu-west-1", "us-west-2", "IllegalLocationConstraintException"), ("far", "eu-west-1", "EU", nil),
            ("far", "us-east-1", nil, "BucketAlreadyOwnedByYou"), ("farther", "us-east-1", "us-west-2", nil),
        ]
        try await PortBench.run { bench in
            for (name, region, location, code) in cases {
                let answer = try await bench.send("PUT", "/" + name, body: Self.creation(location), signer: Self.signer(region))
                #expect(answer.errorCode == code, "\(name) from \(region) in \(location ?? "nowhere"): \(answer.text)")
            }
            // Whoever does not sign names no region.
            #expect(try await bench.send("PUT", "/plain").status == 200)
        }
    }

    @Test("two rules of a lifecycle with one name are refused") func lifecycle() {
        let rule = "<Rule><ID>a</ID><Status>Enabled</Status><Filter/><Expiration><Days>1</Days></Expiration></Rule>"
        let nameless = rule.replacing("<ID>a</ID>", with: "")
        func refusal(_ rules: String) -> ServiceFault? {
            do throws(ServiceFault) {
                _ = try LifecycleDocument.rules(Array("<LifecycleConfiguration>\(rules)</LifecycleConfiguration>".utf8))
                return nil
            } catch {
                return error
            }
        }
        let fault = refusal(rule + rule)
        #expect(fault?.code == "InvalidArgument")
        #expect(fault?.message == "Rule ID must be unique. Found same ID for more than one rule")
        #expect(refusal(rule + rule.replacing("a</ID>", with: "b</ID>")) == nil)
        #expect(refusal(nameless + nameless) == nil)
    }

    @Test(
        "rules of a lifecycle that S3 refuses, because they say less than they seem to",
        arguments: [
            ("<Filter>\(tag)</Filter>\(abort)", "InvalidRequest"),
            ("<Filter><And><Prefix>a</Prefix>\(tag)</And></Filter>\(abort)", "InvalidRequest"),
            ("<Filter>\(size)</Filter>\(abort)", "InvalidRequest"), ("<Filter>\(tag)</Filter>\(marker)", "InvalidRequest"),
            ("<Filter/><Expiration><Days>1</Days><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>", "MalformedXML"),
            ("<Filter/><Expiration><Days>1</Days><Date>2030-01-01T00:00:00Z</Date></Expiration>", "MalformedXML"),
            ("<Filter>\(size)<Prefix>a</Prefix></Filter>\(days)", "MalformedXML"),
            ("<Filter>\(tag)\(tag)</Filter>\(days)", "MalformedXML"),
            ("<Filter><And>\(tag)\(tag)</And></Filter>\(days)", "InvalidRequest"),
            ("<Filter><ObjectSizeLessThan>many</ObjectSizeLessThan></Filter>\(days)", "MalformedXML"),
            ("<Filter><And>\(size)<ObjectSizeLessThan>5</ObjectSizeLessThan></And></Filter>\(days)", "InvalidRequest"),
            ("<Filter><Tag><Value>v</Value></Tag></Filter>\(days)", "MalformedXML"),
            ("<Filter><Suffix>a</Suffix></Filter>\(days)", "MalformedXML"),
            (days, "MalformedXML"), ("<Prefix>a</Prefix><Filter/>\(days)", "MalformedXML"), ("<Prefix>a</Prefix>\(days)", nil),
            ("<ID>\(name)x</ID><Filter/>\(days)", "InvalidArgument"), ("<ID>\(name)</ID><Filter/>\(days)", nil),
            ("<Filter/>\(older("0"))", "InvalidArgument"), ("<Filter/>\(older("101"))", "InvalidArgument"),
            ("<Filter/>\(older("1"))", nil), ("<Filter/>\(older("100"))", nil), ("<Filter/>\(older("-1"))", "MalformedXML"),
            ("<Filter>\(tag)</Filter>\(days)", nil), ("<Filter/>\(marker)", nil), ("<Filter><Prefix>a</Prefix></Filter>\(abort)", nil),
            ("<Filter><And><Prefix>a</Prefix>\(tag)\(size)</And></Filter>\(days)", nil),
        ] as [(String, String?)])
    func lifecycleRefusals(_ rule: String, _ code: String?) {
        let document = "<LifecycleConfiguration><Rule><Status>Enabled</Status>\(rule)</Rule></LifecycleConfiguration>"
        do throws(ServiceFault) {
            _ = try LifecycleDocument.rules(Array(document.utf8))
            #expect(code == nil, "\(rule)")
        } catch {
            #expect(error.code == code, "\(rule): \(error.message)")
        }
    }

    private static let tag = "<Tag><Key>k</Key><Value>v</Value></Tag>"
    private static let size = "<ObjectSizeGreaterThan>10</ObjectSizeGreaterThan>"
    private static let days = "<Expiration><Days>1</Days></Expiration>"
    private static let marker = "<Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>"
    private static let name = String(repeating: "n", count: 255)
    private static func older(_ kept: String) -> String {
        """
        <NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays><NewerNoncurrentVersions>\(kept)</NewerNoncurrentVersions>
        </NoncurrentVersionExpiration>
        """
    }
    private static let abort = """
        <AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation></AbortIncompleteMultipartUpload>
        """

    @Test("what expires by a moved time is gone when it is moved") func moved() async throws {
        let shift = TimeShift()
        let clock = WallClock { WallClock.system.nowMicros() + shift.micros }
        try await PortBench.run(clock: clock, shift: shift) { bench in
            _ = try await bench.send("PUT", "/days")
            _ = try await bench.send("PUT", "/days/k", body: [1])
            let rules = """
                <LifecycleConfiguration><Rule><Status>Enabled</Status><Filter/><Expiration><Days>1</Days></Expiration></Rule>
                </LifecycleConfiguration>
                """
            #expect(try await bench.send("PUT", "/days", query: [.init("lifecycle", "")], body: Array(rules.utf8)).status == 200)
            #expect(try await bench.send("POST", "/_sluice/clock", query: [.init("advance", "60")]).status == 200)
            #expect(try await bench.send("GET", "/days/k").body == [1])
            #expect(try await bench.send("POST", "/_sluice/clock", query: [.init("advance", "259200")]).status == 200)
            #expect(try await bench.send("GET", "/days/k").errorCode == "NoSuchKey")
        }
    }

    @Test("a range of a copied part lies within its source") func ranges() async throws {
        try await PortBench.run { bench in
            _ = try await bench.send("PUT", "/parts")
            _ = try await bench.send("PUT", "/parts/source", body: [1, 2, 3])
            let key = try #require(ObjectKey("target"))
            let upload = try await bench.store.beginUpload("parts", key, ObjectTraits(), algorithm: nil, isComposite: false)
            func copy(_ range: String) async throws -> HTTPAnswer {
                try await bench.send(
                    "PUT", "/parts/target", query: [.init("partNumber", "1"), .init("uploadId", upload.id)],
                    headers: [("x-amz-copy-source", "/parts/source"), ("x-amz-copy-source-range", range)])
            }
            for range in ["bytes=0-3", "bytes=7-9"] {
                let answer = try await copy(range)
                #expect(answer.errorCode == "InvalidArgument")
                #expect(answer.text.contains("Range specified is not valid for source object of size: 3"), "\(answer.text)")
            }
            for range in ["bytes=2-1", "bytes=-2", "bytes=1-", "0-1", "bytes=0-1,2-2"] {
                #expect(try await copy(range).text.contains("must be of the form bytes=first-last"), "\(range)")
            }
            #expect(try await copy("bytes=1-2").status == 200)
            #expect(try bench.store.parts(upload).map(\.byteCount) == [2])
        }
    }

    @Test("an upload says how long it is, and headers that are kept are text") func heads() async throws {
        try await PortBench.run { bench in
            _ = try await bench.send("PUT", "/heads")
            func code(_ fields: [(String, String)]) async -> String? {
                let head = RequestHead(method: "PUT", target: "/heads/k", headers: HeaderFields([("Host", "localhost")] + fields))
                let caller = Caller(account: "000000000000", region: "us-east-1")
                let request = ServiceRequest(id: "id", head: head, caller: caller, body: RequestBody([]), clock: .system, signature: nil)
                do {
                    _ = try await BucketService(bench.store).respond(to: request)
                    return nil
                } catch {
                    return (error as? ServiceFault)?.code ?? "\(error)"
                }
            }
            #expect(await code([]) == "MissingContentLength")
            #expect(await code([("Transfer-Encoding", "chunked")]) == nil)
            #expect(await code([("Content-Length", "0")]) == nil)
            // As the port reads a byte that is no UTF-8.
            let damaged = String(decoding: [0x63, 0xE9], as: UTF8.self)
            for name in ["x-amz-meta-u", "Content-Disposition"] {
                #expect(await code([("Content-Length", "0"), (name, damaged)]) == "InvalidArgument")
                #expect(await code([("Content-Length", "0"), (name, "café")]) == nil)
            }
            #expect(await code([("Content-Length", "0"), ("x-other", damaged)]) == nil)
        }
    }

    @Test("pages of other machines are refused in S3's own form, whatever the bucket's rules say") func origins() async throws {
        try await PortBench.run { bench in
            _ = try await bench.send("PUT", "/open")
            let rules = """
                <CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>
                """
            #expect(try await bench.send("PUT", "/open", query: [.init("cors", "")], body: Array(rules.utf8)).status == 200)
            let answer = try await bench.send("GET", "/open", headers: [("Origin", "https://elsewhere.example")])
            #expect(answer.status == 403 && answer.errorCode == "AccessForbidden", "\(answer.text)")
            #expect(try await bench.send("GET", "/open", headers: [("Origin", "http://localhost:3000")]).status == 200)
        }
    }
}
