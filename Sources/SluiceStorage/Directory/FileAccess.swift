import Glibc
package import SluiceCore

/// A plain file that can be read from any place.
package struct FileAccess: RandomAccess {
    /// Closed when the last copy goes away.
    private final class OpenFile: Sendable {
        let descriptor: Int32
        init(_ descriptor: Int32) { self.descriptor = descriptor }
        deinit { _ = close(descriptor) }
    }

    private let file: OpenFile
    private let path: String
    /// When the file was opened.
    package let byteCount: Int64

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
        byteCount = Int64(status.st_size)
    }

    package func read(at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws(SluiceError) -> Int {
        var filled = 0
        while filled < buffer.count {
            let count = pread(file.descriptor, buffer.baseAddress! + filled, buffer.count - filled, off_t(offset) + off_t(filled))
            if count == 0 { break }
            if count < 0 {
                if errno == EINTR { continue }
                throw .system(errno, cannot: "read", path)
            }
            filled += count
        }
        return filled
    }
}
