package import SluiceCore
import SluiceJSON
import Synchronization

/// Bearer tokens of an OAuth 2.0 token endpoint: fetched when one is needed, renewed before they end, by one task at a time.
package final class OAuthAuthenticator: Authenticator {
    private struct Token: Sendable {
        var text: SecretText
        /// From here on it is renewed before it is used.
        var renewAt: Duration
    }

    private let settings: OAuthSettings
    /// For the token endpoint, which takes no credentials but those of the form.
    private let client: WebClient
    private let pacing: Pacing
    private let onSecret: @Sendable (String) -> Void
    private let gate = AsyncGate()
    private let token = Mutex<Token?>(nil)

    /// - Parameter onSecret: Told each token, so that nothing shows it.
    package init(
        _ settings: OAuthSettings, transport: any WebTransport, pacing: Pacing = .system,
        onSecret: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.settings = settings
        self.pacing = pacing
        self.onSecret = onSecret
        client = WebClient(
            transport, limiter: Limiter(concurrency: 1, pacing: pacing), authenticator: FixedCredentials.none, pacing: pacing)
    }

    package func authorize(_ request: inout WebRequest) async throws(SluiceError) {
        let token = try await validToken(instead: nil)
        request.setHeader("Authorization", "Bearer \(token.value)")
    }

    package func renew(after refused: WebRequest) async throws(SluiceError) -> Bool {
        let used = refused.headers.first { $0.name == "Authorization" }.map { SecretText(String($0.value.dropFirst("Bearer ".count))) }
        return try await validToken(instead: used) != used
    }

    /// - Parameter refused: A token that is not to be used any more.
    private func validToken(instead refused: SecretText?) async throws(SluiceError) -> SecretText {
        if let current = current(instead: refused) { return current }
        return try await gate.run { () async throws(SluiceError) in
            if let current = current(instead: refused) { return current }
            return try await fetch()
        }
    }

    private func current(instead refused: SecretText?) -> SecretText? {
        let now = pacing.now()
        return token.withLock { token in token.flatMap { $0.renewAt > now && $0.text != refused ? $0.text : nil } }
    }

    private func fetch() async throws(SluiceError) -> SecretText {
        var form = [("client_id", settings.clientID)]
        if let secret = settings.clientSecret { form.append(("client_secret", secret.value)) }
        if let scope = settings.scope { form.append(("scope", scope)) }
        switch settings.grant {
        case .assertion(let assertion):
            let signed = try assertion.signed(nowMicros: pacing.wall.nowMicros())
            onSecret(signed.value)
            return try await take(
                ask([("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), ("assertion", signed.value)]))
        case .clientCredentials: return try await take(ask(form + [("grant_type", "client_credentials")]))
        case .refreshToken(let vault):
            let lock = try await vault.lock()
            defer { withExtendedLifetime(lock) {} }
            // Read under the lock: another process may have been given a new one.
            let old = try vault.read()
            let answer = try await ask(form + [("grant_type", "refresh_token"), ("refresh_token", old.value)])
            if let rotated = answer["refresh_token"]?.string, rotated != old.value {
                onSecret(rotated)
                // Kept before the access token is used: a crash between the two must not lose the only one that is valid.
                try vault.keep(SecretText(rotated))
            }
            return try take(answer)
        }
    }

    private func ask(_ form: [(String, String)]) async throws(SluiceError) -> JSONNode {
        // Asking again for a token harms nobody, unless the refresh token is taken back by the first answer.
        var isRepeatable = true
        if case .refreshToken = settings.grant { isRepeatable = false }
        var request = WebRequest("POST", settings.tokenAddress, label: "token endpoint", isRepeatable: isRepeatable)
        request.setHeader("Content-Type", "application/x-www-form-urlencoded")
        request.setHeader("Accept", "application/json")
        request.body = Array(FormText.encode(form.map { (name: $0.0, value: $0.1) }).utf8)
        request.answerBytes = HTTPLimits.tokenBytes
        let answer = try await client.send(request) { [client] request, answer in
            let byStatus = client.judgeByStatus(request, answer)
            // An intermediary's page, or a body that lost its end; it is not shown, since a part of a token may be in it.
            guard case .accept = byStatus, request.isRepeatable, (try? JSONParser.parse(answer.body)) == nil else { return byStatus }
            return .retry("no whole JSON", isThrottled: false)
        }
        guard let node = try? JSONParser.parse(answer.body), node["access_token"]?.string != nil else {
            throw SluiceError(
                .serviceFailed, "\(request.shown) answered with no access_token", remedy: "check the address of the token endpoint")
        }
        return node
    }

    private func take(_ answer: JSONNode) throws(SluiceError) -> SecretText {
        let text = answer["access_token"]?.string ?? ""
        onSecret(text)
        let life = answer["expires_in"]?.integer.map { Duration.seconds(max(1, $0)) } ?? HTTPLimits.tokenLife
        let margin = min(HTTPLimits.tokenMargin, life / 2)
        let token = Token(text: SecretText(text), renewAt: pacing.now() + life - margin)
        self.token.withLock { $0 = token }
        return token.text
    }
}
