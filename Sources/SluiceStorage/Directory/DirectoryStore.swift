import Glibc
package import SluiceCore

/// Objects as files below a directory. No name and no symbolic link leads out of it.
package struct DirectoryStore: ObjectStore {
    /// As it was given; messages begin with it.
    package let root: String
    private let files: any FileOperations

    /// - Parameter root: exists, or is created by the first `create`.
    package init(root: String, files: any FileOperations = SystemFiles()) {
        self.root = root.count > 1 && root.hasSuffix("/") ? String(root.dropLast()) : root
        self.files = files
    }

    /// The files that a pattern matches, none among them.
    package func matches(_ pattern: Glob) throws(SluiceError) -> [ObjectInfo] {
        var listing = DirectoryListing(self)
        for parts in pattern.alternatives { try listing.add(parts[...], below: "") }
        return try listing.sorted()
    }

    package func list(_ pattern: Glob) async throws(SluiceError) -> [ObjectInfo] {
        let found = try matches(pattern)
        if found.isEmpty { throw NoMatch.error(pattern, entries: { try? names(in: $0) }, path: shownPath) }
        return found
    }

    package func list(below directory: String) async throws(SluiceError) -> [ObjectInfo] {
        if !directory.isEmpty { _ = try ObjectName.parts(directory) }
        var listing = DirectoryListing(self)
        if DiskFiles.kind(of: path(directory)) == .directory {
            try checkInside(path(directory))
            try listing.add([.directories, .wildcard(.any)], below: directory)
        }
        return try listing.sorted()
    }

    package func info(_ name: String) async throws(SluiceError) -> ObjectInfo {
        guard let status = try status(name), status.st_mode & S_IFMT == S_IFREG else { throw try notFound(name) }
        return ObjectInfo(name: name, status)
    }

    package func open(_ name: String) async throws(SluiceError) -> any ByteSource & Sendable {
        guard try status(name) != nil else { throw try notFound(name) }
        return try FileSource(path: path(name))
    }

    package func create(_ name: String) async throws(SluiceError) -> any ObjectSink {
        try prepare(name)
        return try FileSink(path: path(name), process: getpid(), files: files)
    }

    package func eachPage(
        below directory: String, _ take: ([ObjectInfo]) throws(SluiceError) -> Void
    ) async throws(SluiceError) {
        try take(try await list(below: directory))
    }

    package func entries(in directory: String) async throws(SluiceError) -> DirectoryEntries {
        if !directory.isEmpty {
            _ = try ObjectName.parts(directory)
            if DiskFiles.kind(of: path(directory)) == .directory { try checkInside(path(directory)) }
        }
        var entries = DirectoryEntries()
        for part in try names(in: directory) ?? [] where !ObjectName.isHidden(part) {
            let name = directory.isEmpty ? part : directory + "/" + part
            guard let status = try listedStatus(name) else { continue }
            switch status.st_mode & S_IFMT {
            case S_IFREG: entries.objects.append(ObjectInfo(name: name, status))
            case S_IFDIR: entries.directories.append(name)
            default: break
            }
        }
        return entries
    }

    package func access(_ name: String) async throws(SluiceError) -> any RandomAccess {
        guard try status(name) != nil else { throw try notFound(name) }
        return try FileAccess(path: path(name))
    }

    @discardableResult
    package func put(_ bytes: [UInt8], as name: String, if condition: PutCondition) async throws(SluiceError) -> ObjectInfo {
        try prepare(name)
        // Programs that write on conditions take turns; others do not know of the lock.
        let lock = try condition == .none ? nil : DirectoryLock(DiskFiles.parent(of: path(name)))
        defer { withExtendedLifetime(lock) {} }
        let current = try condition == .none ? nil : status(name).map { ObjectInfo(name: name, $0) }
        switch condition {
        case .none: break
        case .absent: guard current == nil else { throw .conditionFailed(path(name), condition) }
        case .version(let version): guard current?.version == version else { throw .conditionFailed(path(name), condition) }
        }
        let sink = try FileSink(path: path(name), process: getpid(), files: files)
        try bytes.withUnsafeBufferPointer { buffer throws(SluiceError) in try sink.write(UnsafeRawBufferPointer(buffer)) }
        try sink.finish()
        return try await info(name)
    }

    package func copy(_ source: String, to target: String) async throws(SluiceError) {
        var input = try await open(source)
        var output = try await create(target)
        var buffer = [UInt8](repeating: 0, count: StorageLimits.copiedBytes)
        while true {
            let count = try buffer.withUnsafeMutableBufferPointer { buffer throws(SluiceError) in
                let count = try input.read(into: UnsafeMutableRawBufferPointer(buffer))
                try output.write(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: buffer[..<count])))
                return count
            }
            if count == 0 { break }
        }
        try output.finish()
    }

    package func removeAll(_ names: [String]) async throws(SluiceError) {
        for name in names {
            do throws(SluiceError) {
                try await remove(name)
            } catch {
                guard error.code == .fileNotFound else { throw error }
            }
        }
    }

    package func rename(_ source: String, to target: String) async throws(SluiceError) {
        guard try status(source) != nil else { throw try notFound(source) }
        try prepare(target)
        do throws(SystemFailure) {
            try files.rename(path(source), path(target))
            let directories = [DiskFiles.parent(of: path(source)), DiskFiles.parent(of: path(target))]
            for directory in Set(directories) { try files.syncDirectory(directory) }
        } catch {
            throw error.error(cannot: "rename to", path(target))
        }
    }

    package func remove(_ name: String) async throws(SluiceError) {
        guard try status(name) != nil else { throw try notFound(name) }
        do throws(SystemFailure) {
            try files.remove(path(name))
            try files.syncDirectory(DiskFiles.parent(of: path(name)))
        } catch {
            throw error.error(cannot: "remove", path(name))
        }
    }

    // MARK: Paths

    func path(_ name: String) -> String {
        if name.isEmpty { return root.isEmpty ? "." : root }
        return root.isEmpty || root == "." ? name : root == "/" ? "/" + name : root + "/" + name
    }

    private func shownPath(_ name: String) -> String { path(name) }

    private func notFound(_ name: String) throws(SluiceError) -> SluiceError {
        NoMatch.error(try Glob(literal: name), entries: { try? names(in: $0) }, path: shownPath)
    }

    /// Names in a directory.
    func names(in directory: String) throws(SluiceError) -> [String]? {
        guard DiskFiles.kind(of: path(directory)) == .directory else { return nil }
        return try DiskFiles.list(path(directory))
    }

    /// What a name stands for, links followed; nil where there is nothing.
    func status(_ name: String) throws(SluiceError) -> stat? {
        _ = try ObjectName.parts(name)
        var status = stat()
        guard stat(path(name), &status) == 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw .system(errno, cannot: "open", path(name))
        }
        try checkInside(path(name))
        return status
    }

    /// As `status`, for a name whose directory was looked at already: only a link has to be followed.
    func listedStatus(_ name: String) throws(SluiceError) -> stat? {
        var status = stat()
        guard lstat(path(name), &status) == 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw .system(errno, cannot: "open", path(name))
        }
        return status.st_mode & S_IFMT == S_IFLNK ? try self.status(name) : status
    }

    /// Makes the directories above a name that is about to be written.
    private func prepare(_ name: String) throws(SluiceError) {
        _ = try ObjectName.parts(name)
        let parent = DiskFiles.parent(of: path(name))
        var existing = parent
        while DiskFiles.kind(of: existing) == nil, existing != ".", existing != "/" { existing = DiskFiles.parent(of: existing) }
        if existing.utf8.count >= path("").utf8.count { try checkInside(existing) }
        try DiskFiles.createDirectories(parent)
    }

    /// - Throws: `unreadable` when links lead out of the root.
    private func checkInside(_ path: String) throws(SluiceError) {
        let top = try Self.resolved(self.path(""))
        let place = try Self.resolved(path)
        guard place == top || top == "/" || place.hasPrefix(top + "/") else {
            throw SluiceError(
                .unreadable, "\(path.quotedForMessage) is a link that leads out of \(self.path("").quotedForMessage)",
                at: .file(path: path),
                remedy: "name the directory that it leads to, \(DiskFiles.parent(of: place)), in the definition itself")
        }
    }

    private static func resolved(_ path: String) throws(SluiceError) -> String {
        guard let pointer = realpath(path, nil) else { throw .system(errno, cannot: "open", path) }
        defer { free(pointer) }
        return String(cString: pointer)
    }
}

extension ObjectInfo {
    init(name: String, _ status: stat) {
        let modified = Int64(status.st_mtim.tv_sec) * 1_000_000 + Int64(status.st_mtim.tv_nsec) / 1_000
        self.init(
            name: name, byteCount: Int(status.st_size), modifiedMicros: modified,
            version: "\(status.st_ino)-\(status.st_size)-\(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)")
    }
}

extension Glob {
    /// A pattern for exactly one name, whatever characters it has.
    package init(literal name: String) throws(SluiceError) {
        text = name
        alternatives = [try ObjectName.parts(name).map { .literal(String($0)) }]
    }
}
