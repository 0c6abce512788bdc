import Glibc
import SluiceCore

/// Looks whether a directory can be written to, before a run reads for an hour.
enum WriteAccess {
    /// - Throws: `unreadable` when the directory, or the nearest one above it that exists, may not be written; `ioFailure` when a file is there.
    static func check(_ directory: String) throws(SluiceError) {
        var path = directory
        while DiskFiles.kind(of: path) == nil, path != "/", path != "." { path = DiskFiles.parent(of: path) }
        guard DiskFiles.kind(of: path) == .directory else {
            throw SluiceError(
                .ioFailure, "\(path.quotedForMessage) is no directory, so nothing can be written to \(directory.quotedForMessage)",
                at: .file(path: path), remedy: "move it away, or choose another directory")
        }
        guard access(path, W_OK | X_OK) == 0 else { throw .system(errno, cannot: "write to", path) }
    }
}
