import Glibc
import SluiceCore

/// A directory for the files that a tap or target is given. Only this user can read it; it is removed with its last use, or by the next one where a
/// process was killed.
final class SingerScratch: Sendable {
    private let directory: String
    private let lock: FileLock
    private static let prefix = "singer-"
    private static let lockSuffix = ".lock"

    /// - Parameter home: The state directory.
    init(home: String) throws(SluiceError) {
        let parent = "\(home)/tmp"
        try DiskFiles.createDirectories(parent)
        Self.removeAbandoned(in: parent)
        while true {
            let path = "\(parent)/\(Self.prefix)\(UInt64.random(in: .min ... .max))"
            // Somebody who cleans up may have been faster.
            guard case .acquired(let lock) = try FileLock.attempt(path + Self.lockSuffix, sinceMicros: nil) else { continue }
            guard mkdir(path, 0o700) == 0 else { throw .system(errno, cannot: "create", path) }
            (directory, self.lock) = (path, lock)
            return
        }
    }

    deinit {
        try? DiskFiles.removeTree(directory)
        unlink(directory + Self.lockSuffix)
        lock.release()
    }

    func path(_ name: String) -> String { "\(directory)/\(name)" }

    /// Writes a file that only this user can read.
    ///
    /// - Returns: Its path.
    func write(_ name: String, _ bytes: [UInt8]) throws(SluiceError) -> String {
        let path = path(name)
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system(errno, cannot: "create", path) }
        defer { close(descriptor) }
        try DiskFiles.write(bytes, to: descriptor, path: path)
        return path
    }

    /// Removes what processes that were killed left behind; what cannot be removed stays for the next time.
    private static func removeAbandoned(in parent: String) {
        for name in (try? DiskFiles.list(parent)) ?? [] where name.hasPrefix(prefix) && name.hasSuffix(lockSuffix) {
            let path = "\(parent)/\(name)"
            guard case .acquired(let lock)? = try? FileLock.attempt(path, sinceMicros: nil) else { continue }
            try? DiskFiles.removeTree(String(path.dropLast(lockSuffix.utf8.count)))
            unlink(path)
            lock.release()
        }
    }
}
