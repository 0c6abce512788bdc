import SluiceAWS
import SluiceBuckets
import SluiceCore
import SluiceServer
import SluiceTestKit

@testable import SluiceS3Service

/// The service on a free port, with buckets in a directory of its own.
final class PortBench: Sendable {
    let directory: TemporaryDirectory
    let store: BucketStore
    let server: PortServer

    static let credentials = AWSCredentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "hidden")

    /// - Parameters:
    ///   - keys: Secrets by access key; none: signatures are not checked.
    ///   - shift: How far the test has moved the time, which `clock` has to follow.
    init(keys: [String: String] = [:], clock: WallClock = .system, shift: TimeShift = TimeShift()) async throws {
        directory = try TemporaryDirectory()
        store = try BucketStore(directory.path("buckets"), clock: clock)
        var options = PortOptions(port: 0)
        options.keys = keys
        options.shift = shift
        options.allowsReset = true
        server = try await PortServer.start(options, services: [BucketService(store, keys: keys)])
    }

    /// Runs a test and ends the server behind it.
    static func run(
        keys: [String: String] = [:], clock: WallClock = .system, shift: TimeShift = TimeShift(), _ body: (PortBench) async throws -> Void
    ) async throws {
        let bench = try await PortBench(keys: keys, clock: clock, shift: shift)
        do {
            try await body(bench)
        } catch {
            await bench.server.drain(within: .seconds(1))
            throw error
        }
        await bench.server.drain(within: .seconds(1))
    }

    /// Sends a request as it is, without a signature unless `signer` signs it.
    func send(
        _ method: String, _ path: String, query: [SignableRequest.Parameter] = [], headers: [(String, String)] = [], body: [UInt8] = [],
        signer: RequestSigner? = nil
    ) async throws -> HTTPAnswer {
        let endpoint = try AWSEndpoint(parsing: server.address)
        var fields = headers.map { SignableRequest.Header($0.0, $0.1) }
        if !headers.contains(where: { $0.0 == "Host" }) { fields.append(.init("Host", endpoint.host)) }
        var request = SignableRequest(method, path: path, query: query, headers: fields, payload: .bytes(body))
        if let signer { request = signer.signed(request, nowMicros: WallClock.system.nowMicros()) }
        return try await HTTPClientTransport().send(
            HTTPCall(endpoint: endpoint, request: request, timeout: .seconds(120), answerBytes: 64 << 20))
    }
}

extension HTTPAnswer {
    var text: String { String(decoding: body, as: UTF8.self) }

    func header(_ name: String) -> String? { headers[name.lowercased()] }

    /// The code of an error; nil for another answer.
    var errorCode: String? { (try? XMLParser.parse(body))?["Code"] }
}
