#if canImport(CSystem)
    import CSystem
#endif
import Glibc
package import SluiceCore

/// A log file on a real disk.
package final class DiskLogFile: LogFile {
    private let descriptor: Int32
    private let path: String

    package init(_ path: String) throws(SluiceError) {
        descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
        self.path = path
        guard descriptor >= 0 else { throw .system(errno, cannot: "open", path) }
    }

    deinit { close(descriptor) }

    package func write(_ bytes: UnsafeRawBufferPointer, at place: Int) throws(SluiceError) {
        var written = 0
        while written < bytes.count {
            let count = pwrite(descriptor, bytes.baseAddress! + written, bytes.count - written, off_t(place + written))
            if count < 0 {
                if errno == EINTR { continue }
                throw .system(errno, cannot: "write", path)
            }
            written += count
        }
    }

    package func sync() throws(SluiceError) {
        guard fdatasync(descriptor) == 0 else { throw .system(errno, cannot: "sync", path) }
    }

    package func startStoring(_ range: Range<Int>) {
        #if canImport(CSystem)
            sluice_start_storing(descriptor, Int64(range.lowerBound), Int64(range.count))
        #endif
    }

    package func truncate(to byteCount: Int) throws(SluiceError) {
        guard ftruncate(descriptor, off_t(byteCount)) == 0 else { throw .system(errno, cannot: "truncate", path) }
    }
}

/// Log files on a real disk.
package struct DiskLogFiles: LogFiles {
    package init() {}

    package func open(_ path: String) throws(SluiceError) -> any LogFile { try DiskLogFile(path) }
    package func syncDirectory(_ path: String) throws(SluiceError) { try DiskFiles.syncDirectory(path) }
}
