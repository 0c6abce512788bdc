import Glibc
import SluiceCore

/// A file for positioned reads.
final class ReadFile: Sendable {
    private let file: PooledFile

    init(_ path: String) throws(SluiceError) { file = try PooledFile(path, flags: O_RDONLY) }

    /// Fills `buffer` from `place`; returns fewer bytes only at the file's end.
    func read(into buffer: UnsafeMutableRawBufferPointer, at place: Int) throws(SluiceError) -> Int {
        try file.withDescriptor { descriptor throws(SluiceError) in
            var filled = 0
            while filled < buffer.count {
                let count = pread(descriptor, buffer.baseAddress! + filled, buffer.count - filled, off_t(place + filled))
                if count == 0 { break }
                if count < 0 {
                    if errno == EINTR { continue }
                    throw .system(errno, cannot: "read", file.path)
                }
                filled += count
            }
            return filled
        }
    }

    /// Up to `count` bytes from `place`.
    func read(_ count: Int, at place: Int) throws(SluiceError) -> [UInt8] {
        var failure: SluiceError?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            do throws(SluiceError) { filled = try read(into: UnsafeMutableRawBufferPointer(buffer), at: place) } catch { failure = error }
        }
        if let failure { throw failure }
        return bytes
    }

    func byteCount() throws(SluiceError) -> Int {
        try file.withDescriptor { descriptor throws(SluiceError) in
            var status = stat()
            guard fstat(descriptor, &status) == 0 else { throw .system(errno, cannot: "read the size of", file.path) }
            return Int(status.st_size)
        }
    }
}
