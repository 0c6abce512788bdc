import SluiceAWS
import SluiceBuckets
import SluiceCore
import SluiceTestKit
import Testing

@testable import SluiceS3Service

@Suite("completions of uploads that name the object's checksum") struct CompletionTests {
    private static let pieces: [[UInt8]] = [[UInt8](repeating: 1, count: 5 << 20), [2, 3]]

    /// Completes an upload of two parts with a checksum in a header.
    private static func complete(
        _ algorithm: ObjectChecksum.Algorithm?, type: String?, _ checksum: ObjectChecksum, _ bench: PortBench
    ) async throws -> HTTPAnswer {
        var headers: [(String, String)] = []
        if let algorithm { headers.append(("x-amz-checksum-algorithm", algorithm.rawValue)) }
        if let type { headers.append(("x-amz-checksum-type", type)) }
        let begun = try await bench.send("POST", "/lake/k", query: [.init("uploads", "")], headers: headers)
        let id = try #require(try XMLParser.parse(begun.body)["UploadId"])
        var parts = ""
        for (place, bytes) in pieces.enumerated() {
            let part = try await bench.send(
                "PUT", "/lake/k", query: [.init("partNumber", "\(place + 1)"), .init("uploadId", id)],
                headers: algorithm.map { [($0.header, ObjectChecksum($0, of: bytes).value)] } ?? [], body: bytes)
            let own = algorithm.map { "<\($0.element)>\(ObjectChecksum($0, of: bytes).value)</\($0.element)>" } ?? ""
            parts += "<Part><PartNumber>\(place + 1)</PartNumber><ETag>\(try #require(part.header("ETag")))</ETag>\(own)</Part>"
        }
        return try await bench.send(
            "POST", "/lake/k", query: [.init("uploadId", id)], headers: [(checksum.algorithm.header, checksum.value)],
            body: Array("<CompleteMultipartUpload>\(parts)</CompleteMultipartUpload>".utf8))
    }

    private static func composite(_ algorithm: ObjectChecksum.Algorithm) -> ObjectChecksum {
        ObjectChecksum(algorithm, of: pieces.flatMap { Base64.decode(ObjectChecksum(algorithm, of: $0).value.utf8) ?? [] })
    }

    @Test("it is compared with that of the object, not of the request") func compared() async throws {
        let whole = ObjectChecksum(.crc32, of: Self.pieces.flatMap { $0 })
        let (parts, digests) = (Self.composite(.crc32), Self.composite(.sha256))
        let other = ObjectChecksum(.crc32, of: [])
        let cases: [(ObjectChecksum.Algorithm?, String?, ObjectChecksum, String?)] = [
            (.crc32, "FULL_OBJECT", whole, nil), (.crc32, "FULL_OBJECT", other, "BadDigest"), (nil, nil, whole, nil),
            (nil, nil, other, "BadDigest"), (.sha256, nil, digests, nil),
            (.sha256, nil, ObjectChecksum(.sha256, digests.value + "-2"), nil),
            (.sha256, nil, ObjectChecksum(.sha256, digests.value + "-3"), "BadDigest"),
            (.crc32, "COMPOSITE", ObjectChecksum(.crc32, parts.value + "-2"), nil), (.crc32, "COMPOSITE", whole, "BadDigest"),
            (.sha256, nil, ObjectChecksum(.sha256, "AAAA-2"), "InvalidRequest"),
        ]
        try await PortBench.run { bench in
            _ = try await bench.send("PUT", "/lake")
            for (algorithm, type, checksum, code) in cases {
                let answer = try await Self.complete(algorithm, type: type, checksum, bench)
                #expect(answer.errorCode == code && (answer.status == 200) == (code == nil), "\(checksum): \(answer.text)")
                if code == nil, algorithm != nil { #expect(answer.text.contains(checksum.value)) }
            }
        }
    }

    @Test("what cannot be done to a delete marker says what was tried") func marker() async throws {
        try await PortBench.run { bench in
            _ = try await bench.send("PUT", "/lake")
            try await bench.store.setVersioning("lake", .enabled)
            _ = try await bench.send("PUT", "/lake/k", body: [1])
            let marker = try #require(try await bench.send("DELETE", "/lake/k").header("x-amz-version-id"))
            let tags = "<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>"
            for (method, query, body) in [("PUT", "tagging", tags), ("GET", "tagging", ""), ("DELETE", "tagging", "")] {
                let answer = try await bench.send(
                    method, "/lake/k", query: [.init(query, ""), .init("versionId", marker)], body: Array(body.utf8))
                #expect(answer.status == 405 && answer.text.contains("<Method>\(method)</Method>"), "\(answer.text)")
            }
        }
    }
}
