import SluiceAWS
import SluiceBuckets
import SluiceServer
import SluiceTestKit
import Testing

@testable import SluiceS3Service

@Suite("what S3 says of versions, copies and parts") struct VersionRuleTests {
    @Test("an id that no version can have") func ids() async throws {
        try await PortBench.run { bench in
            _ = try await bench.send("PUT", "/ids")
            try await bench.store.setVersioning("ids", .enabled)
            _ = try await bench.send("PUT", "/ids/k", body: [1])
            for method in ["GET", "DELETE"] {
                let answer = try await bench.send(method, "/ids/k", query: [.init("versionId", "none")])
                #expect(answer.errorCode == "InvalidArgument" && answer.text.contains("Invalid version id specified"), "\(answer.text)")
            }
            let absent = String(repeating: "x", count: 32)
            #expect(try await bench.send("GET", "/ids/k", query: [.init("versionId", absent)]).errorCode == "NoSuchVersion")
            #expect(try await bench.send("DELETE", "/ids/k", query: [.init("versionId", absent)]).status == 204)
            let many = "<Delete><Object><Key>k</Key><VersionId>none</VersionId></Object></Delete>"
            let answer = try await bench.send("POST", "/ids", query: [.init("delete", "")], body: Array(many.utf8))
            #expect(answer.text.contains("<Code>InvalidArgument</Code>"), "\(answer.text)")
        }
    }

