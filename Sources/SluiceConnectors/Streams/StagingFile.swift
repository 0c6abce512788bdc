import Glibc
import SluiceCore

/// A new file that grows, and is made with its directory when something comes. Used by one task at a time.
final class StagingFile {
    let path: String
    private let directory: String
    private var descriptor: Int32?
    private(set) var byteCount: Int64 = 0

    init(directory: String, name: String) {
        self.directory = directory
        path = directory + "/" + name
    }

    deinit { if let descriptor { close(descriptor) } }

    func append(_ bytes: [UInt8]) throws(SluiceError) {
        try DiskFiles.write(bytes, to: try opened(), path: path)
        byteCount += Int64(bytes.count)
    }

    /// The content is durable on return; the directory is synced by the commit.
    func finish() throws(SluiceError) {
        guard let descriptor else { return }
        guard fsync(descriptor) == 0 else { throw .system(errno, cannot: "sync", path) }
        close(descriptor)
        self.descriptor = nil
    }

    private func opened() throws(SluiceError) -> Int32 {
        if let descriptor { return descriptor }
        try DiskFiles.createDirectories(DiskFiles.parent(of: directory))
        guard mkdir(directory, 0o755) == 0 || errno == EEXIST else { throw .system(errno, cannot: "create directory", directory) }
        let opened = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard opened >= 0 else { throw .system(errno, cannot: "create", path) }
        descriptor = opened
        return opened
    }
}
