/// Where a listing of uploads goes on: behind an upload, or behind all of a key.
package struct UploadMarker: Hashable, Sendable {
    package var key: [UInt8]
    /// Nil: behind all uploads of the key.
    package var id: String?

    package init(key: [UInt8], id: String?) {
        self.key = key
        self.id = id
    }
}

/// A page of the uploads of a bucket that are not completed.
package struct UploadPage: Hashable, Sendable {
    /// An upload, or what stands for all whose keys have a prefix.
    package enum Entry: Hashable, Sendable {
        case upload(BucketUpload)
        case prefix([UInt8])
    }

    /// In the order of keys and ids.
    package var entries: [Entry] = []
    package var isTruncated = false
}

extension BucketStore {
    /// Uploads that are not completed, by key and id.
    ///
    /// - Parameters:
    ///   - request: Which keys, how they are rolled up, and how many entries there are at most.
    ///   - marker: Entries begin behind it; nil: with the first. A rolled-up prefix leaves all keys out that have it.
    package func uploads(_ name: String, _ request: ListingRequest, after marker: UploadMarker?) throws(BucketFailure) -> UploadPage {
        var page = UploadPage()
        guard request.limit > 0 else { return page }
        var (key, id): ([UInt8], String?) = (request.prefix, nil)
        if let marker, !marker.key.lexicographicallyPrecedes(request.prefix) {
            (key, id) = Self.place(behind: marker, request)
        }
        while true {
            // One more tells whether there are more.
            let found = try uploads(name, from: key, after: id, limit: request.limit - page.entries.count + 1)
            var isRolled = false
            for upload in found {
                guard upload.key.bytes.starts(with: request.prefix) else { return page }
                guard page.entries.count < request.limit else {
                    page.isTruncated = true
                    return page
                }
                (key, id) = (upload.key.bytes, upload.id)
                guard let group = request.group(of: key) else {
                    page.entries.append(.upload(upload))
                    continue
                }
                page.entries.append(.prefix(group))
                guard let next = Self.successor(of: group) else { return page }
                (key, id) = (next, nil)
                isRolled = true
                break
            }
            guard isRolled else { return page }
        }
    }

    private static func place(behind marker: UploadMarker, _ request: ListingRequest) -> ([UInt8], String?) {
        if request.group(of: marker.key) == marker.key, let next = successor(of: marker.key) { return (next, nil) }
        // No id is behind this one.
        return (marker.key, marker.id ?? "\u{10FFFF}")
    }
}
