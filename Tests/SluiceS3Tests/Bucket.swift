import SluiceAWS
import SluiceCore
import SluiceS3
import SluiceTestKit
import Synchronization

/// A bucket for tests, with a clock that does not wait between attempts.
struct Bucket: Sendable {
    let pauses = PatientClock()
    let service: S3Service

    static let credentials = AWSCredentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "hidden", sessionToken: "token-1")

    /// - Parameter address: Of the server; nil for Amazon's own, which a transport has to stand for.
    init(
        _ address: String?, name: String = "test-bucket", region: String? = "eu-west-1", isAnonymous: Bool = false, pathStyle: Bool? = nil,
        transport: any HTTPTransport = HTTPClientTransport(), timeScale: Double = 1
    ) throws {
        var site = S3Site()
        site.isAnonymous = isAnonymous
        site.usesPathStyle = pathStyle
        let settings = AWSSettings(
            AWSSettings.Options(region: region, endpoint: address, credentials: isAnonymous ? nil : Self.credentials),
            environment: { _ in nil }, readFile: { _ throws(SluiceError) in nil })
        service = try S3Service(
            bucket: name, site: site, settings: settings, transport: transport, pacer: RetryPacer(clock: pauses, random: { 1 }),
            timeScale: timeScale)
    }

    var store: S3Store { S3Store(service) }
}

/// Sends every call to one server, whatever host it is for, and keeps which it was.
final class DivertingTransport: HTTPTransport {
    private let server: AWSEndpoint
    private let seen = Mutex<[String]>([])

    init(_ address: String) throws { server = try AWSEndpoint(parsing: address) }

    var hosts: [String] { seen.withLock { $0 } }

    func send(_ call: HTTPCall) async throws(HTTPFailure) -> HTTPAnswer {
        seen.withLock { $0.append("\(call.endpoint)") }
        var call = call
        call.endpoint = server
        return try await HTTPClientTransport().send(call)
    }

    func open(_ call: HTTPCall) async throws(HTTPFailure) -> HTTPStream { throw .unreachable("not used") }
}

/// The error that `body` throws; nil if it does not.
func failure<Result>(_ body: () async throws -> Result) async -> SluiceError? {
    do {
        _ = try await body()
        return nil
    } catch {
        return error as? SluiceError
    }
}
