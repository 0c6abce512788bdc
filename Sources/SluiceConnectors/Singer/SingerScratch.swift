import Glibc
import SluiceCore
import Synchronization

/// A directory for the files that a tap or target is given. Only this user can read it; it is removed with its last use, or by the next program
/// where a process was killed.
final class SingerScratch: Sendable {
    let directory: String
    private let lock: FileLock
    private let stays = Mutex(false)
    private static let prefix = "singer-"
    private static let lockSuffix = ".lock"

    /// - Parameter home: The state directory.
    init(home: String) throws(SluiceError) {
        let parent = "\(home)/tmp"
        try DiskFiles.createDirectories(parent)
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
        if !stays.withLock({ $0 }) {
            try? DiskFiles.removeTree(directory)
            unlink(directory + Self.lockSuffix)
        }
        lock.release()
    }

    /// Leaves it to the next program.
    func leave() { stays.withLock { $0 = true } }

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
    ///
    /// - Parameters:
    ///   - home: The state directory.
    ///   - mayGo: Told each directory before; where it says no, that one stays.
    static func removeAbandoned(home: String, _ mayGo: (String) -> Bool) {
        let parent = "\(home)/tmp"
        for name in (try? DiskFiles.list(parent)) ?? [] where name.hasPrefix(prefix) && name.hasSuffix(lockSuffix) {
            let path = "\(parent)/\(name)"
            guard case .acquired(let lock)? = try? FileLock.attempt(path, sinceMicros: nil) else { continue }
            defer { lock.release() }
            let directory = String(path.dropLast(lockSuffix.utf8.count))
            guard mayGo(directory) else { continue }
            try? DiskFiles.removeTree(directory)
            unlink(path)
        }
    }

    /// Whether a path is a directory of this user that nobody else can look into.
    static func isOwn(_ path: String) -> Bool {
        var found = stat()
        return lstat(path, &found) == 0 && found.st_mode & S_IFMT == S_IFDIR && found.st_uid == geteuid() && found.st_mode & 0o077 == 0
    }

    /// The content of a file of this user, in a directory that nobody else can look into; nil for a link, or anything else.
    static func ownFile(_ path: String) -> [UInt8]? {
        var found = stat()
        guard lstat(path, &found) == 0, found.st_mode & S_IFMT == S_IFREG, found.st_uid == geteuid() else { return nil }
        return try? DiskFiles.read(path)
    }
}
