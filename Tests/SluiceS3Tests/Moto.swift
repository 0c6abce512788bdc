import SluiceAWS
import SluiceCore
import SluiceS3
import Synchronization

/// Names that no other test of the process has.
final class NameCounter: Sendable {
    private let last = Mutex(0)

    func next(_ stem: String) -> String {
        last.withLock { last in
            last += 1
            return "\(stem)-\(last)"
        }
    }
}

extension Bucket {
    /// Makes the bucket, which a pipeline never does.
    func make() async throws {
        let endpoint = try AWSEndpoint(parsing: service.address)
        let request = SignableRequest("PUT", path: "/" + service.bucket, headers: [.init("Host", endpoint.host)], payload: .bytes([]))
        let signed = RequestSigner(Self.credentials, region: "us-east-1", service: "s3", pathStyle: .plain)
            .signed(request, nowMicros: WallClock.system.nowMicros())
        let answer = try await HTTPClientTransport().send(
            HTTPCall(endpoint: endpoint, request: signed, timeout: .seconds(60), answerBytes: 1 << 20))
        guard answer.status == 200 else { throw SluiceError(.serviceFailed, String(decoding: answer.body, as: UTF8.self)) }
    }
}
