import Glibc
import SluiceCatalog
import SluiceCore
import SluiceStorage

/// Lists a target by what the last crawl saw and what has happened since; nothing else is looked at.
struct EventWalk {
    private(set) var listing: TargetListing
    /// Below the root, each once: folders, and the last part.
    private(set) var changed: [(folders: [String], name: String)] = []
    /// The target itself was named.
    private(set) var isWhole = false

    /// Takes over what the last crawl saw, but for what the events name.
    ///
    /// - Parameters:
    ///   - root: Absolute and without links, or a URL.
    ///   - known: In the order of their paths.
    init(_ root: String, known: [CrawledFile], _ events: [CrawlEvent]) {
        listing = TargetListing(root: root)
        let prefix = root == "/" ? "/" : root + "/"
        let below = known.filter { $0.path.hasPrefix(prefix) }
        var isGone = [Bool](repeating: false, count: below.count)
        let paths = Set(events.map { Self.placed($0.path) })
        for path in paths.sorted() {
            if path == root { isWhole = true }
            guard path.hasPrefix(prefix), !Self.liesBelow(paths, path) else { continue }
            var parts = path.dropFirst(prefix.utf8.count).split(separator: "/").map(String.init)
            guard let name = parts.popLast() else { continue }
            changed.append((parts, name))
            Self.mark(path, in: below, &isGone)
            Self.mark(path + "/", in: below, &isGone)
        }
        for (file, isGone) in zip(below, isGone) where !isGone {
            var parts = file.path.dropFirst(prefix.utf8.count).split(separator: "/").map(String.init)
            guard let name = parts.popLast() else { continue }
            listing.files.append(
                FoundFile(path: file.path, folders: parts, name: name, byteCount: file.byteCount, modifiedMicros: file.modifiedMicros))
        }
    }

    /// Whether a folder above the path is named, too.
    private static func liesBelow(_ paths: Set<String>, _ path: String) -> Bool {
        var rest = path[...]
        while let slash = rest.lastIndex(of: "/"), slash > rest.startIndex {
            rest = rest[..<slash]
            if paths.contains(String(rest)) { return true }
        }
        return false
    }

    /// Marks the paths that begin so: those of a file, or of all below a folder.
    private static func mark(_ path: String, in files: [CrawledFile], _ isGone: inout [Bool]) {
        var (low, high) = (0, files.count)
        while low < high {
            let middle = (low + high) / 2
            if files[middle].path.utf8.lexicographicallyPrecedes(path.utf8) { low = middle + 1 } else { high = middle }
        }
        while low < files.count, path.hasSuffix("/") ? files[low].path.utf8.starts(with: path.utf8) : files[low].path == path {
            isGone[low] = true
            low += 1
        }
    }

    /// Without links and a slash at the end, as listings write paths.
    private static func placed(_ path: String) -> String {
        var path = path
        while path.hasSuffix("/"), path.count > 1 { path.removeLast() }
        guard path.hasPrefix("/"), let slash = path.lastIndex(of: "/") else { return path }
        let parent = slash == path.startIndex ? "/" : String(path[..<slash])
        guard let resolved = try? FolderWalk.resolved(parent) else { return path }
        return (resolved == "/" ? "" : resolved) + path[slash...]
    }

    /// Looks at what the events name, on the disk.
    mutating func look(_ exclusions: [Glob]) throws(SluiceError) {
        for (folders, name) in changed {
            take(try FolderWalk(name, in: folders, below: listing.root, exclusions: exclusions).listing)
        }
        sort()
    }

    /// What the events name, in a store.
    static func look(_ walk: EventWalk, in store: any ObjectStore, _ exclusions: [Glob]) async throws(SluiceError) -> TargetListing {
        var walk = walk
        for (folders, name) in walk.changed {
            let url = ([walk.listing.root] + folders + [name]).joined(separator: "/")
            do throws(SluiceError) {
                var found = try await StoreWalk.listing(url, in: store, exclusions: [])
                let above = found.isFile ? folders : folders + [name]
                for index in found.files.indices { found.files[index].folders = above + found.files[index].folders }
                found.files.removeAll { file in
                    (file.folders + [file.name]).contains(where: ObjectName.isHidden)
                        || FolderWalk.isExcluded(file.folders, file.name, exclusions)
                }
                walk.take(found)
            } catch {
                guard error.code == .fileNotFound else { throw error }
            }
        }
        walk.sort()
        return walk.listing
    }

    private mutating func take(_ found: TargetListing) {
        listing.files += found.files
        listing.skipped += found.skipped
        listing.hidden += found.hidden
        listing.excluded += found.excluded
    }

    private mutating func sort() { listing.files.sort { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) } }
}