    @Test("a version that was written before there were versions is called null, once there are or were some") func nulls() async throws {
        try await PortBench.run { bench in
            _ = try await bench.send("PUT", "/nulls")
            _ = try await bench.send("PUT", "/nulls/n", body: [1])
            _ = try await bench.send("PUT", "/copies")
            let upload = try await bench.store.beginUpload(
                "copies", try #require(ObjectKey("part")), ObjectTraits(), algorithm: nil, isComposite: false)
            let part: [SignableRequest.Parameter] = [.init("partNumber", "1"), .init("uploadId", upload.id)]
            func told() async throws -> [String?] {
                var ids: [String?] = []
                for query in [[], [SignableRequest.Parameter("versionId", "null")]] {
                    for method in ["GET", "HEAD"] {
                        ids.append(try await bench.send(method, "/nulls/n", query: query).header("x-amz-version-id"))
                    }
                }
                let attributes = [("x-amz-object-attributes", "ETag")]
                for (mark, headers) in [("tagging", []), ("attributes", attributes)] {
                    let answer = try await bench.send("GET", "/nulls/n", query: [.init(mark, "")], headers: headers)
                    ids.append(answer.header("x-amz-version-id"))
                }
                ids.append(try await bench.send("DELETE", "/nulls/n", query: [.init("tagging", "")]).header("x-amz-version-id"))
                let source = [("x-amz-copy-source", "/nulls/n")]
                for (path, query) in [("/copies/c", []), ("/copies/part", part)] {
                    let copied = try await bench.send("PUT", path, query: query, headers: source)
                    #expect(copied.status == 200 && copied.header("x-amz-version-id") == nil, "\(copied.text)")
                    ids.append(copied.header("x-amz-copy-source-version-id"))
                }
                return ids
            }
            #expect(try await told() == Array(repeating: nil, count: 9))
            for versioning in [BucketInfo.Versioning.enabled, .suspended] {
                try await bench.store.setVersioning("nulls", versioning)
                #expect(try await told() == Array(repeating: "null", count: 9))
            }
        }
    }

    @Test("a copied part says which version it is of") func copiedPart() async throws {
        try await PortBench.run { bench in
            _ = try await bench.send("PUT", "/parts")
            try await bench.store.setVersioning("parts", .enabled)
            let id = try #require(try await bench.send("PUT", "/parts/k", body: [1]).header("x-amz-version-id"))
            let upload = try await bench.store.beginUpload(
                "parts", try #require(ObjectKey("part")), ObjectTraits(), algorithm: nil, isComposite: false)
            let copied = try await bench.send(
                "PUT", "/parts/part", query: [.init("partNumber", "1"), .init("uploadId", upload.id)],
                headers: [("x-amz-copy-source", "/parts/k")])
            #expect(copied.header("x-amz-copy-source-version-id") == id, "\(copied.text)")
        }
    }

    @Test("a tag that is only equivalent spares a read, and allows no other") func weakTags() async throws {
        try await PortBench.run { bench in
            _ = try await bench.send("PUT", "/weak")
            let etag = try #require(try await bench.send("PUT", "/weak/k", body: [1]).header("etag"))
            for (name, status) in [("If-None-Match", 304), ("If-Match", 412)] {
                #expect(try await bench.send("GET", "/weak/k", headers: [(name, "\"x\", W/" + etag)]).status == status, "\(name)")
            }
        }
    }

    @Test("copies: whose the source has to be, and no delete markers by their versions") func copies() async throws {
        try await PortBench.run { bench in
            _ = try await bench.send("PUT", "/copies")
            try await bench.store.setVersioning("copies", .enabled)
            _ = try await bench.send("PUT", "/copies/k", body: [1])
            let key = try #require(ObjectKey("part"))
            let upload = try await bench.store.beginUpload("copies", key, ObjectTraits(), algorithm: .crc32, isComposite: true)
            let part: [SignableRequest.Parameter] = [.init("partNumber", "1"), .init("uploadId", upload.id)]
            for (path, query) in [("/copies/c", []), ("/copies/part", part)] {
                for (owner, status) in [("111111111111", 403), ("000000000000", 200)] {
                    let answer = try await bench.send(
                        "PUT", path, query: query,
                        headers: [("x-amz-copy-source", "/copies/k"), ("x-amz-source-expected-bucket-owner", owner)])
                    #expect(answer.status == status, "\(answer.text)")
                }
            }
            let uploads = try await bench.send("GET", "/copies", query: [.init("uploads", "")])
            #expect(uploads.text.contains("<ChecksumAlgorithm>CRC32</ChecksumAlgorithm><ChecksumType>COMPOSITE</ChecksumType>"))
            let marker = try #require(try await bench.send("DELETE", "/copies/k").header("x-amz-version-id"))
            for (source, code) in [("/copies/k?versionId=" + marker, "InvalidRequest"), ("/copies/k", "NoSuchKey")] {
                let answer = try await bench.send("PUT", "/copies/c", headers: [("x-amz-copy-source", source)])
                #expect(answer.errorCode == code, "\(answer.text)")
            }
        }
    }

    @Test("parts of an object in pages, and attributes that there are") func attributes() async throws {
        try await PortBench.run { bench in
            _ = try await bench.send("PUT", "/parts")
            var traits = ObjectTraits()
            traits.partBytes = [5, 6, 7]
            _ = try await bench.store.put("parts", try #require(ObjectKey("plain")), bench.store.newFile(), traits)
            traits.checksum = .init(ObjectChecksum(.crc32, "AAAAAA==-3"), isComposite: true)
            let file = bench.store.newFile()
            try file.append([UInt8](repeating: 0, count: 18))
            _ = try await bench.store.put("parts", try #require(ObjectKey("k")), file, traits)
            func attributes(_ names: String, _ more: [(String, String)] = []) async throws -> HTTPAnswer {
                try await bench.send(
                    "GET", "/parts/k", query: [.init("attributes", "")], headers: [("x-amz-object-attributes", names)] + more)
            }
            let page = try await attributes("ObjectParts,ObjectSize", [("x-amz-max-parts", "1"), ("x-amz-part-number-marker", "1")])
            let root = try XMLParser.parse(page.body)
            let parts = try #require(root.all("ObjectParts").first)
            let names = ["PartsCount", "PartNumberMarker", "NextPartNumberMarker", "MaxParts", "IsTruncated"]
            #expect(names.map { parts[$0] } == ["3", "1", "2", "1", "true"])
            #expect(parts.all("Part").map { $0["Size"] } == ["6"])
            let rest = try #require(
                try XMLParser.parse(try await attributes("ObjectParts", [("x-amz-part-number-marker", "2")]).body).all("ObjectParts").first)
            #expect(names.map { rest[$0] } == ["3", "2", "3", "1000", "false"])
            #expect(rest.all("Part").map { $0["PartNumber"] } == ["3"])
            let plain = try await bench.send(
                "GET", "/parts/plain", query: [.init("attributes", "")], headers: [("x-amz-object-attributes", "ObjectParts")])
            #expect(plain.text.contains("<ObjectParts><PartsCount>3</PartsCount></ObjectParts>"), "\(plain.text)")
            let unknown = try await attributes("ETag,Colour")
            #expect(unknown.errorCode == "InvalidArgument" && unknown.text.contains("Invalid attribute name specified."))
            #expect(try await attributes("ObjectParts", [("x-amz-max-parts", "-1")]).errorCode == "InvalidArgument")
        }
    }
}
