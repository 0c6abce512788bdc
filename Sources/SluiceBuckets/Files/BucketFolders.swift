import Glibc
import SluiceCore

/// The folders of a store, and where its files are in them.
///
///     <root>/<bucket>/<key>            objects whose keys are paths of files
///     <root>/.sluice/index.sqlite      what there is
///     <root>/.sluice/staged/<stamp>    files whose change is not carried out yet
///     <root>/.sluice/nameless/xx/<stamp>
///
/// A bucket's name never begins with a dot, so nothing of a bucket is in `.sluice`. Files of buckets are reached without following a link: what
/// another program links into a bucket's folder is in the way of its keys, and no object.
struct BucketFolders: Sendable {
    let top: RootFolder
    var root: String { top.path }

    init(root: String) throws(SluiceError) { top = try RootFolder(root) }

    /// The store's own folder.
    static func own(below root: String) -> String { root + "/.sluice" }

    var own: String { Self.own(below: root) }
    var index: String { own + "/index.sqlite" }
    var lock: String { own + "/lock" }
    var staged: String { own + "/staged" }
    private var nameless: String { own + "/nameless" }

    func folder(_ bucket: String) -> String { root + "/" + bucket }

    /// Makes what is missing of the store's own folders.
    func make() throws(SluiceError) {
        try DiskFiles.createDirectories(staged)
        try DiskFiles.createDirectories(nameless)
    }

    func stagedPath(_ stamp: Int64) -> String { staged + "/" + Self.hexadecimal(Int(stamp), 16) }

    func namelessPath(_ stamp: Int64) -> String {
        // The lowest bits of a clock's nanoseconds may all be 0; those in the middle are not.
        let low = Int(truncatingIfNeeded: stamp ^ stamp >> 10 ^ stamp >> 20) & 0xFF
        return "\(nameless)/\(Self.hexadecimal(low, 2))/\(Self.hexadecimal(Int(stamp), 16))"
    }

    /// Below the root; nil for a key that is no path.
    func path(_ bucket: String, _ key: ObjectKey) -> String? { key.fileName.map { "\(bucket)/\($0)" } }

    /// Where a key's file would be: in the folder, unless the key is no path, or a folder or file of another key is in the way.
    func place(_ bucket: String, _ key: ObjectKey) -> StoredFile.Place {
        guard let path = path(bucket, key) else { return .nameless }
        return switch top.status(path) {
        case .success(let status): status.st_mode & S_IFMT == S_IFREG ? .folder : .nameless
        case .failure(let failure): failure.number == ENOENT ? .folder : .nameless
        }
    }

    private static func hexadecimal(_ number: Int, _ width: Int) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}

// MARK: Changes of files

extension BucketFolders {
    /// Puts a file where it belongs, wherever it is now: staged, in its folder or nameless. What is there already stays.
    ///
    /// - Parameter content: Of a file that is not on the disk yet.
    /// - Returns: Where it is: nameless where something else is in the way of its name.
    func settle(_ file: StoredFile, _ bucket: String, _ key: ObjectKey, content: [UInt8]?) throws(SluiceError) -> StoredFile.Place {
        if let content { try write(content, file.stamp) }
        let (staged, nameless) = (stagedPath(file.stamp), namelessPath(file.stamp))
        let own = path(bucket, key)
        guard file.place == .folder, let own else {
            if holds(file, at: staged) {
                try rename(staged, to: nameless)
            } else if let own, holds(file, under: own) {
                try rename(own, nameless) { top.give(own, to: nameless) }
            }
            return .nameless
        }
        guard let source = [staged, nameless].first(where: { holds(file, at: $0) }) else { return .folder }
        var failure = top.take(source, as: own)
        if failure == ENOENT {
            // Without syncs: a change that is not carried out to the end is carried out again.
            failure = top.makeFolders(above: own)
            if failure == 0 { failure = top.take(source, as: own) }
        }
        if failure == 0 { return .folder }
        guard isInTheWay(own) else { throw .system(failure, cannot: "rename to", "\(root)/\(own)") }
        if source == staged { try rename(staged, to: nameless) }
        return .nameless
    }

