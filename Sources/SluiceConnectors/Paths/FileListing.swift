import Glibc
import SluiceCore
import SluiceS3
import SluiceStorage

/// A file that a source reads.
struct InputFile: Hashable, Sendable {
    /// As the definition writes it; names the split, in every run and from every working directory.
    var path: String
    /// Where to open it; what messages and places show, unless there is an `alias`.
    var location: String
    /// As stored, so compressed.
    var byteCount: Int64
    /// From the path's directories, outermost first.
    var partition: [PartitionValue]
    /// Microseconds since 1970; 0 where nobody asked.
    var modifiedMicros: Int64 = 0
    /// What messages and places show instead of `location`.
    var alias: String?
    /// What tells this version of an object from others, where it is one of an object store; empty where nobody asked.
    var etag = ""
    /// How the object store is reached.
    var site = S3Site()

    /// As messages and places show it.
    var shown: String { alias ?? location }
}

/// Finds the files that paths and patterns of a definition name.
///
/// A pattern that matches no file but directories, and a path that is a directory, stand for the files below. Names that begin with `.` or `_`
/// (staged files, markers of other systems) are found only where a pattern spells them out.
enum FileListing {
    /// The files of all patterns, sorted by path, each once.
    ///
    /// - Parameters:
    ///   - directory: Relative patterns start here; those that begin with `s3://` name objects.
    ///   - site: How object stores are reached.
    /// - Throws: `fileNotFound` for what names nothing, with what there is instead; `unreadable` for what may not be listed or is no plain
    ///   file; `invalidOption` for a malformed pattern; `limitExceeded`.
    static func files(
        _ patterns: [String], in directory: String, _ site: S3Site = S3Site()
    ) async throws(SluiceError) -> [InputFile] {
        var files: [ExactText: InputFile] = [:]
        for pattern in patterns {
            for file in try await Self.files(pattern, in: directory, site) { files[ExactText(file.path)] = file }
            guard files.count <= ConnectorLimits.files else {
                throw SluiceError(
                    .limitExceeded, "the source has more than \(ConnectorLimits.files) files",
                    remedy: "read them in several runs, with narrower patterns")
            }
        }
        return files.values.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }

    /// The files of one pattern, sorted by path.
    static func files(
        _ pattern: String, in directory: String, _ site: S3Site = S3Site()
    ) async throws(SluiceError) -> [InputFile] {
        let (base, rest) = try split(pattern, in: directory)
        let isObject = S3Location.isOne(pattern)
        let root = location(base, in: directory)
        let found: [ObjectInfo]
        do throws(SluiceError) {
            let store: any ObjectStore =
                isObject ? try S3Stores.store(S3Location(parsing: root).bucket, site) : DirectoryStore(root: root)
            if !isObject { try refuseDevice(root + "/" + rest) }
            found = rest.isEmpty ? try await below(store, shown: root) : try await matching(rest, in: store)
        } catch {
            throw error.code == .invalidArgument ? SluiceError(.invalidOption, error.message, remedy: error.remedy) : error
        }
        return found.map { info in
            let path = joined(base, info.name)
            return InputFile(
                path: path, location: root == "." ? info.name : joined(root, info.name), byteCount: Int64(info.byteCount),
                partition: HivePath.values(in: path), modifiedMicros: info.modifiedMicros, etag: isObject ? info.version : "", site: site)
        }
    }

    private static func joined(_ base: String, _ name: String) -> String {
        base.isEmpty || base.hasSuffix("/") ? base + name : base + "/" + name
    }

    /// Whether a file at an absolute path or an object at its location, which need not exist, would be found by the patterns.
    static func matches(_ path: String, _ patterns: [String], in directory: String) -> Bool {
        patterns.contains { pattern in
            guard S3Location.isOne(pattern) == S3Location.isOne(path), let (base, rest) = try? split(pattern, in: directory) else {
                return false
            }
            let root = absolute(location(base, in: directory))
            guard path.hasPrefix(root == "/" ? root : root + "/") else { return false }
            if rest.isEmpty { return true }
            let name = String(path.dropFirst(root == "/" ? 1 : root.count + 1))
            return [rest, rest + "/**"].contains { (try? Glob($0))?.matches(name) == true }
        }
    }

    private static func below(_ store: any ObjectStore, shown: String) async throws(SluiceError) -> [ObjectInfo] {
        let found = try await store.list(below: "")
        guard found.isEmpty else { return found }
        throw SluiceError(
            .fileNotFound, "the directory \(shown.quotedForMessage) holds no files", at: .file(path: shown),
            remedy: "names that begin with . or _ are left out")
    }

    private static func refuseDevice(_ path: String) throws(SluiceError) {
        guard DiskFiles.kind(of: path) == .other else { return }
        throw SluiceError(
            .unreadable, "\(path.quotedForMessage) is neither a file nor a directory",
            remedy: "sources read plain files; pipes and devices have no end that a run could come back to")
    }

    private static func matching(_ pattern: String, in store: any ObjectStore) async throws(SluiceError) -> [ObjectInfo] {
        do throws(SluiceError) {
            return try await store.list(try Glob(pattern))
        } catch {
            guard error.code == .fileNotFound, let inside = try? await store.list(try Glob(pattern + "/**")) else { throw error }
            return inside
        }
    }

    /// The deepest directory that the pattern names without wildcards and that exists, and the pattern from there on; of an object, its bucket.
    private static func split(_ pattern: String, in directory: String) throws(SluiceError) -> (base: String, rest: String) {
        if S3Location.isOne(pattern) {
            let place = try S3Location(parsing: pattern)
            return (S3Location.scheme + place.bucket, place.key.hasSuffix("/") ? String(place.key.dropLast()) : place.key)
        }
        let names = pattern.split(separator: "/").filter { $0 != "." }
        guard !names.isEmpty || pattern.hasPrefix("/") || pattern.contains(".") else {
            throw SluiceError(
                .invalidOption, "an empty text is no path", remedy: "write a file, a directory or a pattern such as \"in/*.csv\"")
        }
        var base = pattern.hasPrefix("/") ? "/" : ""
        for (index, name) in names.enumerated() {
            let next = base.isEmpty || base.hasSuffix("/") ? base + name : base + "/" + name
            let isPlain = !name.contains { "*?[{\\".contains($0) }
            guard isPlain, DiskFiles.kind(of: location(next, in: directory)) == .directory else {
                return (base, names[index...].joined(separator: "/"))
            }
            base = next
        }
        return (base, "")
    }

    /// Where a path of the definition is on disk; `..` takes back the directory before it, unless that is a link.
    static func location(_ path: String, in directory: String) -> String {
        if path.hasPrefix("/") { return path }
        if S3Location.isOne(path) { return path.hasSuffix("/") ? String(path.dropLast()) : path }
        var names = directory.split(separator: "/").map(String.init).filter { $0 != "." }
        let start = directory.hasPrefix("/") ? "/" : ""
        for name in path.split(separator: "/") where name != "." {
            if name == "..", let last = names.last, last != "..", !isLink(start + names.joined(separator: "/")) {
                names.removeLast()
            } else {
                names.append(String(name))
            }
        }
        let location = start + names.joined(separator: "/")
        return location.isEmpty ? "." : location
    }

    /// The same place from every working directory.
    static func absolute(_ location: String) -> String {
        if location.hasPrefix("/") || S3Location.isOne(location) { return location }
        guard let here = getcwd(nil, 0) else { return location }
        defer { free(here) }
        return Self.location(location, in: String(cString: here))
    }

    private static func isLink(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }
}
