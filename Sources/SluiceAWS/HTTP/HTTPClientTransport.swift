import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
import SluiceHTTP

/// Sends requests over pools of connections that the whole process shares and that live as long as it.
package struct HTTPClientTransport: HTTPTransport {
    /// Redirects are not followed, because a signature holds for one host; bodies come as they are.
    private static let common: HTTPClient.Configuration = {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.decompression = .disabled
        // Attempts are made anew by whoever calls, so that each failure is seen.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.timeout = HTTPClient.Configuration.Timeout(connect: .seconds(Int64(AWSLimits.connectSeconds)))
        return configuration
    }()

    private static let client: HTTPClient = {
        var configuration = common
        configuration.httpVersion = .http1Only
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = AWSLimits.connections
        return HTTPClient(eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup.singleton), configuration: configuration)
    }()

    /// For answers that stay open, which services send over HTTP/2.
    private static let streamingClient: HTTPClient = {
        var configuration = common
        configuration.httpVersion = .automatic
        configuration.timeout.read = .seconds(Int64(AWSLimits.silenceSeconds))
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = AWSLimits.streamConnections
        return HTTPClient(eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup.singleton), configuration: configuration)
    }()

    package init() {}

    package func send(_ call: HTTPCall) async throws(HTTPFailure) -> HTTPAnswer {
        do {
            return try await withThrowingTaskGroup(of: HTTPAnswer?.self) { group in
                group.addTask { try await exchange(call) }
                group.addTask {
                    try await EventLoopClock().sleep(for: call.timeout)
                    return nil
                }
                defer { group.cancelAll() }
                guard let answer = try await group.next() ?? nil else { throw HTTPFailure.timedOut }
                return answer
            }
        } catch {
            throw Self.failure(error)
        }
    }

    package func open(_ call: HTTPCall) async throws(HTTPFailure) -> HTTPStream {
        do {
            let timeout = TimeAmount.nanoseconds(Int64(call.timeout / .nanoseconds(1)))
            let response = try await Self.streamingClient.execute(Self.request(call), timeout: timeout)
            return HTTPStream(
                status: Int(response.status.code), headers: Self.headers(response),
                body: ClientBody(response.body.makeAsyncIterator()))
        } catch {
            throw Self.failure(error)
        }
    }

    private func exchange(_ call: HTTPCall) async throws -> HTTPAnswer {
        let response = try await Self.client.execute(Self.request(call), deadline: .distantFuture)
        let headers = Self.headers(response)
        // The length that answers a HEAD is that of another answer.
        if call.request.method != "HEAD", let length = headers["content-length"].flatMap({ Int($0) }), length > call.answerBytes {
            throw HTTPFailure.answerTooLong(limit: call.answerBytes)
        }
        var body: [UInt8] = []
        for try await part in response.body {
            guard body.count + part.readableBytes <= call.answerBytes else { throw HTTPFailure.answerTooLong(limit: call.answerBytes) }
            body.append(contentsOf: part.readableBytesView)
        }
        return HTTPAnswer(status: Int(response.status.code), headers: headers, body: body)
    }

    private static func request(_ call: HTTPCall) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: "\(call.endpoint)\(call.request.target)")
        request.method = HTTPMethod(rawValue: call.request.method)
        for header in call.request.headers { request.headers.add(name: header.name, value: header.value) }
        // As one buffer: of other bytes, many are sent by a task on the threads that whoever waits for the call may block.
        if let bytes = call.sentBody { request.body = .bytes(ByteBuffer(bytes: bytes)) }
        return request
    }

    private static func headers(_ response: HTTPClientResponse) -> [String: String] {
        var headers: [String: String] = [:]
        for header in response.headers where headers[header.name.lowercased()] == nil { headers[header.name.lowercased()] = header.value }
        return headers
    }

    fileprivate static func failure(_ error: any Error) -> HTTPFailure {
        switch error {
        case let error as HTTPFailure: error
        case is CancellationError: .cancelled
        case let error as HTTPClientError where error == .cancelled: .cancelled
        case let error as HTTPClientError where error == .connectTimeout || error == .deadlineExceeded || error == .readTimeout: .timedOut
        default: .unreachable(ConnectionTrouble.text(error))
        }
    }
}

/// The body of an answer of the client.
///
/// - Invariant: One task uses it at a time.
private final class ClientBody: HTTPBody, @unchecked Sendable {
    private var iterator: HTTPClientResponse.Body.AsyncIterator

    init(_ iterator: HTTPClientResponse.Body.AsyncIterator) { self.iterator = iterator }

    @concurrent func next() async throws(HTTPFailure) -> [UInt8]? {
        do {
            return try await iterator.next().map { Array($0.readableBytesView) }
        } catch {
            throw HTTPClientTransport.failure(error)
        }
    }
}
