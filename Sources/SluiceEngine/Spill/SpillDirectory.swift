import Glibc
import SluiceCore
import Synchronization

/// Where a run puts state that does not fit in memory.
///
/// Files lose their name as soon as they are open, so the kernel frees them when they are closed, also after a crash; only the directory
/// itself is left, which is the run's to remove.
package final class SpillDirectory: Sendable {
    private let path: String
    private let total = Atomic<Int>(0)

    /// - Parameter path: made when the first file is.
    package init(path: String) { self.path = path }

    /// Bytes written to all files so far.
    package var bytesWritten: Int { total.load(ordering: .relaxed) }

    /// Removes the directory; what is in its files stays readable to those who have them open.
    func remove() { try? DiskFiles.removeTree(path) }

    func makeFile() throws -> SpillFile {
        try DiskFiles.createDirectories(path)
        var template = Array("\(path)/spill-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else { throw SluiceError.system(errno, cannot: "create", "\(path)/spill-XXXXXX") }
        unlink(&template)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        return SpillFile(descriptor: descriptor, path: path, directory: self)
    }

    fileprivate func count(_ bytes: Int) { total.wrappingAdd(bytes, ordering: .relaxed) }
}

/// One chunk of a spill file.
struct SpillExtent: Sendable {
    var offset: Int
    var length: Int
    /// Rows of the batch in it.
    var rowCount: Int
}

/// A nameless file of chunks, written at its end and read from anywhere.
final class SpillFile: Sendable {
    private let descriptor: Int32
    private let path: String
    private let directory: SpillDirectory
    private let end = Atomic<Int>(0)

    fileprivate init(descriptor: Int32, path: String, directory: SpillDirectory) {
        self.descriptor = descriptor
        self.path = path
        self.directory = directory
    }

    deinit { close(descriptor) }

    /// Writes a batch as one chunk; tasks may do so side by side.
    func append(_ batch: Batch) throws -> SpillExtent {
        let bytes = SpillCodec.encode(batch)
        let offset = end.wrappingAdd(bytes.count, ordering: .relaxed).oldValue
        try bytes.withUnsafeBytes { buffer in
            var done = 0
            while done < buffer.count {
                let count = pwrite(descriptor, buffer.baseAddress! + done, buffer.count - done, off_t(offset + done))
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw SluiceError.system(errno, cannot: "write spilled rows in", path) }
                done += count
            }
        }
        directory.count(bytes.count)
        return SpillExtent(offset: offset, length: bytes.count, rowCount: batch.rowCount)
    }

    /// Reads a chunk back.
    ///
    /// - Parameter schema: of the batch that was written.
    /// - Throws: `ioFailure`; `corruptFile` where the bytes are not those that were written.
    func read(_ extent: SpillExtent, schema: Schema) throws -> Batch {
        let bytes = try [UInt8](unsafeUninitializedCapacity: extent.length) { buffer, done in
            while done < extent.length {
                let count = pread(descriptor, buffer.baseAddress! + done, extent.length - done, off_t(extent.offset + done))
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw SluiceError.system(count < 0 ? errno : EIO, cannot: "read spilled rows in", path) }
                done += count
            }
        }
        return try SpillCodec.decode(bytes, schema: schema)
    }
}
