import Dispatch
import Glibc

/// Sends bytes over one connection to a port of this machine and gives back all that came until the server closed it.
///
/// The socket is waited for on a thread of its own: the server under test needs those of the pool.
enum RawClient {
    /// - Parameters:
    ///   - pieces: Sent one after another, each in a call of its own.
    ///   - keepsOpen: Whether the client leaves its side open; otherwise it says that no more comes.
    static func exchange(_ port: Int, _ pieces: [[UInt8]], keepsOpen: Bool = true) async -> String {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: talk(port, pieces, keepsOpen)) }
        }
    }

    static func exchange(_ port: Int, _ text: String) async -> String { await exchange(port, [Array(text.utf8)]) }

    private static func talk(_ port: Int, _ pieces: [[UInt8]], _ keepsOpen: Bool) -> String {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var patience = timeval(tv_sec: 150, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        guard connected == 0 else { return "no connection" }
        for piece in pieces {
            var sent = 0
            while sent < piece.count {
                let count = piece[sent...].withUnsafeBytes { send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
                // The server may have closed already; what it said is read below.
                guard count > 0 else { break }
                sent += count
            }
        }
        if !keepsOpen { shutdown(socket, Int32(SHUT_WR)) }
        var answer: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(socket, &part, part.count, 0)
            guard count > 0 else { break }
            answer += part[..<count]
        }
        return String(decoding: answer, as: UTF8.self)
    }
}
