import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix

/// Sends requests over a pool of connections that the whole process shares and that lives as long as it.
package struct HTTPClientTransport: HTTPTransport {
    /// Redirects are not followed, because a signature holds for one host; bodies come as they are.
    private static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.decompression = .disabled
        configuration.httpVersion = .http1Only
        // Attempts are made anew by whoever calls, so that each failure is seen.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.timeout = HTTPClient.Configuration.Timeout(connect: .seconds(Int64(AWSLimits.connectSeconds)))
        return HTTPClient(eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup.singleton), configuration: configuration)
    }()

    package init() {}

    package func send(_ call: HTTPCall) async throws(HTTPFailure) -> HTTPAnswer {
        do {
            return try await withThrowingTaskGroup(of: HTTPAnswer?.self) { group in
                group.addTask { try await exchange(call) }
                group.addTask {
                    try await Task.sleep(for: call.timeout)
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

    private func exchange(_ call: HTTPCall) async throws -> HTTPAnswer {
        var request = HTTPClientRequest(url: "\(call.endpoint)\(call.request.target)")
        request.method = HTTPMethod(rawValue: call.request.method)
        for header in call.request.headers { request.headers.add(name: header.name, value: header.value) }
        if case .bytes(let bytes) = call.request.payload { request.body = .bytes(bytes, length: .known(Int64(bytes.count))) }
        let response = try await Self.client.execute(request, deadline: .distantFuture)
        var headers: [String: String] = [:]
        for header in response.headers where headers[header.name.lowercased()] == nil { headers[header.name.lowercased()] = header.value }
        if let length = headers["content-length"].flatMap({ Int($0) }), length > call.answerBytes {
            throw HTTPFailure.answerTooLong(limit: call.answerBytes)
        }
        var body: [UInt8] = []
        for try await part in response.body {
            guard body.count + part.readableBytes <= call.answerBytes else { throw HTTPFailure.answerTooLong(limit: call.answerBytes) }
            body.append(contentsOf: part.readableBytesView)
        }
        return HTTPAnswer(status: Int(response.status.code), headers: headers, body: body)
    }

    private static func failure(_ error: any Error) -> HTTPFailure {
        switch error {
        case let error as HTTPFailure: error
        case is CancellationError: .cancelled
        case let error as HTTPClientError where error == .cancelled: .cancelled
        case let error as HTTPClientError where error == .connectTimeout: .timedOut
        default: .unreachable(String(describing: error))
        }
    }
}
