import Crypto
import Glibc
import SluiceCore
import SluiceStreams

/// The key of a state directory, for encryption at rest and for iterators: 32 random bytes in hexadecimal, readable by its owner only.
struct KeyFile: Sendable {
    static let name = "streams.key"
    private static let keyBytes = 32

    let path: String

    init(path: String) { self.path = path }

    /// Beside the directory of streams.
    init(streams directory: String) { self.init(path: DiskFiles.parent(of: directory) + "/" + Self.name) }

    /// The key; nil where there is no file.
    ///
    /// - Throws: `wrongKey` for a file that holds no key, and what reading throws.
    func read() throws(SluiceError) -> [UInt8]? {
        guard DiskFiles.kind(of: path) != nil else { return nil }
        let text = String(decoding: try DiskFiles.read(path), as: UTF8.self).filter { !$0.isWhitespace }
        guard text.utf8.count == 2 * Self.keyBytes, let bytes = Hexadecimal.bytes(text.utf8) else {
            throw SluiceError(
                .wrongKey, "\(path.quotedForMessage) holds no key", at: .file(path: path),
                remedy: "restore the file; records that were encrypted with its key cannot be read without it")
        }
        return bytes
    }

    /// The key, made where there is none.
    func readOrCreate() throws(SluiceError) -> [UInt8] {
        if let key = try read() { return key }
        let digits = SymmetricKey(size: .bits256).withUnsafeBytes { Hexadecimal.text($0) }
        let staged = path + ".tmp-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        try DiskFiles.createDirectories(DiskFiles.parent(of: path))
        let descriptor = open(staged, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system(errno, cannot: "create", staged) }
        defer { unlink(staged) }
        defer { close(descriptor) }
        try DiskFiles.write(Array((digits + "\n").utf8), to: descriptor, path: staged)
        guard fsync(descriptor) == 0 else { throw .system(errno, cannot: "sync", staged) }
        // Linked rather than renamed: another process may have made one meanwhile, and that one stands.
        guard link(staged, path) == 0 || errno == EEXIST else { throw .system(errno, cannot: "create", path) }
        try DiskFiles.syncDirectory(DiskFiles.parent(of: path))
        guard let key = try read() else { throw SluiceError(.ioFailure, "\(path.quotedForMessage) is gone again") }
        return key
    }
}
