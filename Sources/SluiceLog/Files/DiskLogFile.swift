#if canImport(CSystemCalls)
import CSystemCalls
#endif
import Glibc
package import SluiceCore

/// A log file on a real disk.
package final class DiskLogFile: LogFile {
    private let file: PooledFile
    private static let zeros = [UInt8](repeating: 0, count: 64 << 10)

    package init(_ path: String) throws(SluiceError) { file = try PooledFile(path, flags: O_WRONLY | O_CREAT) }

    package func write(_ bytes: UnsafeRawBufferPointer, at place: Int) throws(SluiceError) {
        try file.withDescriptor { descriptor throws(SluiceError) in
            var written = 0
            while written < bytes.count {
                let count = pwrite(descriptor, bytes.baseAddress! + written, bytes.count - written, off_t(place + written))
                if count < 0 {
                    if errno == EINTR { continue }
                    throw .system(errno, cannot: "write", file.path)
                }
                written += count
            }
        }
    }

    package func sync() throws(SluiceError) {
        try file.withDescriptor { descriptor throws(SluiceError) in
            guard fdatasync(descriptor) == 0 else { throw .system(errno, cannot: "sync", file.path) }
        }
    }

    package func startStoring(_ range: Range<Int>) {
        #if canImport(CSystemCalls)
        try? file.withDescriptor { sluice_start_storing($0, Int64(range.lowerBound), Int64(range.count)) }
        #endif
    }

    package func reserve(_ range: Range<Int>) throws(SluiceError) {
        // One run of blocks where the file system can; the zeros make them blocks that were written before.
        try? allocate(range)
        var place = range.lowerBound
        while place < range.upperBound {
            let count = min(Self.zeros.count, range.upperBound - place)
            try withBytes(Self.zeros) { raw throws(SluiceError) in
                try write(UnsafeRawBufferPointer(rebasing: raw[..<count]), at: place)
            }
            place += count
        }
    }

    package func allocate(_ range: Range<Int>) throws(SluiceError) {
        try file.withDescriptor { descriptor throws(SluiceError) in
            let failure = posix_fallocate(descriptor, off_t(range.lowerBound), off_t(range.count))
            guard failure == 0 else { throw .system(failure, cannot: "reserve space in", file.path) }
        }
    }

    package func truncate(to byteCount: Int) throws(SluiceError) {
        try file.withDescriptor { descriptor throws(SluiceError) in
            guard ftruncate(descriptor, off_t(byteCount)) == 0 else { throw .system(errno, cannot: "truncate", file.path) }
        }
    }
}

/// Log files on a real disk.
package struct DiskLogFiles: LogFiles {
    package init() {}

    package func open(_ path: String) throws(SluiceError) -> any LogFile { try DiskLogFile(path) }
    package func syncDirectory(_ path: String) throws(SluiceError) { try DiskFiles.syncDirectory(path) }
}
