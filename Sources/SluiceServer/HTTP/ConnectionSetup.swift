import NIOCore
import NIOHTTP1
import NIOHTTP2
import NIOSSL

/// The handlers of a connection: TLS where the port has a certificate, then HTTP/1.1 or HTTP/2, then `ConnectionHandler`, once for each
/// connection of HTTP/1.1 and for each stream of HTTP/2.
struct ConnectionSetup: Sendable {
    let respond: ConnectionHandler.Responder
    let security: NIOSSLContext?
    let patience: PortPatience
    let date: ResponseDate

    func begin(_ channel: any Channel) throws {
        let pipeline = channel.pipeline.syncOperations
        if let security { try pipeline.addHandler(NIOSSLServerHandler(context: security)) }
        try pipeline.addHandler(
            ProtocolChooser(isSecure: security != nil, patience) { isHTTP2 in
                if isHTTP2 { try addHTTP2(channel) } else { try addHTTP1(channel) }
            })
    }

    private func addHTTP1(_ channel: any Channel) throws {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = PortLimits.headerFieldBytes
        limits.maxHeaderListSize = PortLimits.headerListBytes
        limits.maxHeaderFieldCount = PortLimits.headerFields
        try channel.pipeline.syncOperations.configureHTTPServerPipeline(
            withErrorHandling: false, withEncoderConfiguration: .init(), withDecoderLimitConfiguration: limits)
        try channel.pipeline.syncOperations.addHandlers(
            HeadRefusal(date),
            ConnectionHandler(
                patience, on: channel.eventLoop, isSecure: security != nil, sendsFiles: security == nil, respond: respond))
    }

    private func addHTTP2(_ channel: any Channel) throws {
        var connection = NIOHTTP2Handler.ConnectionConfiguration()
        connection.initialSettings = [
            HTTP2Setting(parameter: .maxConcurrentStreams, value: PortLimits.streams),
            HTTP2Setting(parameter: .maxHeaderListSize, value: PortLimits.headerListBytes),
        ]
        let manager = NIOHTTP2ServerConnectionManagementHandler(
            eventLoop: channel.eventLoop,
            configuration: .init(
                maxIdleTime: .seconds(patience.idleSeconds), maxAge: nil, maxGraceTime: nil,
                keepalive: .init(pingInterval: .seconds(patience.idleSeconds), ackTimeout: .seconds(patience.silenceSeconds))))
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(DrainTranslator())
        _ = try pipeline.configureHTTP2Pipeline(
            mode: .server, connectionConfiguration: connection, streamConfiguration: .init(), streamDelegate: manager.http2StreamDelegate
        ) { [respond, patience, isSecure = security != nil] stream in
            stream.eventLoop.makeCompletedFuture {
                try stream.pipeline.syncOperations.addHandlers(
                    HTTP2FramePayloadToHTTP1ServerCodec(),
                    ConnectionHandler(patience, on: stream.eventLoop, isSecure: isSecure, sendsFiles: false, respond: respond))
            }
        }
        try pipeline.addHandlers(manager, ConnectionErrors())
        // The channel is active already, which starts the manager's timers.
        manager.channelActive(context: try pipeline.context(handler: manager))
    }
}

/// Tells a connection of HTTP/2 that the server ends: it takes no more streams, and ends with the last one.
private final class DrainTranslator: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ConnectionHandler.DrainEvent {
            context.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        } else if event as? ChannelEvent == .inputClosed {
            // Streams cannot end without the client's side.
            context.close(promise: nil)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}

/// Closes a connection of HTTP/2 that is broken; one that a single stream broke goes on.
private final class ConnectionErrors: ChannelInboundHandler {
    typealias InboundIn = Never

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if !(error is NIOHTTP2Errors.StreamError) { context.close(promise: nil) }
    }
}
