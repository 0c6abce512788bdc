import Glibc
import SluiceCore
import Synchronization

/// A new file on disk, closed with the last use of it.
final class OutputFile: Sendable {
    let path: String
    private let descriptor: Int32
    private let written = Atomic<Int64>(0)

    /// - Throws: `unreadable` where the directory may not be written, `diskFull`, `ioFailure`.
    init(_ path: String) throws(SluiceError) {
        self.path = path
        descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .system(errno, cannot: "create", path) }
    }

    deinit { close(descriptor) }

    var bytesWritten: Int64 { written.load(ordering: .relaxed) }

    func write(_ bytes: UnsafeRawBufferPointer) throws(SluiceError) {
        var rest = bytes
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw .system(errno, cannot: "write", path)
            }
            written.wrappingAdd(Int64(count), ordering: .relaxed)
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    /// Everything written is on disk on return.
    func sync() throws(SluiceError) {
        guard fsync(descriptor) == 0 else { throw .system(errno, cannot: "sync", path) }
    }
}
