import Glibc
package import SluiceCore

/// A file's bytes in order. Copies read on their own from where they were made.
package struct FileSource: ByteSource, Sendable {
    /// Closed when the last copy goes away.
    private final class OpenFile: Sendable {
        let descriptor: Int32
        init(_ descriptor: Int32) { self.descriptor = descriptor }
        deinit { _ = close(descriptor) }
    }

    private let file: OpenFile
    private let path: String
    private var offset: off_t = 0

    /// - Throws: `fileNotFound`, `unreadable` (also for what is no plain file), `ioFailure`.
    package init(path: String) throws(SluiceError) {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .system(errno, cannot: "open", path) }
        file = OpenFile(descriptor)
        self.path = path
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .system(errno, cannot: "open", path) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw SluiceError(.unreadable, "\(path.quotedForMessage) is not a plain file", at: .file(path: path))
        }
    }

    package mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(SluiceError) -> Int {
        while true {
            let count = pread(file.descriptor, buffer.baseAddress, buffer.count, offset)
            if count >= 0 {
                offset += off_t(count)
                return count
            }
            guard errno == EINTR else { throw .system(errno, cannot: "read", path) }
        }
    }
}
