import NIOCore
import NIOHTTP1

/// Collects a request, asks for its answer, and writes it; closes connections that take too long or send too much.
final class ReceivingHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let limits: HTTPReceiver.Limits
    private let answer: HTTPReceiver.Answering
    private var request = HTTPReceiver.Request(method: "", target: "")
    private var keepsAlive = false
    /// Throws away the rest of a request that was refused.
    private var draining: Draining?
    private var deadline: Scheduled<Void>?

    init(_ limits: HTTPReceiver.Limits, _ answer: @escaping HTTPReceiver.Answering) {
        self.limits = limits
        self.answer = answer
    }

    func handlerAdded(context: ChannelHandlerContext) { wait(context) }

    func handlerRemoved(context: ChannelHandlerContext) { cancel() }

    private func cancel() {
        deadline?.cancel()
        draining?.cancel()
    }

    func channelInactive(context: ChannelHandlerContext) {
        cancel()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): begin(head, context)
        case .body(let part):
            if draining != nil { draining?.take(part, context) }
            guard draining == nil else { return }
            guard request.body.count + part.readableBytes <= limits.bodyBytes else { return refuse(context) }
            request.body += part.readableBytesView
        case .end:
            if let draining { return draining.end(context) }
            deadline?.cancel()
            finish(context)
        }
    }

    private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        request = HTTPReceiver.Request(method: head.method.rawValue, target: head.uri)
        for header in head.headers {
            let name = header.name.lowercased()
            request.headers[name] = request.headers[name].map { "\($0),\(header.value)" } ?? header.value
        }
        keepsAlive = head.isKeepAlive
        if let length = request.headers["content-length"].flatMap({ Int($0) }), length > limits.bodyBytes { return refuse(context) }
        if request.headers["expect"]?.lowercased() == "100-continue" {
            context.writeAndFlush(wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .continue))), promise: nil)
        }
    }

    private func refuse(_ context: ChannelHandlerContext) {
        keepsAlive = false
        deadline?.cancel()
        request.body = []
        draining = Draining(behind: put(HTTPReceiver.Answer(413, "the body has more than \(limits.bodyBytes) bytes\n"), context), context)
    }

    private func finish(_ context: ChannelHandlerContext) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let answered = context.eventLoop.makeFutureWithTask { [answer, request] in await answer(request) }
        request.body = []
        answered.whenSuccess { answer in
            let (handler, context) = bound.value
            guard context.channel.isActive else { return }
            handler.write(answer, context)
        }
    }

    private func write(_ answer: HTTPReceiver.Answer, _ context: ChannelHandlerContext) {
        // A request that waits behind this one comes within the call that writes the end, and changes what is kept of this one.
        let isLast = !keepsAlive
        if !isLast { wait(context) }
        let written = put(answer, context)
        guard isLast else { return }
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        written.whenComplete { _ in bound.value.close(promise: nil) }
    }

    private func put(_ answer: HTTPReceiver.Answer, _ context: ChannelHandlerContext) -> EventLoopFuture<Void> {
        var headers = HTTPHeaders(answer.headers.map { ($0.key, $0.value) })
        headers.replaceOrAdd(name: "Content-Length", value: String(answer.body.utf8.count))
        if !keepsAlive { headers.replaceOrAdd(name: "Connection", value: "close") }
        let head = HTTPResponseHead(version: .http1_1, status: HTTPResponseStatus(statusCode: answer.status), headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: answer.body)))), promise: nil)
        return context.writeAndFlush(wrapOutboundOut(.end(nil)))
    }

    /// Closes the connection unless a whole request comes in time.
    private func wait(_ context: ChannelHandlerContext) {
        deadline?.cancel()
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        deadline = context.eventLoop.scheduleTask(in: .seconds(limits.requestSeconds)) { bound.value.close(promise: nil) }
    }
}
