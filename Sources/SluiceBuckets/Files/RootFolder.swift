import CSystemCalls
import Glibc
import SluiceCore

/// A folder whose files are reached without a link in any part of their paths, so that nothing leads out of it.
///
/// Paths are relative to it, without `.`, `..` and empty parts.
final class RootFolder: Sendable {
    let path: String
    private let descriptor: Int32
    private let byParts: Bool

    /// - Parameter byParts: Whether paths are resolved folder by folder, as where the system cannot do it in one call; for tests.
    init(_ path: String, byParts: Bool = false) throws(SluiceError) {
        self.path = path
        self.byParts = byParts
        descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(errno, cannot: "open directory", path) }
    }

    deinit { close(descriptor) }

    /// A descriptor, or less than 0: what failed (`-errno`), `ELOOP` or `ENOTDIR` for a link on the way.
    func open(_ path: String, _ flags: Int32) -> Int32 { sluice_open_beneath(descriptor, path, flags, byParts ? 1 : 0) }

    /// What is at a path, a link itself included; otherwise what failed (`errno`).
    func status(_ path: String) -> Result<stat, Failure> {
        let found = open(path, sluice_place_only)
        guard found >= 0 else { return .failure(Failure(number: -found)) }
        defer { close(found) }
        var status = stat()
        return fstat(found, &status) == 0 ? .success(status) : .failure(Failure(number: errno))
    }

    struct Failure: Error {
        /// An `errno`.
        var number: Int32
    }

    /// Renames a file from anywhere to a path.
    ///
    /// - Returns: 0, or what failed (`errno`).
    func take(_ source: String, as path: String) -> Int32 {
        inFolder(of: path) { folder, name in renameat(AT_FDCWD, source, folder, name) }
    }

    /// Renames what is at a path to anywhere.
    ///
    /// - Returns: 0, or what failed (`errno`).
    func give(_ path: String, to target: String) -> Int32 {
        inFolder(of: path) { folder, name in renameat(folder, name, AT_FDCWD, target) }
    }

    func unlink(_ path: String) -> Int32 { inFolder(of: path) { unlinkat($0, $1, 0) } }
    func removeDirectory(_ path: String) -> Int32 { inFolder(of: path) { unlinkat($0, $1, AT_REMOVEDIR) } }

    /// Makes the folders above a path that are not there.
    ///
    /// - Returns: 0, or what failed (`errno`).
    func makeFolders(above path: String) -> Int32 {
        guard let folder = Self.parent(of: path) else { return 0 }
        var failure = makeDirectory(folder)
        if failure == ENOENT {
            failure = makeFolders(above: folder)
            if failure == 0 { failure = makeDirectory(folder) }
        }
        return failure
    }

    private func makeDirectory(_ path: String) -> Int32 {
        let failure = inFolder(of: path) { mkdirat($0, $1, 0o755) }
        return failure == EEXIST ? 0 : failure
    }

    /// Makes the names of all files durable, and what they hold.
    func sync() throws(SluiceError) {
        let failure = sluice_sync_file_system(descriptor)
        guard failure == 0 else { throw .system(failure, cannot: "sync the disk of", path) }
    }

    /// The folder of a path; nil for one at the top.
    static func parent(of path: String) -> String? {
        path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[..<$0]) }
    }

    /// Does something in the folder that a path is in, with its last part.
    ///
    /// - Parameter call: Returns 0, or less where `errno` says what failed.
    private func inFolder(of path: String, _ call: (Int32, String) -> Int32) -> Int32 {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return call(descriptor, path) == 0 ? 0 : errno }
        let folder = open(String(path[..<slash]), sluice_place_only | O_DIRECTORY)
        guard folder >= 0 else { return -folder }
        defer { close(folder) }
        return call(folder, String(path[path.utf8.index(after: slash)...])) == 0 ? 0 : errno
    }
}
