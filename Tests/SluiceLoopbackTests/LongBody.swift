import Dispatch
import Glibc

/// A client that sends a long body to its end before it reads anything, as most do.
enum LongBody {
    private static let count = 8 << 20

    /// What comes back; where the connection was cut before, why.
    static func answer(port: Int) async throws -> String {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: talk(port)) }
        }
    }

    private static func talk(_ port: Int) -> String {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        guard connected == 0 else { return "no connection" }
        let bytes = Array("POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: \(count)\r\n\r\n".utf8) + [UInt8](repeating: 0x61, count: count)
        var sent = 0
        while sent < bytes.count {
            let written = bytes[sent...].withUnsafeBytes { send(socket, $0.baseAddress, min($0.count, 64 << 10), Int32(MSG_NOSIGNAL)) }
            guard written > 0 else { return "sending failed: \(String(cString: strerror(errno)))" }
            sent += written
        }
        var answer: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 4_096)
        while true {
            let read = recv(socket, &part, part.count, 0)
            guard read > 0 else { return read == 0 ? String(decoding: answer, as: UTF8.self) : "reading failed" }
            answer += part[..<read]
        }
    }
}
