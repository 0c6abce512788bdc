import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix

/// Sends one request as it is and brings its answer: no redirects, no second attempt.
package protocol WebTransport: Sendable {
    /// - Throws: Why no whole answer came within the time and the request's bound.
    func send(_ request: WebRequest, timeout: Duration) async throws(WebFailure) -> WebAnswer
}

/// Why there is no answer.
package enum WebFailure: Error, Hashable, Sendable {
    case cancelled
    case timedOut
    /// No connection, or none that lived to the end of the answer.
    case unreachable(String)
    /// The other side is not who it should be, or speaks no TLS.
    case untrusted(String)
    case answerTooLong(limit: Int)
}

/// Sends over pools of connections that the whole process shares and that live as long as it.
package struct PooledTransport: WebTransport {
    private static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.decompression = .disabled
        // Attempts are made anew by the client, so that each failure is seen.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.timeout = HTTPClient.Configuration.Timeout(connect: .seconds(Int64(HTTPLimits.connectSeconds)))
        configuration.httpVersion = .http1Only
        return HTTPClient(eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup.singleton), configuration: configuration)
    }()

    package init() {}

    package func send(_ request: WebRequest, timeout: Duration) async throws(WebFailure) -> WebAnswer {
        do {
            return try await withThrowingTaskGroup(of: WebAnswer?.self) { group in
                group.addTask { try await exchange(request) }
                group.addTask {
                    try await Task.sleep(for: timeout)
                    return nil
                }
                defer { group.cancelAll() }
                guard let answer = try await group.next() ?? nil else { throw WebFailure.timedOut }
                return answer
            }
        } catch {
            throw Self.failure(error)
        }
    }

    private func exchange(_ request: WebRequest) async throws -> WebAnswer {
        var sent = HTTPClientRequest(url: request.address.description)
        sent.method = HTTPMethod(rawValue: request.method)
        for header in request.headers { sent.headers.add(name: header.name, value: header.value) }
        // Without the header any coding would do.
        if !sent.headers.contains(name: "accept-encoding") { sent.headers.add(name: "Accept-Encoding", value: "identity") }
        if let body = request.body { sent.body = .bytes(body, length: .known(Int64(body.count))) }
        let response = try await Self.client.execute(sent, deadline: .distantFuture)
        var headers: [String: String] = [:]
        for header in response.headers {
            headers[header.name.lowercased()] = headers[header.name.lowercased()].map { "\($0), \(header.value)" } ?? header.value
        }
        if let length = headers["content-length"].flatMap({ Int($0) }), length > request.answerBytes {
            throw WebFailure.answerTooLong(limit: request.answerBytes)
        }
        var body: [UInt8] = []
        if let length = headers["content-length"].flatMap({ Int($0) }) {
            body.reserveCapacity(min(max(0, length), HTTPLimits.reservedBytes))
        }
        for try await part in response.body {
            guard body.count + part.readableBytes <= request.answerBytes else {
                throw WebFailure.answerTooLong(limit: request.answerBytes)
            }
            body.append(contentsOf: part.readableBytesView)
        }
        return WebAnswer(status: Int(response.status.code), headers: headers, body: body)
    }

    private static func failure(_ error: any Error) -> WebFailure {
        switch error {
        case let error as WebFailure: return error
        case is CancellationError: return .cancelled
        case let error as HTTPClientError where error == .cancelled: return .cancelled
        case let error as HTTPClientError where error == .connectTimeout || error == .deadlineExceeded || error == .readTimeout:
            return .timedOut
        default:
            let text = String(describing: error)
            if text.contains("CERTIFICATE_VERIFY_FAILED") {
                return .untrusted("its certificate is not signed by anybody this machine trusts")
            }
            if text.contains("failedToValidateHostname") { return .untrusted("its certificate is for another host") }
            if text.contains("handshakeFailed") || text.contains("NIOSSL") { return .untrusted("TLS failed: \(text.prefix(120))") }
            return .unreachable(ConnectionTrouble.text(error))
        }
    }
}
