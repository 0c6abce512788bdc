import CSystemCalls
import Glibc
import SluiceCore

/// The folders of a store, and where its files are in them.
///
///     <root>/<bucket>/<key>            objects whose keys are paths of files
///     <root>/.sluice/index.sqlite      what there is
///     <root>/.sluice/staged/<stamp>    files whose change is not carried out yet
///     <root>/.sluice/nameless/xx/<stamp>
///
/// A bucket's name never begins with a dot, so nothing of a bucket is in `.sluice`.
struct BucketFolders: Sendable {
    let root: String

    var own: String { root + "/.sluice" }
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

    /// Nil for a key that is no path.
    func folderPath(_ bucket: String, _ key: ObjectKey) -> String? { key.fileName.map { "\(folder(bucket))/\($0)" } }

    /// Where a key's file would be: in the folder, unless the key is no path, or a folder or file of another key is in the way.
    func place(_ bucket: String, _ key: ObjectKey) -> StoredFile.Place {
        guard let path = folderPath(bucket, key) else { return .nameless }
        var status = stat()
        if lstat(path, &status) == 0 { return status.st_mode & S_IFMT == S_IFREG ? .folder : .nameless }
        return errno == ENOENT ? .folder : .nameless
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
        guard let own = folderPath(bucket, key) else {
            try move(file, to: namelessPath(file.stamp), from: [stagedPath(file.stamp)])
            return .nameless
        }
        guard file.place == .folder else {
            try move(file, to: namelessPath(file.stamp), from: [stagedPath(file.stamp), own])
            return .nameless
        }
        do throws(SluiceError) {
            try move(file, to: own, from: [stagedPath(file.stamp), namelessPath(file.stamp)])
            return .folder
        } catch {
            guard isInTheWay(own) else { throw error }
            try move(file, to: namelessPath(file.stamp), from: [stagedPath(file.stamp)])
            return .nameless
        }
    }

    /// Removes a file, if it is still that file, and the folders that it leaves empty.
    func remove(_ file: StoredFile, _ bucket: String, _ key: ObjectKey) {
        unlink(stagedPath(file.stamp))
        unlink(namelessPath(file.stamp))
        guard let path = folderPath(bucket, key), holds(file, at: path) else { return }
        unlink(path)
        var parent = DiskFiles.parent(of: path)
        let top = folder(bucket)
        while parent.utf8.count > top.utf8.count, rmdir(parent) == 0 { parent = DiskFiles.parent(of: parent) }
    }

    /// Removes a bucket's folder where it has no file.
    ///
    /// - Returns: False where another program put something there.
    func removeFolder(_ bucket: String) throws(SluiceError) -> Bool {
        try removeEmpty(folder(bucket))
    }

    private func removeEmpty(_ path: String) throws(SluiceError) -> Bool {
        if rmdir(path) == 0 || errno == ENOENT { return true }
        for name in try DiskFiles.list(path) {
            var status = stat()
            guard lstat("\(path)/\(name)", &status) == 0, status.st_mode & S_IFMT == S_IFDIR, try removeEmpty("\(path)/\(name)") else {
                return false
            }
        }
        return rmdir(path) == 0 || errno == ENOENT
    }

    /// Makes all that was written durable, of all folders.
    func syncAll() throws(SluiceError) {
        let descriptor = Glibc.open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(errno, cannot: "open directory", root) }
        defer { close(descriptor) }
        let failure = sluice_sync_file_system(descriptor)
        guard failure == 0 else { throw .system(failure, cannot: "sync the disk of", root) }
    }

    /// Whether a path is that file.
    func holds(_ file: StoredFile, at path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.isSame(file)
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

    /// Renames the first of `sources` that is the file; a target that is the file already is fine.
    private func move(_ file: StoredFile, to target: String, from sources: [String]) throws(SluiceError) {
        for source in sources where holds(file, at: source) {
            if rename(source, target) == 0 { return }
            guard errno == ENOENT else { throw .system(errno, cannot: "rename to", target) }
            try makeParents(of: target)
            guard rename(source, target) == 0 else { throw .system(errno, cannot: "rename to", target) }
            return
        }
    }

    /// Without syncs: a change that is not carried out to the end is carried out again.
    private func makeParents(of path: String) throws(SluiceError) {
        let parent = DiskFiles.parent(of: path)
        if mkdir(parent, 0o755) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, parent.utf8.count > root.utf8.count else { throw .system(errno, cannot: "create directory", parent) }
        try makeParents(of: parent)
        guard mkdir(parent, 0o755) == 0 || errno == EEXIST else { throw .system(errno, cannot: "create directory", parent) }
    }

    /// Whether a folder has the name, or a file that of one of the folders above.
    private func isInTheWay(_ path: String) -> Bool {
        var status = stat()
        if lstat(path, &status) == 0 { return status.st_mode & S_IFMT != S_IFREG }
        return errno == ENOTDIR
    }
}

extension stat {
    /// Nanoseconds since 1970.
    var modifiedNanos: Int64 { Int64(st_mtim.tv_sec) * 1_000_000_000 + Int64(st_mtim.tv_nsec) }

    func isSame(_ file: StoredFile) -> Bool {
        st_mode & S_IFMT == S_IFREG && modifiedNanos == file.fileTime && Int64(st_size) == file.byteCount
    }
}
