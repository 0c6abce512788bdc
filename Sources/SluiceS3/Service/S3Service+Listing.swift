import SluiceAWS
import SluiceCore
import SluiceStorage

extension S3Service {
    /// Lists the keys that begin with a text, in the order of their bytes, a page at a time.
    ///
    /// - Parameters:
    ///   - isFlat: Whether keys that have a slash behind the prefix are listed one by one, and not as what they begin with.
    ///   - take: Gets each page; returns whether the next one is wanted.
    /// - Throws: `serviceFailed` for pages that go on without an end, and sizes that no store has.
    func list(
        _ prefix: String, isFlat: Bool, _ take: (S3Page) throws(SluiceError) -> Bool
    ) async throws(SluiceError) {
        var token: String?
        var emptyPages = 0
        var listedBytes: Int64 = 0
        while true {
            var request = S3Request("ListObjectsV2", "GET")
            request.ask("list-type", "2")
            request.ask("encoding-type", "url")
            request.ask("max-keys", String(S3Limits.pageKeys))
            if !prefix.isEmpty { request.ask("prefix", prefix) }
            if !isFlat { request.ask("delimiter", "/") }
            if let token { request.ask("continuation-token", token) }
            let page = try S3Page(try parse(try await send(request).body), at: location(prefix))
            for object in page.objects where !object.name.hasPrefix(prefix) {
                throw SluiceError(
                    .serviceFailed,
                    "the key \(object.name.quotedForMessage) was listed, which does not begin with \(prefix.quotedForMessage)",
                    at: location(prefix))
            }
            for object in page.objects {
                listedBytes += Int64(object.byteCount)
                guard listedBytes <= S3Limits.listedBytes else {
                    throw SluiceError(
                        .serviceFailed,
                        "the objects of the listing have more than \(S3Limits.listedBytes) bytes together, with \(object.name.quotedForMessage)",
                        at: location(prefix), remedy: "check that the endpoint is that of an object store")
                }
            }
            guard try take(page), let next = page.next else { return }
            emptyPages = page.objects.isEmpty && page.prefixes.isEmpty ? emptyPages + 1 : 0
            guard next != token, emptyPages < S3Limits.emptyPages else {
                throw SluiceError(.serviceFailed, "the listing goes on without coming further", at: location(prefix))
            }
            token = next
        }
    }
}
