import Glibc
import NIOCore
import NIOPosix

/// Why a connection could not be made, or ended, in words for people.
package enum ConnectionTrouble {
    /// Characters of what a library says where nothing better is known.
    private static let longest = 160

    package static func text(_ error: any Error) -> String {
        switch error {
        case let error as IOError: text(error.errnoCode)
        case let error as NIOConnectionError:
            // The last address that was tried says why none of them works; without one, the name has none.
            error.connectionErrors.last.map { text($0.error) } ?? "no address is known for the host \(error.host)"
        case let error as ChannelError where error == .ioOnClosedChannel || error == .alreadyClosed || error == .eof:
            "the connection was closed"
        default: words(String(describing: error))
        }
    }

    /// Errors of clients of HTTP and of TLS, by the names that their descriptions have.
    private static func words(_ text: String) -> String {
        if text.contains("remoteConnectionClosed") { return "the other side closed the connection without an answer" }
        if text.contains("uncleanShutdown") { return "the other side cut the connection in the middle of an answer" }
        return text.prefix(longest).description
    }

    private static func text(_ code: Int32) -> String {
        switch code {
        case ECONNREFUSED: "connection refused: nothing listens there"
        case ECONNRESET, EPIPE: "the other side cut the connection"
        default: "the connection failed: \(String(cString: strerror(code)).lowercased())"
        }
    }
}
