import CSystemCalls
import Glibc
package import SluiceCore
import Synchronization

/// A file that is written from start to end, closed with the last use of it.
final class OutputFile: Sendable {
    let path: String
    private let descriptor: Int32
    private let isOwned: Bool
    private let written = Atomic<Int64>(0)
    /// Whether the disk begins with what was written while more comes, so that the sync at the end has little left to wait for.
    private let storesEarly: Bool

    /// - Throws: `unreadable` where the directory may not be written, `diskFull`, `ioFailure`.
    init(_ path: String, storesEarly: Bool = false) throws(SluiceError) {
        self.path = path
        self.storesEarly = storesEarly
        descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .system(errno, cannot: "create", path) }
        isOwned = true
        // Tells others that the file has a writer; where the file system has no locks, nobody can tell.
        _ = flock(descriptor, LOCK_EX | LOCK_NB)
    }

    /// A pipe or device that exists.
    init(device path: String) throws(SluiceError) {
        self.path = path
        storesEarly = false
        descriptor = Glibc.open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(errno, cannot: "open", path) }
        isOwned = true
    }

    /// A file that somebody else opened and closes.
    init(descriptor: Int32, name: String) {
        path = name
        storesEarly = false
        self.descriptor = descriptor
        isOwned = false
    }

    deinit { if isOwned { close(descriptor) } }

    var bytesWritten: Int64 { written.load(ordering: .relaxed) }

    func write(_ bytes: UnsafeRawBufferPointer) throws(SluiceError) {
        var rest = bytes
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if count < 0 {
                if errno == EINTR { continue }
                if errno == EAGAIN {
                    var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    poll(&ready, 1, -1)
                    continue
                }
                if errno == EPIPE { throw SluiceError(.readerGone, "nobody reads \(path) any more", at: .file(path: path)) }
                throw .system(errno, cannot: "write", path)
            }
            let before = written.wrappingAdd(Int64(count), ordering: .relaxed).oldValue
            let stretch = ConnectorLimits.earlyStoreBytes
            if storesEarly, (before + Int64(count)) / stretch > before / stretch {
                sluice_start_storing(descriptor, before / stretch * stretch, before + Int64(count) - before / stretch * stretch)
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    /// Everything written is on disk on return.
    func sync() throws(SluiceError) {
        guard fsync(descriptor) == 0 else { throw .system(errno, cannot: "sync", path) }
    }
}

extension SluiceError.Code {
    /// The reader of a pipe went away: for standard output no failure, there is nothing more to do.
    package static let readerGone = Self("reader-gone")
}
