import Glibc
import SluiceCore

/// Writes the rows that one epoch brings to a step: batches, each as a chunk of `SpillCodec` behind its length (8 bytes,
/// little-endian). The file is made by the first batch; owned by one task at a time.
final class StateFileWriter: @unchecked Sendable {
    let path: String
    private(set) var byteCount = 0
    /// The greatest value of the rows' first column.
    private(set) var newest = Int64.min
    private var descriptor: Int32 = -1

    init(path: String) { self.path = path }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// - Parameter batch: Its first column is an int64, by which rows age.
    func append(_ batch: Batch) throws {
        if descriptor < 0 {
            try DiskFiles.createDirectories(DiskFiles.parent(of: path))
            descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
            guard descriptor >= 0 else { throw SluiceError.system(errno, cannot: "create", path) }
        }
        let chunk = SpillCodec.encode(batch)
        try DiskFiles.write(withUnsafeBytes(of: UInt64(chunk.count).littleEndian) { Array($0) }, to: descriptor, path: path)
        try DiskFiles.write(chunk, to: descriptor, path: path)
        byteCount += 8 + chunk.count
        if case .int64(let ages) = batch.columns[0].flattened.storage { newest = max(newest, ages.max() ?? .min) }
    }

    /// Makes what was written durable.
    ///
    /// - Returns: Whether there is a file.
    func finish() throws -> Bool {
        guard descriptor >= 0 else { return false }
        guard fsync(descriptor) == 0 else { throw SluiceError.system(errno, cannot: "sync", path) }
        close(descriptor)
        descriptor = -1
        try DiskFiles.syncDirectory(DiskFiles.parent(of: path))
        return true
    }
}

/// Reads what a `StateFileWriter` wrote, chunk by chunk.
final class StateFileReader: Sendable {
    let path: String
    /// As the commit recorded it.
    let byteCount: Int
    let schema: Schema
    private let descriptor: Int32

    /// - Throws: `stateCorrupt` for a file that is not there, or not as long as what was written.
    init(path: String, byteCount: Int, schema: Schema) throws {
        self.path = path
        self.byteCount = byteCount
        self.schema = schema
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.corrupt(path, "cannot be opened") }
        guard DiskFiles.byteCount(of: path) == byteCount else { throw Self.corrupt(path, "has not the length that was recorded") }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// - Throws: `stateCorrupt` for a file that is not what was written.
    func forEach(_ body: (Batch) throws -> Void) throws {
        var position = 0
        while position < byteCount {
            let head = try bytes(at: position, count: 8)
            let length = head.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
            guard length <= UInt64(byteCount - position - 8) else { throw corrupt("is damaged") }
            let chunk = try bytes(at: position + 8, count: Int(length))
            let batch: Batch
            do { batch = try SpillCodec.decode(chunk, schema: schema) } catch { throw corrupt("is damaged") }
            try body(batch)
            position += 8 + Int(length)
        }
    }

    private func bytes(at position: Int, count: Int) throws -> [UInt8] {
        guard count <= byteCount - position else { throw corrupt("is damaged") }
        return try [UInt8](unsafeUninitializedCapacity: count) { buffer, done in
            while done < count {
                let read = pread(descriptor, buffer.baseAddress! + done, count - done, off_t(position + done))
                if read < 0, errno == EINTR { continue }
                guard read > 0 else { throw corrupt("cannot be read") }
                done += read
            }
        }
    }

    private func corrupt(_ fact: String) -> SluiceError { Self.corrupt(path, fact) }

    private static func corrupt(_ path: String, _ fact: String) -> SluiceError {
        SluiceError(
            .stateCorrupt, "\(path.quotedForMessage), which holds what a step keeps, \(fact)", at: .file(path: path),
            remedy: "restore it from a backup, or begin anew with --reset, which forgets what steps keep and reads all input again")
    }
}
