import NIOCore
import NIOHTTP1

/// Answers a head that is over the limits with 431, and one that is no HTTP with 400; whoever is behind closes the connection.
///
/// Nothing is said in the middle of another answer, which would become part of it.
final class HeadRefusal: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let date: ResponseDate
    private var isAnswering = false

    init(_ date: ResponseDate) { self.date = date }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let head): if head.status.code >= 200 { isAnswering = true }
        case .body: break
        case .end: isAnswering = false
        }
        context.write(data, promise: promise)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let error = error as? HTTPParserError, !isAnswering { refuse(error, context) }
        context.fireErrorCaught(error)
    }

    private func refuse(_ error: HTTPParserError, _ context: ChannelHandlerContext) {
        if error == .headerOverflow {
            answer(.requestHeaderFieldsTooLarge, Self.limits, context)
        } else {
            answer(.badRequest, "This is no request in HTTP/1.1.\n", context)
        }
    }

    private func answer(_ status: HTTPResponseStatus, _ text: String, _ context: ChannelHandlerContext) {
        let headers = HTTPHeaders([
            ("Date", date.text), ("Connection", "close"), ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Length", String(text.utf8.count)),
        ])
        context.write(wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers))), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    private static let limits = """
        The head of the request is too long: it has at most \(PortLimits.headerListBytes >> 10) KiB and \(PortLimits.headerFields) fields, \
        and a field, or the address, \(PortLimits.headerFieldBytes >> 10) KiB.

        """
}