    /// Removes a file, if it is still that file, and the folders that it leaves empty.
    func remove(_ file: StoredFile, _ bucket: String, _ key: ObjectKey) {
        unlink(stagedPath(file.stamp))
        unlink(namelessPath(file.stamp))
        guard let path = path(bucket, key), holds(file, under: path) else { return }
        _ = top.unlink(path)
        var folder = RootFolder.parent(of: path)
        while let empty = folder, empty != bucket, top.removeDirectory(empty) == 0 { folder = RootFolder.parent(of: empty) }
    }

    /// Removes a bucket's folder where it has no file.
    ///
    /// - Returns: False where another program put something there.
    func removeFolder(_ bucket: String) throws(SluiceError) -> Bool {
        try removeEmpty(folder(bucket))
    }

    private func removeEmpty(_ path: String) throws(SluiceError) -> Bool {
        if rmdir(path) == 0 || errno == ENOENT { return true }
        guard errno == ENOTEMPTY || errno == EEXIST else { return false }
        for name in try DiskFiles.list(path) {
            var status = stat()
            guard lstat("\(path)/\(name)", &status) == 0, status.st_mode & S_IFMT == S_IFDIR, try removeEmpty("\(path)/\(name)") else {
                return false
            }
        }
        return rmdir(path) == 0 || errno == ENOENT
    }

    /// Makes all that was written durable, of all folders.
    func syncAll() throws(SluiceError) { try top.sync() }

    /// Whether a path of the store's own folders is that file.
    private func holds(_ file: StoredFile, at path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.isSame(file)
    }

    /// Whether a path below the root is that file.
    private func holds(_ file: StoredFile, under path: String) -> Bool {
        guard case .success(let status) = top.status(path) else { return false }
        return status.isSame(file)
    }

    private func write(_ content: [UInt8], _ stamp: Int64) throws(SluiceError) {
        let path = stagedPath(stamp)
        let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .system(errno, cannot: "create", path) }
        defer { close(descriptor) }
        try DiskFiles.write(content, to: descriptor, path: path)
        try Self.setTime(descriptor, stamp, path)
    }

    /// Gives a file the time by which it is known.
    static func setTime(_ descriptor: Int32, _ stamp: Int64, _ path: String) throws(SluiceError) {
        let time = timespec(tv_sec: Int(stamp / 1_000_000_000), tv_nsec: Int(stamp % 1_000_000_000))
        guard futimens(descriptor, [time, time]) == 0 else { throw .system(errno, cannot: "set the time of", path) }
    }

    /// Renames within the store's own folders, and to them.
    private func rename(_ source: String, to target: String) throws(SluiceError) {
        try rename(source, target) { Glibc.rename(source, target) == 0 ? 0 : errno }
    }

    /// - Parameter call: Returns 0, or what failed (`errno`).
    private func rename(_ source: String, _ target: String, _ call: () -> Int32) throws(SluiceError) {
        var failure = call()
        if failure == ENOENT, mkdir(DiskFiles.parent(of: target), 0o755) == 0 || errno == EEXIST { failure = call() }
        guard failure == 0 else { throw .system(failure, cannot: "rename to", target) }
    }

    /// Whether a folder or a link has the name, or a file or a link that of one of the folders above.
    private func isInTheWay(_ path: String) -> Bool {
        switch top.status(path) {
        case .success(let status): status.st_mode & S_IFMT != S_IFREG
        case .failure(let failure): failure.number == ENOTDIR || failure.number == ELOOP
        }
    }
}

extension stat {
    /// Nanoseconds since 1970.
    var modifiedNanos: Int64 { Int64(st_mtim.tv_sec) * 1_000_000_000 + Int64(st_mtim.tv_nsec) }

    func isSame(_ file: StoredFile) -> Bool {
        st_mode & S_IFMT == S_IFREG && modifiedNanos == file.fileTime && Int64(st_size) == file.byteCount
    }
}
