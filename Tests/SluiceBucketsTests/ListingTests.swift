import SluiceTestKit
import Testing

@testable import SluiceBuckets

@Suite("listings") struct ListingTests {
    @Test("prefix, delimiter, and where they begin") func parts() async throws {
        let bench = try await StoreBench()
        for key in ["a", "b/1", "b/2", "b/c/3", "c/4", "d"] { try await bench.put(key, key) }
        #expect(try bench.names() == ["a", "b/1", "b/2", "b/c/3", "c/4", "d"])
        #expect(try bench.names { $0.delimiter = [0x2F] } == ["a", "b/*", "c/*", "d"])
        #expect(try bench.names { ($0.delimiter, $0.prefix) = ([0x2F], Array("b/".utf8)) } == ["b/1", "b/2", "b/c/*"])
        #expect(try bench.names { $0.after = Array("b/1".utf8) } == ["b/2", "b/c/3", "c/4", "d"])
        #expect(try bench.names { ($0.delimiter, $0.after) = ([0x2F], Array("b/".utf8)) } == ["c/*", "d"])
        #expect(try bench.names { ($0.delimiter, $0.limit) = ([0x2F], 2) } == ["a", "b/*"])
    }

    @Test("pages of any size are the whole, with and without versions", arguments: [1, 2, 3, 1_000], [false, true])
    func pages(_ limit: Int, hasDelimiter: Bool) async throws {
        let bench = try await StoreBench()
        try await bench.store.setVersioning(StoreBench.bucket, .enabled)
        for key in ["a", "b/1", "b/2", "é/ü/x", "é/y", "z"] {
            for text in ["1", "2", "3"] { try await bench.put(key, text) }
        }
        _ = try await bench.store.delete(StoreBench.bucket, "b/2".key)
        var request = ListingRequest()
        if hasDelimiter { request.delimiter = [0x2F] }
        let whole = try bench.store.list(StoreBench.bucket, request).entries
        let wholeVersions = try bench.store.listVersions(StoreBench.bucket, request).entries
        request.limit = limit
        var entries: [ListingPage.Entry] = []
        while true {
            let page = try bench.store.list(StoreBench.bucket, request)
            entries += page.entries
            guard page.isTruncated, let last = page.entries.last else { break }
            request.after = last.name
        }
        #expect(entries == whole)
        #expect(entries.count == (hasDelimiter ? 4 : 5))
        entries = []
        request.after = []
        var version: String?
        while true {
            let page = try bench.store.listVersions(StoreBench.bucket, request, afterVersion: version)
            entries += page.entries
            guard page.isTruncated, let last = page.entries.last else { break }
            request.after = last.name
            version = if case .object(let object) = last { object.versionID } else { nil }
        }
        #expect(entries == wholeVersions)
        #expect(entries.count == (hasDelimiter ? 8 : 19))
    }
}
