import SluiceCore
import SluiceJSON

/// The token endpoint of OAuth 2.0 (RFC 6749, section 3.2): it is asked with a form, and answers with tokens or with an error that has a name.
struct TokenEndpoint: Sendable {
    let address: WebAddress
    /// It takes no credentials but those of the form.
    private let client: WebClient

    init(_ address: WebAddress, transport: any WebTransport, pacing: Pacing) {
        self.address = address
        client = WebClient(
            transport, limiter: Limiter(concurrency: 1, pacing: pacing), authenticator: FixedCredentials.none, pacing: pacing)
    }

    /// - Parameters:
    ///   - isRepeatable: Whether what the form has is good for another use.
    ///   - refused: What to do where the grant of the form is not taken (`invalid_grant`).
    /// - Returns: The answer, an object of JSON, and how messages call the request.
    /// - Throws: `credentialsRefused` with the error's name and words; `serviceFailed`, `serviceUnreachable`.
    func ask(_ form: [(String, String)], isRepeatable: Bool, refused: String) async throws(SluiceError) -> (node: JSONNode, shown: String) {
        var request = WebRequest("POST", address, label: "token endpoint", isRepeatable: isRepeatable)
        request.setHeader("Content-Type", "application/x-www-form-urlencoded")
        request.setHeader("Accept", "application/json")
        request.body = Array(FormText.encode(form.map { (name: $0.0, value: $0.1) }).utf8)
        request.answerBytes = HTTPLimits.tokenBytes
        let answer = try await client.send(request) { request, answer in judge(request, answer, refused: refused) }
        guard let node = try? JSONParser.parse(answer.body) else {
            throw SluiceError(.serviceFailed, "\(request.shown) answered no JSON", remedy: "check the address of the token endpoint")
        }
        return (node, request.shown)
    }

    /// Errors have names and words (RFC 6749, section 5.2); bodies that have none are shown only where they are errors.
    private func judge(_ request: WebRequest, _ answer: WebAnswer, refused: String) -> WebVerdict {
        let node = try? JSONParser.parse(answer.body)
        let told = [node?["error"]?.string, node?["error_description"]?.string].compactMap(\.self).joined(separator: ": ")
        let words = told.isEmpty ? nil : told.prefix(HTTPLimits.quotedCharacters).description
        let byStatus = client.judgeByStatus(request, answer, message: words)
        switch byStatus {
        case .accept where node == nil:
            // An intermediary's page, or a body that lost its end; it is not shown, since a part of a token may be in it.
            return .retry("no whole JSON", isThrottled: false)
        case .refuse, .renew:
            guard (400...401).contains(answer.status) else { return byStatus }
            let remedy =
                node?["error"]?.string == "invalid_grant"
                ? refused : "check the connection's credentials, and the address of the token endpoint"
            let reason = words ?? WebClient.quoted(answer.body)
            return .refuse(client.failure(.credentialsRefused, request, answer, reason, remedy: remedy))
        default: return byStatus
        }
    }
}
