import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// An HTTP server on a free port of the loopback address whose answers a test writes, bad ones included. It ends with its last reference.
package final class LocalHTTPServer: Sendable {
    /// What a client sent.
    package struct Request: Sendable {
        package var method: String
        package var target: String
        /// By lower-case name; the last of each.
        package var headers: [String: String] = [:]
        package var body: [UInt8] = []

        /// The body as text.
        package var text: String { String(decoding: body, as: UTF8.self) }
    }

    /// What the client gets.
    package enum Answer: Sendable {
        case status(Int, String, headers: [String: String] = [:])
        /// Any bytes; of them, the answer to a HEAD has the length only.
        case content(Int, [UInt8], headers: [String: String])
        /// A head that promises more bytes than come before the connection is cut.
        case cutBody(promised: Int, String)
        /// A body that comes in parts, each as soon as the one before it is written, and how it ends.
        case parts([[UInt8]], Ending)
        /// A byte now and then, without an end.
        case drip
        /// A body of so many blanks.
        case blanks(Int)
        /// The connection is cut instead of an answer.
        case cut
        /// No answer, and the connection stays.
        case silence
    }

    /// How a body in parts ends.
    package enum Ending: Sendable {
        case whole
        /// The connection is cut.
        case cut
        /// Nothing more comes, and the connection stays.
        case silence
    }

    private let channel: any Channel
    private let log: RequestLog
    package let port: Int

    /// - Parameters:
    ///   - port: 0 for a free one.
    ///   - answer: Called for each request, with the number of those before it.
    package convenience init(port: Int = 0, _ answer: @escaping @Sendable (Request, Int) -> Answer) throws {
        try self.init(port: port, bodyBytes: .max, keepsRequests: true, answer)
    }

    /// - Parameters:
    ///   - bodyBytes: A request with a longer body is refused with 413.
    ///   - keepsRequests: Whether `requests` has them; a server that goes on for days must not keep all.
    /// - Throws: `PortTaken`, and what binding the port throws.
    package init(
        port: Int, bodyBytes: Int, keepsRequests: Bool, _ answer: @escaping @Sendable (Request, Int) -> Answer
    ) throws {
        let log = RequestLog(keepsRequests: keepsRequests)
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.pipeline.configureHTTPServerPipeline().flatMapThrowing {
                    try channel.pipeline.syncOperations.addHandler(AnsweringHandler(log, bodyBytes: bodyBytes, answer))
                }
            }
        do {
            channel = try bootstrap.bind(host: "127.0.0.1", port: port).wait()
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            throw PortTaken(port: port)
        }
        self.port = channel.localAddress?.port ?? 0
        self.log = log
    }

    deinit { channel.close(promise: nil) }

    package var address: String { "http://127.0.0.1:\(port)" }

    /// All that came, in order.
    package var requests: [Request] { log.requests }
}

/// Another program listens where a server should.
package struct PortTaken: Error, Hashable, CustomStringConvertible {
    package let port: Int

    package init(port: Int) { self.port = port }

    package var description: String { "port \(port) of 127.0.0.1 is taken" }
}

private final class RequestLog: Sendable {
    private let keepsRequests: Bool
    private let state = Mutex<(list: [LocalHTTPServer.Request], count: Int)>(([], 0))

    init(keepsRequests: Bool) { self.keepsRequests = keepsRequests }

    var requests: [LocalHTTPServer.Request] { state.withLock { $0.list } }

    /// How many there were before.
    func append(_ request: LocalHTTPServer.Request) -> Int {
        state.withLock { state in
            if keepsRequests { state.list.append(request) }
            state.count += 1
            return state.count - 1
        }
    }
}

/// Collects a request and writes what the test answers.
private final class AnsweringHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let log: RequestLog
    private let bodyBytes: Int
    private let answer: @Sendable (LocalHTTPServer.Request, Int) -> LocalHTTPServer.Answer
    private var request = LocalHTTPServer.Request(method: "", target: "")
    /// Throws away the rest of a request that was refused.
    private var draining: Draining?

    init(
        _ log: RequestLog, bodyBytes: Int, _ answer: @escaping @Sendable (LocalHTTPServer.Request, Int) -> LocalHTTPServer.Answer
    ) {
        self.log = log
        self.bodyBytes = bodyBytes
        self.answer = answer
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            request = LocalHTTPServer.Request(method: head.method.rawValue, target: head.uri)
            for header in head.headers { request.headers[header.name.lowercased()] = header.value }
        case .body(let part):
            if draining != nil { draining?.take(part, context) }
            guard draining == nil else { return }
            guard request.body.count + part.readableBytes <= bodyBytes else { return refuse(context) }
            request.body += Array(part.readableBytesView)
        case .end:
            if let draining { return draining.end(context) }
            write(answer(request, log.append(request)), context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        draining?.cancel()
        context.fireChannelInactive()
    }

    private func refuse(_ context: ChannelHandlerContext) {
        request.body = []
        let text = "the body has more than \(bodyBytes) bytes\n"
        begin(413, ["Content-Length": String(text.utf8.count), "Connection": "close"], context)
        send(text, context)
        draining = Draining(behind: context.writeAndFlush(wrapOutboundOut(.end(nil))), context)
    }

    private func write(_ answer: LocalHTTPServer.Answer, _ context: ChannelHandlerContext) {
        switch answer {
        case .status(let status, let body, let headers):
            var headers = headers
            headers["Content-Length"] = String(body.utf8.count)
            begin(status, headers, context)
            if request.method != "HEAD" { send(body, context) }
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        case .content(let status, let body, let headers):
            begin(status, headers.merging(["Content-Length": String(body.count)]) { $1 }, context)
            if request.method != "HEAD" { context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil) }
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        case .cutBody(let promised, let body):
            begin(200, ["Content-Length": String(promised)], context)
            send(body, context)
            context.flush()
            context.close(promise: nil)
        case .parts(let parts, let ending):
            begin(200, ["Transfer-Encoding": "chunked"], context)
            context.flush()
            write(parts[...], ending, context)
        case .drip:
            begin(200, ["Transfer-Encoding": "chunked"], context)
            drip(context)
        case .blanks(let count):
            begin(200, ["Transfer-Encoding": "chunked"], context)
            for _ in 0..<count / 1_000 { send(String(repeating: " ", count: 1_000), context) }
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        case .cut: context.close(promise: nil)
        case .silence: break
        }
    }

    private func begin(_ status: Int, _ headers: [String: String], _ context: ChannelHandlerContext) {
        let head = HTTPResponseHead(
            version: .http1_1, status: HTTPResponseStatus(statusCode: status), headers: HTTPHeaders(headers.map { ($0.key, $0.value) }))
        context.write(wrapOutboundOut(.head(head)), promise: nil)
    }

    private func send(_ text: String, _ context: ChannelHandlerContext) {
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil)
    }

    private func write(_ parts: ArraySlice<[UInt8]>, _ ending: LocalHTTPServer.Ending, _ context: ChannelHandlerContext) {
        if let part = parts.first {
            let written = context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: part)))))
            let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            return written.whenSuccess { bound.value.0.write(parts.dropFirst(), ending, bound.value.1) }
        }
        switch ending {
        case .whole: context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        case .cut: context.close(promise: nil)
        case .silence: break
        }
    }

    private func drip(_ context: ChannelHandlerContext) {
        guard context.channel.isActive else { return }
        context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: " ")))), promise: nil)
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: .milliseconds(5)) { bound.value.0.drip(bound.value.1) }
    }
}
