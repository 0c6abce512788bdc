import CSystemCalls
import Glibc
import SluiceAWS
package import SluiceCore

/// Bytes on their way into the store: a small object in memory, a larger one in a staged file. What is not put becomes nothing.
///
/// Used by one task at a time.
package final class NewFile: @unchecked Sendable {
    let stamp: Int64
    private let path: String
    private var descriptor: Int32 = -1
    private var held: [UInt8] = []
    private var isKept = false
    package private(set) var byteCount: Int64 = 0
    /// MD5 and the checksums that were asked for, of all bytes up to now.
    package private(set) var digests: BodyDigests

    init(stamp: Int64, path: String, checksums: [ObjectChecksum.Algorithm]) {
        self.stamp = stamp
        self.path = path
        digests = BodyDigests(checksums)
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        if !isKept, descriptor >= 0 { unlink(path) }
    }

    /// Whether further bytes of this number go to the disk, for which the caller should be on a thread that may wait.
    package func goesToDisk(adding count: Int) -> Bool { descriptor >= 0 || held.count + count > BucketLimits.journalledBytes }

    /// - Throws: `diskFull`, `ioFailure`.
    package func append(_ bytes: UnsafeRawBufferPointer) throws(SluiceError) {
        digests.update(bytes)
        if goesToDisk(adding: bytes.count) {
            try openFile()
            try write(bytes)
        } else {
            held.append(contentsOf: bytes)
        }
        byteCount += Int64(bytes.count)
    }

    package func append(_ bytes: [UInt8]) throws(SluiceError) {
        try bytes.withUnsafeBufferPointer { bytes throws(SluiceError) in try append(UnsafeRawBufferPointer(bytes)) }
    }

    /// Appends a range of a file, without its bytes coming through the process where the system can.
    ///
    /// - Parameter digesting: Whether the digests are to hold for these bytes, for which they have to be read.
    func append(_ source: Int32, _ range: Range<Int64>, digesting: Bool) throws(SluiceError) {
        try openFile()
        var place = range.lowerBound
        if digesting {
            var buffer = [UInt8](repeating: 0, count: BucketLimits.readBytes)
            while place < range.upperBound {
                let count = pread(source, &buffer, min(buffer.count, Int(range.upperBound - place)), off_t(place))
                guard count > 0 else { throw .system(count < 0 ? errno : EIO, cannot: "read", path) }
                try buffer.withUnsafeBufferPointer { buffer throws(SluiceError) in
                    let bytes = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<count])
                    digests.update(bytes)
                    try write(bytes)
                }
                place += Int64(count)
            }
        } else {
            while place < range.upperBound {
                let count = sluice_copy_range(source, place, descriptor, min(range.upperBound - place, Int64(BucketLimits.copiedBytes)))
                guard count > 0 else { throw .system(count < 0 ? Int32(-count) : EIO, cannot: "copy to", path) }
                place += count
            }
        }
        byteCount += Int64(range.count)
    }

    /// Makes the bytes durable, unless they are so few that the journal of the index takes them.
    func finish() throws(SluiceError) {
        guard descriptor >= 0 else { return }
        try BucketFolders.setTime(descriptor, stamp, path)
        guard fsync(descriptor) == 0 else { throw .system(errno, cannot: "sync", path) }
        // Its name in the folder, too: the transaction that follows knows the file by nothing else, and a file whose name a power cut takes is lost.
        try DiskFiles.syncDirectory(DiskFiles.parent(of: path))
    }

    /// The bytes of one that the journal takes.
    var content: [UInt8]? { descriptor < 0 ? held : nil }

    /// Leaves the staged file to the store.
    func keep() { isKept = true }

    private func openFile() throws(SluiceError) {
        guard descriptor < 0 else { return }
        descriptor = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .system(errno, cannot: "create", path) }
        if !held.isEmpty {
            try held.withUnsafeBufferPointer { bytes throws(SluiceError) in try write(UnsafeRawBufferPointer(bytes)) }
            held = []
        }
    }

    private func write(_ bytes: UnsafeRawBufferPointer) throws(SluiceError) {
        var written = 0
        while written < bytes.count {
            let count = Glibc.write(descriptor, bytes.baseAddress! + written, bytes.count - written)
            if count < 0 {
                if errno == EINTR { continue }
                throw .system(errno, cannot: "write", path)
            }
            written += count
        }
    }
}
