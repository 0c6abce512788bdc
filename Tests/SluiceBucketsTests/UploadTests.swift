import SluiceAWS
import SluiceTestKit
import Testing

@testable import SluiceBuckets

@Suite("uploads in parts") struct UploadTests {
    private func part(_ bench: StoreBench, _ upload: BucketUpload, _ number: Int, _ byte: UInt8, count: Int) async throws -> NamedPart {
        let file = bench.store.newFile([upload.algorithm].compactMap { $0 })
        try file.append([UInt8](repeating: byte, count: count))
        let part = try await bench.store.putPart(StoreBench.bucket, upload, number, file)
        return NamedPart(number: number, etag: part.etag, checksum: part.checksum.isEmpty ? nil : part.checksum)
    }

    private func begin(_ bench: StoreBench, _ algorithm: ObjectChecksum.Algorithm? = nil, isComposite: Bool = false) async throws
        -> BucketUpload
    {
        try await bench.store.beginUpload(StoreBench.bucket, "k".key, ObjectTraits(), algorithm: algorithm, isComposite: isComposite)
    }

    @Test("parts become an object, once", arguments: [false, true]) func whole(isComposite: Bool) async throws {
        let bench = try await StoreBench()
        let upload = try await begin(bench, isComposite ? .sha256 : .crc32, isComposite: isComposite)
        let last = try await part(bench, upload, 7, 3, count: 10)
        _ = try await part(bench, upload, 2, 9, count: 5 << 20)
        let first = try await part(bench, upload, 2, 1, count: 5 << 20)
        try await bench.reopen()
        let done = try await bench.store.complete(StoreBench.bucket, "k".key, upload.id, [first, last])
        let bytes = [UInt8](repeating: 1, count: 5 << 20) + [UInt8](repeating: 3, count: 10)
        #expect(try await bench.bytes("k") == bytes)
        #expect(done.etag.hasSuffix("-2"))
        #expect(done.checksum?.isComposite == isComposite)
        if !isComposite { #expect(done.checksum?.value == ObjectChecksum(.crc32, of: bytes)) }
        let again = try await bench.store.complete(StoreBench.bucket, "k".key, upload.id, [first, last])
        #expect(again == done)
        #expect(bench.directory.files(below: "buckets/.sluice/nameless").isEmpty)
        #expect(await refusal { try await bench.store.abort(StoreBench.bucket, "k".key, upload.id) } == "noSuchUpload")
    }

    @Test("what a completion may not say") func refused() async throws {
        let bench = try await StoreBench()
        let upload = try await begin(bench)
        let first = try await part(bench, upload, 1, 1, count: 10)
        let second = try await part(bench, upload, 2, 1, count: 10)
        func complete(_ parts: [NamedPart]) async -> String? {
            await refusal { try await bench.store.complete(StoreBench.bucket, "k".key, upload.id, parts) }
        }
        #expect(await complete([second, first]) == "invalidPartOrder")
        #expect(await complete([first, first]) == "invalidPartOrder")
        #expect(await complete([first, second]) == "partTooSmall")
        #expect(await complete([NamedPart(number: 3, etag: "x")]) == "invalidPart")
        #expect(await complete([NamedPart(number: 1, etag: "x")]) == "invalidPart")
        #expect(await complete([]) == "invalidPart")
        #expect(await complete([second]) == nil)
        #expect(try bench.store.uploads(StoreBench.bucket, limit: 10).isEmpty)
    }

    @Test("where the checksums of parts make that of the object, a completion has to name them") func unnamed() async throws {
        let bench = try await StoreBench()
        for (isComposite, expected) in [(true, "partWithoutChecksum"), (false, nil)] {
            let upload = try await begin(bench, isComposite ? .sha256 : .crc32, isComposite: isComposite)
            var only = try await part(bench, upload, 1, 1, count: 10)
            only.checksum = nil
            let (named, id) = (only, upload.id)
            #expect(await refusal { try await bench.store.complete(StoreBench.bucket, "k".key, id, [named]) } == expected)
        }
    }

    @Test("an upload that is aborted leaves nothing, and ends with its bucket") func aborted() async throws {
        let bench = try await StoreBench()
        let upload = try await begin(bench)
        _ = try await part(bench, upload, 1, 1, count: 100_000)
        #expect(try bench.store.uploads(StoreBench.bucket, limit: 10) == [upload])
        #expect(try bench.store.parts(upload).count == 1)
        try await bench.store.abort(StoreBench.bucket, "k".key, upload.id)
        #expect(bench.directory.files(below: "buckets/.sluice/nameless").isEmpty)
        _ = try await part(bench, try await begin(bench), 1, 1, count: 100_000)
        try await bench.store.deleteBucket(StoreBench.bucket)
        #expect(bench.directory.files(below: "buckets/.sluice/nameless").isEmpty)
    }
}
