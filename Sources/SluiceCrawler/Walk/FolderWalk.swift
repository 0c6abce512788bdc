import Glibc
import SluiceCore
import SluiceStorage

/// Lists the files below a target. What cannot be listed is named, and the rest is found all the same.
struct FolderWalk {
    private(set) var listing: TargetListing
    private let exclusions: [Glob]

    /// - Parameters:
    ///   - target: a directory or a file.
    ///   - exclusions: relative to the directory.
    /// - Throws: `fileNotFound`, `unreadable`, `limitExceeded`.
    init(_ target: String, exclusions: [Glob]) throws(SluiceError) {
        self.exclusions = exclusions
        let place = try Self.resolved(target)
        switch DiskFiles.kind(of: place) {
        case .directory:
            listing = TargetListing(root: place)
            try walk(place, [])
            listing.files.sort { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
        case .file:
            listing = TargetListing(root: DiskFiles.parent(of: place), isFile: true)
            var status = stat()
            guard stat(place, &status) == 0 else { throw .system(errno, cannot: "open", target) }
            let name = String(place[place.index(after: place.lastIndex(of: "/") ?? place.startIndex)...])
            listing.files = [FoundFile(path: place, folders: [], name: name, status)]
        case .other:
            throw SluiceError(.unreadable, "\(target.quotedForMessage) is neither a file nor a directory", at: .file(path: target))
        case nil: throw SluiceError(.fileNotFound, "there is no \(target.quotedForMessage)", at: .file(path: target))
        }
    }

    /// Looks at one path below a root again: a file, or all that lies below a folder; nothing where nothing is.
    ///
    /// - Parameter folders: Between the root and the path's last part.
    /// - Throws: `limitExceeded`.
    init(_ name: String, in folders: [String], below root: String, exclusions: [Glob]) throws(SluiceError) {
        self.exclusions = exclusions
        listing = TargetListing(root: root)
        let base = ([root == "/" ? "" : root] + folders).joined(separator: "/") + "/"
        var status = stat()
        guard lstat(base + name, &status) == 0 else { return }
        guard !(folders + [name]).contains(where: ObjectName.isHidden), !Self.isExcluded(folders, name, exclusions) else {
            listing.excluded += 1
            return
        }
        var below: [String] = []
        try visit(name, status, in: base, folders, &below)
        for name in below { try walk(base + name, folders + [name]) }
        listing.files.sort { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }

    /// The absolute path without links.
    static func resolved(_ path: String) throws(SluiceError) -> String {
        guard let pointer = realpath(path, nil) else { throw .system(errno, cannot: "open", path) }
        defer { free(pointer) }
        return String(cString: pointer)
    }

    private mutating func walk(_ path: String, _ folders: [String]) throws(SluiceError) {
        guard folders.count <= CrawlLimits.folderDepth else {
            listing.skip(path, .tooDeep, "folders are nested deeper than \(CrawlLimits.folderDepth)")
            return
        }
        guard let stream = opendir(path) else {
            let error = SluiceError.system(errno, cannot: "list", path)
            if folders.isEmpty { throw error }
            listing.skip(path, .unreadable, error.message)
            return
        }
        defer { closedir(stream) }
        var below: [String] = []
        let base = path == "/" ? "/" : path + "/"
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(validating: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard let name else {
                let repaired = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
                listing.skip(base + repaired, .badName, "the name is not UTF-8; rename it")
                continue
            }
            if name == "." || name == ".." { continue }
            if ObjectName.isHidden(name) {
                listing.hidden += 1
                continue
            }
            if Self.isExcluded(folders, name, exclusions) {
                listing.excluded += 1
                continue
            }
            var status = stat()
            guard fstatat(dirfd(stream), name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
                listing.skip(base + name, .unreadable, SluiceError.system(errno, cannot: "look at", base + name).message)
                continue
            }
            try visit(name, status, in: base, folders, &below)
        }
        for name in below.sorted() { try walk(base + name, folders + [name]) }
    }

    private mutating func visit(
        _ name: String, _ status: stat, in base: String, _ folders: [String], _ below: inout [String]
    ) throws(SluiceError) {
        switch status.st_mode & S_IFMT {
        case S_IFREG: try add(FoundFile(path: base + name, folders: folders, name: name, status))
        case S_IFDIR: below.append(name)
        case S_IFLNK: try follow(base + name, name, folders)
        default: listing.skip(base + name, .special, "it is neither a file nor a folder")
        }
    }

    /// Takes the file that a link leads to. Links to folders are not entered, so no loop is.
    private mutating func follow(_ path: String, _ name: String, _ folders: [String]) throws(SluiceError) {
        var status = stat()
        guard stat(path, &status) == 0, let place = try? Self.resolved(path) else {
            listing.skip(path, .link, errno == ELOOP ? "it is a link in a loop of links" : "it is a link that leads nowhere")
            return
        }
        if status.st_mode & S_IFMT == S_IFDIR {
            listing.skip(path, .link, "it is a link to a folder, which is not entered")
        } else if status.st_mode & S_IFMT != S_IFREG {
            listing.skip(path, .special, "it is a link to what is neither a file nor a folder")
        } else if place.hasPrefix(listing.root == "/" ? "/" : listing.root + "/") {
            try add(FoundFile(path: path, folders: folders, name: name, status))
        } else {
            listing.skip(path, .link, "it is a link that leads out of the target")
        }
    }

    private mutating func add(_ file: FoundFile) throws(SluiceError) {
        listing.files.append(file)
        guard listing.files.count <= CrawlLimits.files else {
            throw SluiceError(
                .limitExceeded, "more than \(CrawlLimits.files) files lie below \(listing.root.quotedForMessage)",
                at: .file(path: listing.root),
                remedy: "crawl its folders one by one, or leave some out with --exclude")
        }
    }

    static func isExcluded(_ folders: [String], _ name: String, _ exclusions: [Glob]) -> Bool {
        guard !exclusions.isEmpty else { return false }
        let relative = (folders + [name]).joined(separator: "/")
        // A pattern for all below a folder leaves the folder out.
        return exclusions.contains { $0.matches(relative) || ($0.text.hasSuffix("/**") && $0.matches(relative + "/x")) }
    }
}

extension FoundFile {
    init(path: String, folders: [String], name: String, _ status: stat) {
        let modified = Int64(status.st_mtim.tv_sec) * 1_000_000 + Int64(status.st_mtim.tv_nsec) / 1_000
        self.init(path: path, folders: folders, name: name, byteCount: Int64(status.st_size), modifiedMicros: modified)
    }
}

extension FoundFile {
    /// Whether a file is not any more what a listing showed.
    static func hasChanged(_ file: FoundFile) -> Bool {
        var status = stat()
        guard stat(file.path, &status) == 0 else { return true }
        let now = FoundFile(path: file.path, folders: file.folders, name: file.name, status)
        return now.byteCount != file.byteCount || now.modifiedMicros != file.modifiedMicros
    }
}
