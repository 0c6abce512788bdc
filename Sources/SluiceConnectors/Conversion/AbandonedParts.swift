import Glibc
import SluiceCore

/// Output files under temporary names that a process left behind when it was killed.
///
/// Whoever writes such a file holds a lock on it until the end (`OutputFile`), so that one without a lock has no writer any more.
enum AbandonedParts {
    static let prefix = ".sluice-"
    static let suffix = ".part"

    /// Removes those of a directory. What cannot be looked at or removed stays: it is in nobody's way.
    static func remove(from directory: String) {
        for name in (try? DiskFiles.list(directory)) ?? [] where name.hasPrefix(prefix) && name.hasSuffix(suffix) {
            let path = "\(directory)/\(name)"
            if isAbandoned(path) { unlink(path) }
        }
    }

    private static func isAbandoned(_ path: String) -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var status = stat()
        // One that is new may have been created and not locked yet.
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            time(nil) - status.st_mtim.tv_sec > ConnectorLimits.abandonedPartSeconds
        else { return false }
        return flock(descriptor, LOCK_EX | LOCK_NB) == 0
    }
}
