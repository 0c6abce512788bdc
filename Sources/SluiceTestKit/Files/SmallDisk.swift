import Glibc

/// A file system of a few hundred kilobytes, so that a test can fill it; unmounted when the test lets go of it.
package final class SmallDisk {
    package let root: String
    private let directory: TemporaryDirectory

    /// Whether this process may mount one: root may, unless a sandbox forbids it.
    package static let isPermitted: Bool = (try? SmallDisk(bytes: 64 << 10)) != nil

    /// - Parameter bytes: capacity, rounded up to pages.
    package init(bytes: Int) throws {
        directory = try TemporaryDirectory()
        root = try directory.makeDirectory("disk")
        guard mount("sluice-test", root, "tmpfs", 0, "size=\(bytes)") == 0 else {
            throw CommandError("cannot mount a tmpfs: \(String(cString: strerror(errno)))")
        }
    }

    deinit { umount2(root, Int32(MNT_DETACH)) }
}
