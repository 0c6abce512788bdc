import Glibc
import SluiceCore

extension BucketFolders {
    /// Opens a file wherever it is; nil where it is not, or where another program put something else in its place.
    func open(_ file: StoredFile, _ bucket: String, _ key: ObjectKey) -> Int32? {
        let nameless = namelessPath(file.stamp)
        let inFolder = folderPath(bucket, key)
        let likely = file.place == .folder ? [inFolder, nameless] : [nameless, inFolder]
        for path in likely + [stagedPath(file.stamp)] {
            guard let path, let descriptor = Self.openPlain(path) else { continue }
            var status = stat()
            if fstat(descriptor, &status) == 0, status.isSame(file) { return descriptor }
            Glibc.close(descriptor)
        }
        return nil
    }

    /// A plain file that somebody put under a key.
    func openFound(_ bucket: String, _ key: ObjectKey) -> (descriptor: Int32, fileTime: Int64, byteCount: Int64)? {
        guard let path = folderPath(bucket, key), let descriptor = Self.openPlain(path) else { return nil }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            Glibc.close(descriptor)
            return nil
        }
        return (descriptor, status.modifiedNanos, Int64(status.st_size))
    }

    /// Links are not followed, and nobody waits at a pipe.
    private static func openPlain(_ path: String) -> Int32? {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        return descriptor >= 0 ? descriptor : nil
    }

    /// Whether a plain file is under a key; its time and length.
    func found(_ bucket: String, _ key: ObjectKey) -> (fileTime: Int64, byteCount: Int64)? {
        var status = stat()
        guard let path = folderPath(bucket, key), lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
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
