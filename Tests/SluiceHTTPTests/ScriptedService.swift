import SluiceHTTP
import SluiceTestKit
import Synchronization

/// Answers requests from a list, and keeps what came.
final class ScriptedService: WebTransport {
    enum Reply: Sendable {
        case answer(Int, String = "{}", headers: [String: String] = [:])
        case failure(WebFailure)
    }

    private let replies: Mutex<[Reply]>
    private let seen = Mutex<[WebRequest]>([])

    init(_ replies: [Reply]) { self.replies = Mutex(replies) }

    var requests: [WebRequest] { seen.withLock { $0 } }

    func send(_ request: WebRequest, timeout: Duration) async throws(WebFailure) -> WebAnswer {
        seen.withLock { $0.append(request) }
        // The last one is given for ever.
        switch replies.withLock({ $0.count > 1 ? $0.removeFirst() : $0[0] }) {
        case .answer(let status, let body, let headers): return WebAnswer(status: status, headers: headers, body: Array(body.utf8))
        case .failure(let failure): throw failure
        }
    }
}

extension WebRequest {
    func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}

/// A client whose pauses take no time.
struct PatientClient {
    let clock = PatientClock()
    let service: ScriptedService
    let client: WebClient

    init(_ replies: [ScriptedService.Reply], _ authenticator: any Authenticator = FixedCredentials.none) {
        service = ScriptedService(replies)
        let pacing = Pacing(clock, random: { 1 })
        client = WebClient(service, limiter: Limiter(pacing: pacing), authenticator: authenticator, pacing: pacing)
    }

    static func request(_ method: String = "GET", _ path: String = "/v1/things", isRepeatable: Bool? = nil) throws -> WebRequest {
        WebRequest(method, try WebAddress(parsing: "https://api.example.com" + path), label: "example things", isRepeatable: isRepeatable)
    }
}
