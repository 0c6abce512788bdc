import Glibc
import SluiceCore

/// Standard input as a whole.
enum StandardInput {
    /// - Throws: `limitExceeded` beyond `limit` bytes, `ioFailure`.
    static func all(limit: Int) throws(SluiceError) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(STDIN_FILENO, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .system(errno, cannot: "read", "standard input") }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
            guard bytes.count <= limit else {
                throw SluiceError(.limitExceeded, "standard input has more than \(limit) bytes", remedy: "give less")
            }
        }
    }
}
