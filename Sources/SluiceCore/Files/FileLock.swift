import Glibc
import Synchronization

/// An exclusive lock between processes: `flock` on a file that names its holder. The kernel releases it when the holder ends, however it ends.
///
/// - Invariant: the file holds `<pid> <micros since 1970>` while locked with a note, and is empty while locked without one.
package final class FileLock: Sendable {
    /// Who has the lock, as its file says.
    package struct Holder: Hashable, Sendable {
        package var processID: Int32
        /// Microseconds since 1970.
        package var sinceMicros: Int64
    }

    /// What came of trying to lock.
    package enum Attempt: Sendable {
        case acquired(FileLock)
        /// Nil: the holder has not said who it is, because it is just starting or holds the lock only for a moment.
        case held(by: Holder?)
    }

    package let path: String
    private let descriptor: Mutex<Int32?>

    private init(path: String, descriptor: Int32) {
        self.path = path
        self.descriptor = Mutex(descriptor)
    }

    deinit { release() }

    /// Tries once, without waiting.
    ///
    /// - Parameter sinceMicros: What the file says while the lock is held; nil for a lock of a moment, which names no holder.
    /// - Throws: what opening the file throws.
    package static func attempt(_ path: String, sinceMicros: Int64?) throws(SluiceError) -> Attempt {
        let descriptor = try openFile(path)
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let number = errno
            close(descriptor)
            guard number == EWOULDBLOCK else { throw .system(number, cannot: "lock", path) }
            return .held(by: holder(path))
        }
        let lock = FileLock(path: path, descriptor: descriptor)
        try lock.note(sinceMicros, descriptor)
        return .acquired(lock)
    }

    /// Tries once to hold a lock together with others that share it: they keep those out who want it for themselves.
    ///
    /// - Parameter sinceMicros: What the file says, as of the last of those who share it.
    package static func attemptShared(_ path: String, sinceMicros: Int64) throws(SluiceError) -> Attempt {
        let descriptor = try openFile(path)
        guard flock(descriptor, LOCK_SH | LOCK_NB) == 0 else {
            let number = errno
            close(descriptor)
            guard number == EWOULDBLOCK else { throw .system(number, cannot: "lock", path) }
            return .held(by: holder(path))
        }
        let lock = FileLock(path: path, descriptor: descriptor)
        try lock.note(sinceMicros, descriptor)
        return .acquired(lock)
    }

    /// Waits until the lock is free; for locks that are held for a moment.
    package static func wait(_ path: String) throws(SluiceError) -> FileLock {
        let descriptor = try openFile(path)
        while flock(descriptor, LOCK_EX) != 0 {
            if errno == EINTR { continue }
            let number = errno
            close(descriptor)
            throw .system(number, cannot: "lock", path)
        }
        return FileLock(path: path, descriptor: descriptor)
    }

    /// Gives the lock back; a second call does nothing.
    package func release() {
        descriptor.withLock { held in
            guard let number = held else { return }
            ftruncate(number, 0)
            // Unlocked rather than only closed: a child that is just being started may hold a copy of the descriptor for a moment.
            flock(number, LOCK_UN)
            close(number)
            held = nil
        }
    }

    private static func openFile(_ path: String) throws(SluiceError) -> Int32 {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .system(errno, cannot: "open lock", path) }
        return descriptor
    }

    /// A crashed holder leaves its note behind, so the file is always rewritten.
    private func note(_ sinceMicros: Int64?, _ descriptor: Int32) throws(SluiceError) {
        ftruncate(descriptor, 0)
        if let sinceMicros { try DiskFiles.write(Array("\(getpid()) \(sinceMicros)\n".utf8), to: descriptor, path: path) }
    }

    private static func holder(_ path: String) -> Holder? {
        guard let content = try? DiskFiles.read(path) else { return nil }
        let words = String(decoding: content, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        guard words.count == 2, let processID = Int32(words[0]), let since = Int64(words[1]) else { return nil }
        return Holder(processID: processID, sinceMicros: since)
    }
}
