import Glibc
import SluiceCore

extension BucketFolders {
    /// Opens a file wherever it is; nil where it is not, or where another program put something else in its place.
    func open(_ file: StoredFile, _ bucket: String, _ key: ObjectKey) -> Int32? {
        if file.place == .folder, let found = Self.same(file, openUnder(bucket, key)) { return found }
        if let found = Self.same(file, openOwn(namelessPath(file.stamp))) { return found }
        if file.place != .folder, let found = Self.same(file, openUnder(bucket, key)) { return found }
        return Self.same(file, openOwn(stagedPath(file.stamp)))
    }

    /// The descriptor, if it is of that file; closed otherwise.
    private static func same(_ file: StoredFile, _ descriptor: Int32?) -> Int32? {
        guard let descriptor else { return nil }
        var status = stat()
        if fstat(descriptor, &status) == 0, status.isSame(file) { return descriptor }
        Glibc.close(descriptor)
        return nil
    }

    /// A plain file that somebody put under a key.
    func openFound(_ bucket: String, _ key: ObjectKey) -> (descriptor: Int32, fileTime: Int64, byteCount: Int64)? {
        guard let descriptor = openUnder(bucket, key) else { return nil }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            Glibc.close(descriptor)
            return nil
        }
        return (descriptor, status.modifiedNanos, Int64(status.st_size))
    }

    /// What is under a key: no link is followed, and nobody waits at a pipe.
    private func openUnder(_ bucket: String, _ key: ObjectKey) -> Int32? {
        guard let path = path(bucket, key) else { return nil }
        let descriptor = top.open(path, O_RDONLY | O_NONBLOCK)
        return descriptor >= 0 ? descriptor : nil
    }

    private func openOwn(_ path: String) -> Int32? {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        return descriptor >= 0 ? descriptor : nil
    }

    /// Whether a plain file is under a key; its time and length.
    func found(_ bucket: String, _ key: ObjectKey) -> (fileTime: Int64, byteCount: Int64)? {
        guard let path = path(bucket, key), case .success(let status) = top.status(path), status.st_mode & S_IFMT == S_IFREG else {
            return nil
        }
        return (status.modifiedNanos, Int64(status.st_size))
    }

    /// Removes all files without names.
    func removeNameless() throws(SluiceError) {
        let nameless = own + "/nameless"
        for folder in try DiskFiles.list(nameless) {
            for name in try DiskFiles.list("\(nameless)/\(folder)") { try DiskFiles.removeTree("\(nameless)/\(folder)/\(name)") }
        }
    }
}
