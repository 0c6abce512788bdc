import Glibc
import SluiceCore

/// A lock on a directory itself, for the programs that ask for it; nothing is written there. It ends with its last reference.
final class DirectoryLock: Sendable {
    private let descriptor: Int32

    /// Waits until nobody has the lock.
    init(_ path: String) throws(SluiceError) {
        descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(errno, cannot: "open", path) }
        while flock(descriptor, LOCK_EX) != 0 {
            if errno == EINTR { continue }
            let number = errno
            close(descriptor)
            throw .system(number, cannot: "lock", path)
        }
    }

    deinit { close(descriptor) }
}
