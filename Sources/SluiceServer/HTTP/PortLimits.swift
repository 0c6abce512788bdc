/// Bounds of the port: what one client can make it hold or wait for.
package enum PortLimits {
    /// Connections that are open at a time; one more is closed at once.
    package static let connections = 8_192
    /// Descriptors that a process has where the system does not say.
    static let usualOpenFiles = 1_024
    /// Streams that a connection of HTTP/2 has at a time.
    static let streams = 128
    /// All header fields of a request, one of them, and how many there are.
    package static let headerListBytes = 64 << 10
    package static let headerFieldBytes = 16 << 10
    package static let headerFields = 200
    /// A request whose body says that it is at most this long is begun when the body is there.
    package static let eagerBodyBytes = 1 << 20
    /// Parts of a body that wait for the service; more stop the socket.
    package static let heldBodyBytes = 1 << 20
    /// What is read and thrown away of a body that nobody wants, before the connection is cut.
    package static let discardedBodyBytes = 64 << 20
    /// How often a connection is looked at.
    package static let watchSeconds: Int64 = 5
    /// A connection without a request, or with one whose head does not end.
    package static let idleSeconds: Int64 = 120
    /// A body that does not come, or an answer that is not taken.
    package static let silenceSeconds: Int64 = 60
    /// Bytes a second that a body has at least while the service wants it.
    package static let slowestBodyBytes = 128
    /// Answers that wait in a connection for a slow client; more suspend the service.
    package static let heldAnswerBytes = 4 << 20
    /// Bytes of a file that are read at a time where the kernel cannot send it: over TLS and HTTP/2.
    static let readFileBytes = 256 << 10
    /// How far a signature's time may be from now (AWS: 15 minutes).
    package static let clockSkewSeconds: Int64 = 900
    /// Seconds that a presigned address lives at most (AWS: seven days).
    package static let presignedSeconds: Int64 = 604_800
}
