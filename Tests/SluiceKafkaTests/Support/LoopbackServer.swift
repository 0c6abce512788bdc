#if Kafka
import Dispatch
import Glibc
import Testing

/// Answers frames of a four-byte length and so many bytes on a free port of loopback, each connection on a thread of its own.
final class LoopbackServer: Sendable {
    /// Where a frame came from.
    struct Connection {
        fileprivate let descriptor: Int32

        /// Waits until more has arrived, or the time is over.
        func awaitNext(millis: Int32) {
            var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            poll(&entry, 1, millis)
        }
    }

    let port: UInt16
    private let listener: Int32

    /// - Parameter answer: The answer to a frame, without its length; nil cuts the connection.
    init(_ answer: @escaping @Sendable ([UInt8], Connection) -> [UInt8]?) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        self.listener = listener
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address -> Bool in
                guard bind(listener, address, size) == 0, listen(listener, 16) == 0 else { return false }
                return getsockname(listener, address, &size) == 0
            }
        }
        port = UInt16(bigEndian: address.sin_port)
        try #require(isBound)
        DispatchQueue(label: "loopback").async {
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { return }
                DispatchQueue(label: "loopback connection").async { Self.serve(connection, answer) }
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        Glibc.close(listener)
    }

    private static func serve(_ connection: Int32, _ answer: ([UInt8], Connection) -> [UInt8]?) {
        defer { Glibc.close(connection) }
        while let head = read(connection, 4) {
            let length = head.reduce(0) { $0 << 8 | Int($1) }
            guard length < 32 << 20, let frame = read(connection, length) else { return }
            guard let body = answer(frame, Connection(descriptor: connection)) else { return }
            var whole = withUnsafeBytes(of: UInt32(body.count).bigEndian) { Array($0) }
            whole += body
            while !whole.isEmpty {
                let sent = send(connection, whole, whole.count, Int32(MSG_NOSIGNAL))
                guard sent > 0 else { return }
                whole.removeFirst(sent)
            }
        }
    }

    private static func read(_ connection: Int32, _ count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let got = bytes.withUnsafeMutableBytes { recv(connection, $0.baseAddress! + filled, count - filled, 0) }
            guard got > 0 else { return nil }
            filled += got
        }
        return bytes
    }
}
#endif
