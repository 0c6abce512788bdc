import SluiceCore
import SluiceStorage

/// Lists the objects below a target.
enum StoreWalk {
    /// - Parameter exclusions: relative to the target.
    /// - Throws: `fileNotFound` where nothing lies there; `limitExceeded`; what the store throws.
    static func listing(_ url: String, in store: any ObjectStore, exclusions: [Glob]) async throws(SluiceError) -> TargetListing {
        guard let place = ObjectURL(url) else {
            throw SluiceError(.wrongArgument, "\(url.quotedForMessage) names no bucket", remedy: "for example: s3://bucket/prefix")
        }
        let root = place.name.isEmpty ? place.store : place.store + "/" + place.name
        var listing = TargetListing(root: root)
        let objects = try await store.list(below: place.name)
        if objects.isEmpty, !place.name.isEmpty { return try await file(place, in: store) }
        guard objects.count <= CrawlLimits.files else {
            throw SluiceError(
                .limitExceeded, "more than \(CrawlLimits.files) objects lie below \(url.quotedForMessage)",
                remedy: "crawl its folders one by one")
        }
        for object in objects {
            let relative = place.name.isEmpty ? object.name[...] : object.name.dropFirst(place.name.count + 1)
            var parts = relative.split(separator: "/").map(String.init)
            guard let name = parts.popLast() else { continue }
            // A name that ends with a slash is what consoles make for an empty folder.
            if object.name.hasSuffix("/") { continue }
            if (parts + [name]).contains(where: ObjectName.isHidden) {
                listing.hidden += 1
            } else if FolderWalk.isExcluded(parts, name, exclusions) {
                listing.excluded += 1
            } else {
                listing.files.append(file(object, root: root, parts, name))
            }
        }
        listing.files.sort { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
        return listing
    }

    /// One object as the target.
    private static func file(_ place: ObjectURL, in store: any ObjectStore) async throws(SluiceError) -> TargetListing {
        let object = try await store.info(place.name)
        var parts = place.name.split(separator: "/").map(String.init)
        let name = parts.popLast() ?? ""
        let root = ([place.store] + parts).joined(separator: "/")
        var listing = TargetListing(root: root, isFile: true)
        listing.files = [file(object, root: root, [], name)]
        return listing
    }

    private static func file(_ object: ObjectInfo, root: String, _ folders: [String], _ name: String) -> FoundFile {
        FoundFile(
            path: ([root] + folders + [name]).joined(separator: "/"), folders: folders, name: name, byteCount: Int64(object.byteCount),
            modifiedMicros: object.modifiedMicros)
    }
}
