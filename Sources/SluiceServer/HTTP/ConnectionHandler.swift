import NIOCore
import NIOHTTP1
import SluiceCore

/// One connection: takes requests one after another, hands each to the responder in a task, and writes the answer.
///
/// A request whose body is short is begun when the body is there; others at their head, and their body stops the socket where it is read slowly.
/// Lives on its event loop.
final class ConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart
    typealias Responder = @Sendable (RequestHead, RequestBody) async -> ServiceResponse

    private enum Phase {
        /// No request is under way.
        case idle
        /// A request is being read, or answered, or both.
        case busy
        /// The answer was written, and the rest of the request is thrown away.
        case discarding
        /// The last answer was written; whatever else comes is not looked at.
        case closing
    }

    /// Tells a connection that the server ends.
    struct DrainEvent: Sendable {}

    private let respond: Responder
    private let patience: PortPatience
    private let isSecure: Bool
    private let sendsFiles: Bool
    private let executor: LoopExecutor
    private var phase = Phase.idle
    private var body = RequestBody()
    private var head: RequestHead?
    private var isHeadRequest = false
    private var keepsAlive = true
    private var isRequestWhole = false
    private var expectsContinue = false
    private var isDraining = false
    private var isInputClosed = false
    private var holdsRead = false
    private var task: Task<Void, Never>?
    private var watch: RepeatedTask?
    // What the watch looks at: seconds without progress, and bytes of the body since it looked.
    private var silentSeconds: Int64 = 0
    private var bodyBytes = 0
    private var discarded = 0

    /// - Parameters:
    ///   - isSecure: Whether requests come over TLS.
    ///   - sendsFiles: Whether the kernel can send files: not where the bytes are changed on the way, by TLS or HTTP/2.
    init(_ patience: PortPatience, on loop: any EventLoop, isSecure: Bool, sendsFiles: Bool, respond: @escaping Responder) {
        self.patience = patience
        self.isSecure = isSecure
        self.sendsFiles = sendsFiles
        executor = LoopExecutor(loop)
        self.respond = respond
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let pace = TimeAmount.seconds(patience.watchSeconds)
        watch = context.eventLoop.scheduleRepeatedTask(initialDelay: pace, delay: pace) { _ in bound.value.0.look(bound.value.1) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { watch?.cancel() }

    func channelInactive(context: ChannelHandlerContext) {
        watch?.cancel()
        body.finish(isWhole: false)
        // The body knows its connection; neither may keep the other.
        body = RequestBody()
        task?.cancel()
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is DrainEvent {
            isDraining = true
        } else if let event = event as? ChannelEvent, event == .inputClosed {
            // The client has said all, and may still wait for its answer.
            keepsAlive = false
            isInputClosed = true
            if !isRequestWhole { body.finish(isWhole: false) }
        } else {
            return context.fireUserInboundEventTriggered(event)
        }
        if phase == .idle || phase == .discarding { context.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    // MARK: Reading

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if phase == .closing { return }
        silentSeconds = 0
        switch unwrapInboundIn(data) {
        case .head(let head): begin(head, context)
        case .body(let part):
            bodyBytes += part.readableBytes
            if phase == .discarding {
                discarded += part.readableBytes
                if discarded > PortLimits.discardedBodyBytes { context.close(promise: nil) }
            } else {
                body.append(part)
            }
        case .end:
            isRequestWhole = true
            if phase == .discarding { return context.close(promise: nil) }
            body.finish(isWhole: true)
            if task == nil { start(context) }
        }
    }

    func read(context: ChannelHandlerContext) {
        if phase == .busy, !isRequestWhole, body.isOverHeld { holdsRead = true } else { context.read() }
    }

    private func begin(_ part: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let head = RequestHead(method: part.method.rawValue, target: part.uri, headers: HeaderFields(part.headers), isSecure: isSecure)
        self.head = head
        phase = .busy
        isHeadRequest = part.method == .HEAD
        keepsAlive = part.isKeepAlive && !isInputClosed
        isRequestWhole = false
        discarded = 0
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        body = RequestBody { [loop = context.eventLoop] in
            loop.execute { bound.value.0.readOn(bound.value.1) }
        }
        expectsContinue = head.headers["Expect"]?.lowercased() == "100-continue"
        let length = head.contentLength ?? (part.headers.contains(name: "Transfer-Encoding") ? .max : 0)
        // There are clients that wait for leave to send nothing, and take an answer without it for that of the next request.
        if expectsContinue, length == 0 { allowBody(context) }
        if expectsContinue || length > PortLimits.eagerBodyBytes { start(context) }
    }

    private func allowBody(_ context: ChannelHandlerContext) {
        expectsContinue = false
        context.writeAndFlush(wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .continue))), promise: nil)
    }

    /// The service wants more of the body.
    private func readOn(_ context: ChannelHandlerContext) {
        if expectsContinue, phase == .busy, !isRequestWhole { allowBody(context) }
        if holdsRead {
            holdsRead = false
            context.read()
        }
    }

    private func start(_ context: ChannelHandlerContext) {
        guard let head else { return }
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        task = Task(executorPreference: executor) { [respond, body, sendsFiles, loop = context.eventLoop, channel = context.channel] in
            var response = await respond(head, body)
            if !sendsFiles, case .file(let part) = response.body {
                response.body = .streamed(length: part.range.count) { try await part.write(to: $0) }
            }
            let told = response
            if loop.inEventLoop {
                bound.value.0.write(told, bound.value.1)
            } else {
                loop.execute { bound.value.0.write(told, bound.value.1) }
            }
            guard case .streamed(_, let produce) = told.body, head.method != "HEAD" else { return }
            do {
                try await produce(ResponseWriter { try await channel.writeAndFlush(HTTPServerResponsePart.body(.byteBuffer($0))) })
                loop.execute { bound.value.0.end(bound.value.1) }
            } catch {
                // Half an answer must not look like a whole one.
                loop.execute { bound.value.1.close(promise: nil) }
            }
        }
    }

    // MARK: Writing

    private func write(_ response: ServiceResponse, _ context: ChannelHandlerContext) {
        guard context.channel.isActive else { return }
        if !isRequestWhole || isDraining { keepsAlive = false }
        var headers = response.headers
        let status = HTTPResponseStatus(statusCode: response.status)
        if !keepsAlive { headers["Connection"] = "close" }
        switch response.body {
        case .none(let length): headers["Content-Length"] = length.map(String.init) ?? (status.mayHaveResponseBody ? "0" : nil)
        case .bytes(let bytes): headers["Content-Length"] = status.mayHaveResponseBody ? String(bytes.count) : nil
        case .file(let part): headers["Content-Length"] = String(part.range.count)
        case .streamed(let length, _): headers["Content-Length"] = length.map(String.init)
        }
        context.write(wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers.stored))), promise: nil)
        switch response.body {
        case .bytes(let bytes) where !isHeadRequest && status.mayHaveResponseBody && !bytes.isEmpty:
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: bytes)))), promise: nil)
            end(context)
        case .file(let part) where !isHeadRequest && !part.range.isEmpty: send(part, context)
        case .streamed where !isHeadRequest: context.flush()
        case .none, .bytes, .file, .streamed: end(context)
        }
    }

    private func send(_ part: FileRange, _ context: ChannelHandlerContext) {
        let handle = NIOFileHandle(_deprecatedTakingOwnershipOfDescriptor: part.file.descriptor)
        let region = FileRegion(fileHandle: handle, readerIndex: part.range.lowerBound, endIndex: part.range.upperBound)
        let bound = NIOLoopBound((self, context, handle), eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(.body(.fileRegion(region)))).whenComplete { result in
            // The file is closed by its owner, which lives as long as this closure.
            withExtendedLifetime(part.file) { _ = try? bound.value.2.takeDescriptorOwnership() }
            switch result {
            case .success: bound.value.0.end(bound.value.1)
            case .failure: bound.value.1.close(promise: nil)
            }
        }
    }

    private func end(_ context: ChannelHandlerContext) {
        guard context.channel.isActive else { return }
        task = nil
        head = nil
        silentSeconds = 0
        let isOver = isRequestWhole || isInputClosed
        let closes = isOver && (!keepsAlive || isDraining)
        phase = !isOver ? .discarding : closes ? .closing : .idle
        if !isOver { body.finish(isWhole: false) }
        // The next request may wait already and begin in this call, so that nothing of the handler is changed behind it.
        let written = context.writeAndFlush(wrapOutboundOut(.end(nil)))
        if closes {
            let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
            written.whenComplete { _ in bound.value.close(promise: nil) }
        } else if !isOver, holdsRead {
            holdsRead = false
            context.read()
        }
    }

    // MARK: Slow clients

    /// Called every `PortPatience.watchSeconds`.
    private func look(_ context: ChannelHandlerContext) {
        silentSeconds += patience.watchSeconds
        switch phase {
        case .idle: if silentSeconds >= patience.idleSeconds { context.close(promise: nil) }
        case .discarding: context.close(promise: nil)
        case .closing: if silentSeconds >= patience.silenceSeconds { context.close(promise: nil) }
        case .busy:
            let isWaiting = !isRequestWhole && (task == nil || body.isAwaited)
            if isWaiting, bodyBytes < Int(patience.watchSeconds) * PortLimits.slowestBodyBytes {
                slowSeconds += patience.watchSeconds
            } else {
                slowSeconds = 0
            }
            bodyBytes = 0
            if slowSeconds >= patience.silenceSeconds { context.close(promise: nil) }
            watchAnswer(context)
        }
    }

    private var slowSeconds: Int64 = 0
    private var unwritableSeconds: Int64 = 0

    /// Cuts off a client that does not take its answer.
    private func watchAnswer(_ context: ChannelHandlerContext) {
        unwritableSeconds = context.channel.isWritable ? 0 : unwritableSeconds + patience.watchSeconds
        if unwritableSeconds >= patience.silenceSeconds * 5 { context.close(promise: nil) }
    }
}
