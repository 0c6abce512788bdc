import Glibc

extension DiskFiles {
    /// Lets everybody who may read a file run it.
    package static func makeExecutable(_ path: String) throws(SluiceError) {
        var status = stat()
        guard stat(path, &status) == 0, chmod(path, status.st_mode | (status.st_mode & 0o444) >> 2) == 0 else {
            throw .system(errno, cannot: "make executable", path)
        }
    }
}
