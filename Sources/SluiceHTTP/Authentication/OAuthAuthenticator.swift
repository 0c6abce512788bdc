package import SluiceCore
import SluiceJSON
import Synchronization

/// Bearer tokens of an OAuth 2.0 token endpoint: fetched when one is needed, renewed before they end, by one task at a time.
///
/// Services may take back a token when they give the next one for the same credential. So processes that share a refresh token share what it brings,
/// too: who gets the vault's lock takes the token that another has left there, and asks only where there is none that is good.
package final class OAuthAuthenticator: Authenticator {
    private struct Token: Sendable {
        var text: SecretText
        /// From here on it is renewed before it is used.
        var renewAt: Duration
    }

    private let settings: OAuthSettings
    private let endpoint: TokenEndpoint
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
        endpoint = TokenEndpoint(settings.tokenAddress, transport: transport, pacing: pacing)
    }

    package func authorize(_ request: inout WebRequest) async throws(SluiceError) {
        guard let token = try await validToken(instead: nil, mayAsk: true) else { preconditionFailure("a token is asked for") }
        request.setHeader("Authorization", "Bearer \(token.text.value)")
    }

    package func renew(after refused: WebRequest, mayAsk: Bool) async throws(SluiceError) -> Renewal {
        let used = refused.headers.first { $0.name == "Authorization" }.map { SecretText(String($0.value.dropFirst("Bearer ".count))) }
        guard let token = try await validToken(instead: used, mayAsk: mayAsk), token.text != used else { return .none }
        return token.isNew ? .asked : .taken
    }

    /// - Parameters:
    ///   - refused: A token that is not to be used any more.
    ///   - mayAsk: Whether the token endpoint is asked where there is no other.
    /// - Returns: A token, and whether it was asked for now; nil where there is none, and none may be asked for.
    private func validToken(instead refused: SecretText?, mayAsk: Bool) async throws(SluiceError) -> (text: SecretText, isNew: Bool)? {
        if let current = current(instead: refused) { return (current, false) }
        return try await gate.run { () async throws(SluiceError) in
            if let current = current(instead: refused) { return (current, false) }
            guard case .refreshToken(let vault) = settings.grant else { return mayAsk ? (try await fetch(), true) : nil }
            let lock = try await vault.lock()
            defer { withExtendedLifetime(lock) {} }
            // Read under the lock: another process may have been given new ones.
            let kept = try vault.read()
            if let access = kept.access, access.text != refused, access.renewAtMicros > pacing.wall.nowMicros() {
                return (use(access), false)
            }
            return mayAsk ? (try await refresh(kept, vault), true) : nil
        }
    }

    private func current(instead refused: SecretText?) -> SecretText? {
        let now = pacing.now()
        return token.withLock { token in token.flatMap { $0.renewAt > now && $0.text != refused ? $0.text : nil } }
    }

    private var form: [(String, String)] {
        var form = [("client_id", settings.clientID)]
        if let secret = settings.clientSecret { form.append(("client_secret", secret.value)) }
        if let scope = settings.scope { form.append(("scope", scope)) }
        return form
    }

    private func fetch() async throws(SluiceError) -> SecretText {
        guard case .assertion(let assertion) = settings.grant else {
            return use(access(try await ask(form + [("grant_type", "client_credentials")])))
        }
        let signed = try assertion.signed(nowMicros: pacing.wall.nowMicros())
        onSecret(signed.value)
        return use(access(try await ask([("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), ("assertion", signed.value)])))
    }

    private func refresh(_ old: KeptTokens, _ vault: any TokenVault) async throws(SluiceError) -> SecretText {
        let answer = try await ask(form + [("grant_type", "refresh_token"), ("refresh_token", old.refresh.value)])
        let access = access(answer)
        var tokens = KeptTokens(refresh: old.refresh, access: access)
        if let rotated = answer["refresh_token"]?.string, rotated != old.refresh.value {
            onSecret(rotated)
            tokens.refresh = SecretText(rotated)
        }
        // Kept before the access token is used: a crash between the two must not lose the only one that is valid.
        try vault.keep(tokens, insteadOf: old)
        return use(access)
    }

    private func ask(_ form: [(String, String)]) async throws(SluiceError) -> JSONNode {
        // Asking again harms nobody: where a refresh token was spent by an answer that was lost, the next run would ask with it, too.
        let (node, shown) = try await endpoint.ask(form, isRepeatable: true, refused: refused)
        guard node["access_token"]?.string != nil else {
            throw SluiceError(.serviceFailed, "\(shown) answered with no access_token", remedy: "check the address of the token endpoint")
        }
        return node
    }

    /// What to do where the service takes the grant no more.
    private var refused: String {
        switch settings.grant {
        case .refreshToken:
            "the refresh token has ended, or another program has used it: give a new one with `connections add`, by --secret or --login"
        case .assertion: "check the user, the private key, and the clock of this machine"
        case .clientCredentials: "check the connection's credentials"
        }
    }

    private func access(_ answer: JSONNode) -> AccessToken {
        let text = answer["access_token"]?.string ?? ""
        onSecret(text)
        let life =
            answer["expires_in"]?.integer.map { Duration.seconds(min(max(1, $0), HTTPLimits.longestTokenSeconds)) } ?? HTTPLimits.tokenLife
        let good = (life - min(HTTPLimits.tokenMargin, life / 2)).components
        let micros = good.seconds * 1_000_000 + good.attoseconds / 1_000_000_000_000
        return AccessToken(text: SecretText(text), renewAtMicros: pacing.wall.nowMicros() + micros)
    }

    private func use(_ access: AccessToken) -> SecretText {
        onSecret(access.text.value)
        let left = Duration.microseconds(access.renewAtMicros - pacing.wall.nowMicros())
        token.withLock { $0 = Token(text: access.text, renewAt: pacing.now() + left) }
        return access.text
    }
}
