import NIOCore
import NIOHTTP1

/// Answers a head that is over the limits with 431, and one that is no HTTP or names no host or several with 400, and has the connection closed.
///
/// Nothing is said in the middle of another answer, which would become part of it.
final class HeadRefusal: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let date: ResponseDate
    private var isAnswering = false
    /// Whether a head was refused whose connection is still open.
    private var isClosing = false

    init(_ date: ResponseDate) { self.date = date }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isClosing { return }
        guard case .head(let head) = unwrapInboundIn(data), !Self.namesHost(head) else { return context.fireChannelRead(data) }
        isClosing = true
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        answer(.badRequest, "A request names its host, once.\n", context).whenComplete { _ in bound.value.close(promise: nil) }
    }

    /// Whoever is on the way must not read another host than the port does (RFC 9112, section 3.2).
    private static func namesHost(_ head: HTTPRequestHead) -> Bool {
        let count = head.headers["Host"].count
        return count == 1 || count == 0 && head.version == .http1_0
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let head): if head.status.code >= 200 { isAnswering = true }
        case .body: break
        case .end: isAnswering = false
        }
        context.write(data, promise: promise)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let error = error as? HTTPParserError, !isAnswering, !isClosing { refuse(error, context) }
        context.fireErrorCaught(error)
    }

    private func refuse(_ error: HTTPParserError, _ context: ChannelHandlerContext) {
        if error == .headerOverflow {
            answer(.requestHeaderFieldsTooLarge, Self.limits, context)
        } else {
            answer(.badRequest, "This is no request in HTTP/1.1.\n", context)
        }
    }

    @discardableResult
    private func answer(_ status: HTTPResponseStatus, _ text: String, _ context: ChannelHandlerContext) -> EventLoopFuture<Void> {
        let headers = HTTPHeaders([
            ("Date", date.text), ("Connection", "close"), ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Length", String(text.utf8.count)),
        ])
        context.write(wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers))), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil)
        return context.writeAndFlush(wrapOutboundOut(.end(nil)))
    }

    private static let limits = """
        The head of the request is too long: it has at most \(PortLimits.headerListBytes >> 10) KiB and \(PortLimits.headerFields) fields, \
        and a field, or the address, \(PortLimits.headerFieldBytes >> 10) KiB.

        """
}
