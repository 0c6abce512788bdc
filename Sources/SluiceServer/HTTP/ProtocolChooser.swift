import NIOCore
import NIOTLS

/// The first handler of a connection: finds out which HTTP the client speaks, and has put in what reads it.
///
/// With TLS the handshake says it (ALPN). Without, the first bytes do: HTTP/2 begins with a preface that is no request of HTTP/1.1 (RFC 9113,
/// section 3.4). A client that does not say it in time is cut off. Lives on its event loop.
final class ProtocolChooser: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    private let isSecure: Bool
    private let patience: PortPatience
    private let setUp: (_ isHTTP2: Bool) throws -> Void
    private var held: ByteBuffer?
    private var isChosen = false
    private var deadline: Scheduled<Void>?

    /// - Parameter setUp: Adds the handlers behind this one.
    init(isSecure: Bool, _ patience: PortPatience, setUp: @escaping (_ isHTTP2: Bool) throws -> Void) {
        self.isSecure = isSecure
        self.patience = patience
        self.setUp = setUp
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        deadline = context.eventLoop.scheduleTask(in: .seconds(patience.idleSeconds)) { bound.value.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { deadline?.cancel() }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted(let negotiated)? = event as? TLSUserEvent {
            choose(isHTTP2: negotiated == "h2", context)
        } else if !isChosen, event is ConnectionHandler.DrainEvent || event as? ChannelEvent == .inputClosed {
            context.close(promise: nil)
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isChosen { return context.fireChannelRead(data) }
        var part = unwrapInboundIn(data)
        if held == nil { held = part } else { held?.writeBuffer(&part) }
        guard !isSecure, let held else { return }
        let start = held.readableBytesView.prefix(Self.preface.count)
        if !Self.preface.starts(with: start) {
            choose(isHTTP2: false, context)
        } else if start.count == Self.preface.count {
            choose(isHTTP2: true, context)
        }
    }

    private func choose(isHTTP2: Bool, _ context: ChannelHandlerContext) {
        guard !isChosen else { return }
        isChosen = true
        deadline?.cancel()
        do {
            try setUp(isHTTP2)
        } catch {
            return context.close(promise: nil)
        }
        if let held {
            self.held = nil
            context.fireChannelRead(wrapInboundOut(held))
            context.fireChannelReadComplete()
        }
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }
}
