import Glibc
import SluiceCore
import SluiceFormats
import Synchronization

/// One output file under its temporary name.
final class PartFile {
    let path: String
    let finalPath: String
    private(set) var rowCount: Int64 = 0
    private let disk: DiskSink.Handle
    private var sink: any ByteSink & Sendable

    /// - Throws: what creating the file throws.
    init(path: String, finalPath: String, codec: Codec, level: Int) throws(SluiceError) {
        self.path = path
        self.finalPath = finalPath
        let disk = try DiskSink(path)
        self.disk = disk.handle
        sink = codec.compressed(disk, level: level)
    }

    /// As stored, so compressed; complete after `finish()`.
    var bytesWritten: Int64 { disk.bytesWritten }

    func write(_ bytes: [UInt8], rows: Int64) throws(SluiceError) {
        var failure: SluiceError?
        bytes.withUnsafeBytes { buffer in
            do throws(SluiceError) {
                try sink.write(buffer)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        rowCount += rows
    }

    /// The file is complete and durable on return.
    func finish() throws(SluiceError) { try sink.finish() }
}

/// A new file on disk.
struct DiskSink: ByteSink, Sendable {
    /// The open file, closed with the last use of it.
    final class Handle: Sendable {
        let path: String
        fileprivate let descriptor: Int32
        private let written = Atomic<Int64>(0)

        fileprivate init(_ path: String) throws(SluiceError) {
            self.path = path
            descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
            guard descriptor >= 0 else { throw .system(errno, cannot: "create", path) }
        }

        deinit { close(descriptor) }

        var bytesWritten: Int64 { written.load(ordering: .relaxed) }

        fileprivate func write(_ bytes: UnsafeRawBufferPointer) throws(SluiceError) {
            var rest = bytes
            while !rest.isEmpty {
                let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
                if count < 0 {
                    if errno == EINTR { continue }
                    throw .system(errno, cannot: "write", path)
                }
                written.wrappingAdd(Int64(count), ordering: .relaxed)
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            }
        }

        fileprivate func sync() throws(SluiceError) {
            guard fsync(descriptor) == 0 else { throw .system(errno, cannot: "sync", path) }
        }
    }

    let handle: Handle

    /// - Throws: `unreadable` where the directory may not be written, `diskFull`, `ioFailure`.
    init(_ path: String) throws(SluiceError) { handle = try Handle(path) }

    mutating func write(_ bytes: UnsafeRawBufferPointer) throws(SluiceError) { try handle.write(bytes) }
    mutating func finish() throws(SluiceError) { try handle.sync() }
}
