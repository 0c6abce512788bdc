import Glibc
import SluiceCore

/// The lines of a file, one after another, without their ends.
struct LineReader: ~Copyable {
    private static let chunkBytes = 1 << 16

    private let path: String
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    private var start = 0
    private var isAtEnd = false

    init(path: String) throws(SluiceError) {
        self.path = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(errno, cannot: "open", path) }
    }

    deinit { close(descriptor) }

    /// - Throws: also `limitExceeded` for a line that is longer than a record may be.
    mutating func next() throws(SluiceError) -> [UInt8]? {
        var searched = start
        while true {
            if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                defer { start = end + 1 }
                return Array(buffer[start..<end])
            }
            if isAtEnd {
                defer { start = buffer.count }
                return start < buffer.count ? Array(buffer[start...]) : nil
            }
            buffer.removeSubrange(..<start)
            start = 0
            searched = buffer.count
            guard buffer.count <= CoreLimits.recordBytes * 2 else {
                throw SluiceError(.limitExceeded, "a line of \(path.quotedForMessage) is too long", at: .file(path: path))
            }
            try fill()
        }
    }

    private mutating func fill() throws(SluiceError) {
        var chunk = [UInt8](repeating: 0, count: Self.chunkBytes)
        let count = read(descriptor, &chunk, chunk.count)
        if count < 0, errno == EINTR { return }
        guard count >= 0 else { throw .system(errno, cannot: "read", path) }
        isAtEnd = count == 0
        buffer.append(contentsOf: chunk[..<count])
    }
}
