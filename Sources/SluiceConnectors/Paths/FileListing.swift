import Glibc
package import SluiceCore

/// A file that a source reads.
package struct InputFile: Hashable, Sendable {
    /// As messages, places and split names write it: relative where the definition was.
    package var path: String
    /// Where to open it.
    package var location: String
    /// As stored, so compressed.
    package var byteCount: Int64
    /// From the path's directories, outermost first.
    package var partition: [PartitionValue]

    package init(path: String, location: String, byteCount: Int64, partition: [PartitionValue]) {
        self.path = path
        self.location = location
        self.byteCount = byteCount
        self.partition = partition
    }
}

/// Finds the files that paths and patterns name.
///
/// A directory stands for all files below it. Names that begin with `.` or `_` (staged files, markers of other systems) are found only where
/// a pattern spells them out.
package struct FileListing {
    /// Relative patterns start here.
    let directory: String
    private var files: [InputFile] = []
    private var seen: Set<String> = []
    /// Files that the current pattern found, known ones included.
    private var matches = 0

    /// The files of all patterns, sorted by path, each once.
    ///
    /// - Throws: `fileNotFound` for a path that does not exist or a pattern that matches nothing, with a remedy; `unreadable` for what may not
    ///   be listed or is no plain file; `limitExceeded`.
    package static func files(_ patterns: [String], in directory: String) throws(SluiceError) -> [InputFile] {
        var listing = FileListing(directory: directory)
        for text in patterns {
            listing.matches = 0
            for pattern in try PathPattern.parsing(text) { try listing.add(pattern) }
            if listing.matches == 0 { throw listing.noMatch(text) }
        }
        return listing.files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }

    private init(directory: String) { self.directory = directory }

    /// Where a path of the definition is on disk.
    package static func location(_ path: String, in directory: String) -> String {
        if path.hasPrefix("/") || directory.isEmpty || directory == "." { return path.isEmpty ? "." : path }
        return path.isEmpty ? directory : directory + "/" + path
    }

    private mutating func add(_ pattern: PathPattern) throws(SluiceError) {
        if let path = pattern.literal {
            guard let status = try Self.status(Self.location(path, in: directory)) else { return }
            try addAll(path, status, depth: 0)
        } else {
            try descend(pattern.isAbsolute ? "/" : "", pattern.components[...], depth: 0)
        }
    }

    /// A file, or everything below a directory.
    private mutating func addAll(_ path: String, _ status: stat, depth: Int) throws(SluiceError) {
        switch status.st_mode & S_IFMT {
        case S_IFREG: try add(path, status)
        case S_IFDIR:
            try checkDepth(depth, path)
            for name in try names(path) where !name.hasPrefix(".") && !name.hasPrefix("_") {
                let inner = Self.joined(path, name)
                if let status = try Self.status(Self.location(inner, in: directory)) { try addAll(inner, status, depth: depth + 1) }
            }
        default:
            throw SluiceError(
                .unreadable, "\(path.quotedForMessage) is neither a file nor a directory", at: .file(path: path),
                remedy: "sources read plain files; pipes and devices have no end that a run could come back to")
        }
    }

    private mutating func descend(_ path: String, _ rest: ArraySlice<PathPattern.Component>, depth: Int) throws(SluiceError) {
        try checkDepth(depth, path)
        guard let next = rest.first else { return }
        let isLast = rest.count == 1
        switch next {
        case .directories:
            if isLast {
                if let status = try Self.status(Self.location(path, in: directory)) { try addAll(path, status, depth: depth) }
                return
            }
            try descend(path, rest.dropFirst(), depth: depth + 1)
            for name in try namesIfDirectory(path) where !name.hasPrefix(".") && !name.hasPrefix("_") {
                let inner = Self.joined(path, name)
                if try isDirectory(inner) { try descend(inner, rest, depth: depth + 1) }
            }
        case .name(let pattern):
            if let literal = pattern.literal {
                try visit(Self.joined(path, literal), rest.dropFirst(), depth)
            } else {
                for name in try namesIfDirectory(path) where pattern.matches(name) {
                    try visit(Self.joined(path, name), rest.dropFirst(), depth)
                }
            }
        }
    }

    /// Goes on at a name that matched; a directory that matches the whole pattern stands for the files below it.
    private mutating func visit(_ path: String, _ rest: ArraySlice<PathPattern.Component>, _ depth: Int) throws(SluiceError) {
        guard let status = try Self.status(Self.location(path, in: directory)) else { return }
        if rest.isEmpty {
            try addAll(path, status, depth: depth)
        } else if status.st_mode & S_IFMT == S_IFDIR {
            try descend(path, rest, depth: depth + 1)
        }
    }

    private mutating func add(_ path: String, _ status: stat) throws(SluiceError) {
        matches += 1
        guard seen.insert(path).inserted else { return }
        guard files.count < ConnectorLimits.files else {
            throw SluiceError(
                .limitExceeded, "the source has more than \(ConnectorLimits.files) files", at: .file(path: path),
                remedy: "read them in several runs, with narrower patterns")
        }
        files.append(
            InputFile(
                path: path, location: Self.location(path, in: directory), byteCount: Int64(status.st_size),
                partition: HivePath.values(in: path)))
    }

    private func checkDepth(_ depth: Int, _ path: String) throws(SluiceError) {
        guard depth <= ConnectorLimits.directoryDepth else {
            throw SluiceError(
                .limitExceeded, "directories are nested deeper than \(ConnectorLimits.directoryDepth) at \(path.quotedForMessage)",
                at: .file(path: path), remedy: "look for a symbolic link that leads back to a directory above it")
        }
    }

    // MARK: File system

    private func names(_ path: String) throws(SluiceError) -> [String] { try DiskFiles.list(Self.location(path, in: directory)) }

    private func namesIfDirectory(_ path: String) throws(SluiceError) -> [String] { try isDirectory(path) ? names(path) : [] }

    private func isDirectory(_ path: String) throws(SluiceError) -> Bool {
        try Self.status(Self.location(path, in: directory)).map { $0.st_mode & S_IFMT == S_IFDIR } ?? false
    }

    /// Nil where there is nothing.
    private static func status(_ path: String) throws(SluiceError) -> stat? {
        var status = stat()
        if stat(path, &status) == 0 { return status }
        if errno == ENOENT || errno == ENOTDIR { return nil }
        throw .system(errno, cannot: "read", path)
    }

    private static func joined(_ path: String, _ name: String) -> String {
        path.isEmpty || path.hasSuffix("/") ? path + name : path + "/" + name
    }
}
