import NIOCore

/// The end of a connection whose client was refused and still sends: what comes is thrown away for a while. A connection that is closed with bytes
/// unread is reset, and the answer is lost on its way.
struct Draining {
    /// What is read and thrown away before the connection is cut.
    static let mostBytes = 64 << 20
    /// How long that may take.
    static let seconds: Int64 = 30

    private let written: EventLoopFuture<Void>
    private let deadline: Scheduled<Void>
    private var count = 0

    /// - Parameter written: Of the answer; the client is told behind it that no more comes.
    init(behind written: EventLoopFuture<Void>, _ context: ChannelHandlerContext) {
        self.written = written
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        written.whenComplete { _ in bound.value.close(mode: .output, promise: nil) }
        deadline = context.eventLoop.scheduleTask(in: .seconds(Self.seconds)) { bound.value.close(promise: nil) }
    }

    /// Throws away a part of the body.
    mutating func take(_ part: ByteBuffer, _ context: ChannelHandlerContext) {
        count += part.readableBytes
        if count > Self.mostBytes { context.close(promise: nil) }
    }

    /// Closes behind the end of the body.
    func end(_ context: ChannelHandlerContext) {
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        written.whenComplete { _ in bound.value.close(promise: nil) }
    }

    func cancel() { deadline.cancel() }
}
