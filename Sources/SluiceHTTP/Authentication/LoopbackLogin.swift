package import SluiceCore
import SluiceJSON
import SluiceLoopback
import Synchronization

/// Listens on the loopback address for the end of a login in a browser, and takes the tokens that it is good for.
package struct LoopbackLogin: Sendable {
    /// Where a service lets people log in.
    package struct Service: Sendable {
        package var authorize: WebAddress
        package var token: WebAddress
        package var clientID: String
        package var clientSecret: SecretText?
        package var scope: String?

        package init(authorize: WebAddress, token: WebAddress, clientID: String, clientSecret: SecretText?, scope: String?) {
            self.authorize = authorize
            self.token = token
            self.clientID = clientID
            self.clientSecret = clientSecret
            self.scope = scope
        }
    }

    private let service: Service
    private let transport: any WebTransport
    private let pacing: Pacing

    package init(_ service: Service, transport: any WebTransport = PooledTransport(), pacing: Pacing = .system) {
        self.service = service
        self.transport = transport
        self.pacing = pacing
    }

    /// Waits until somebody has logged in.
    ///
    /// - Parameter show: Takes the address that is to be opened in a browser.
    /// - Returns: The refresh token.
    /// - Throws: `credentialsRefused` where the service or the person says no; `timedOut` after `HTTPLimits.loginSeconds`; `interrupted`.
    package func refreshToken(show: @Sendable (WebAddress) -> Void) async throws(SluiceError) -> SecretText {
        let arrival = LoginArrival()
        let receiver: HTTPReceiver
        do {
            let limits = HTTPReceiver.Limits(
                bodyBytes: HTTPLimits.loginBytes, connections: HTTPLimits.loginConnections,
                requestSeconds: HTTPLimits.loginRequestSeconds)
            receiver = try HTTPReceiver(port: 0, limits: limits) { request in arrival.answer(request.target) }
        } catch {
            throw SluiceError(.serviceUnreachable, "no port of the loopback address is free for the end of the login", underlying: error)
        }
        let dialogue = LoginDialogue(port: receiver.port)
        arrival.begin(dialogue)
        show(dialogue.address(service.authorize, clientID: service.clientID, scope: service.scope))
        let code = try await arrived(arrival)
        // The browser has its answer before nobody listens any more.
        await receiver.drain()
        return try await exchange(code, dialogue)
    }

    private func arrived(_ arrival: LoginArrival) async throws(SluiceError) -> SecretText {
        let end = pacing.now() + .seconds(HTTPLimits.loginSeconds)
        while pacing.now() < end {
            switch arrival.outcome {
            case .code(let code)?: return code
            case .refused(let words)?:
                throw SluiceError(.credentialsRefused, "the login was refused: \(words)", remedy: "try again, with an account that may")
            default: break
            }
            do {
                try await pacing.sleep(.milliseconds(50))
            } catch {
                throw SluiceError(.interrupted, "the login was cancelled", underlying: error)
            }
        }
        throw SluiceError(.timedOut, "nobody logged in within \(HTTPLimits.loginSeconds) s", remedy: "begin again")
    }

    private func exchange(_ code: SecretText, _ dialogue: LoginDialogue) async throws(SluiceError) -> SecretText {
        var form = [
            ("grant_type", "authorization_code"), ("code", code.value), ("redirect_uri", dialogue.redirect),
            ("client_id", service.clientID), ("code_verifier", dialogue.verifier.value),
        ]
        if let secret = service.clientSecret { form.append(("client_secret", secret.value)) }
        // A code is good for one use.
        let (node, shown) = try await TokenEndpoint(service.token, transport: transport, pacing: pacing).ask(
            form, isRepeatable: false,
            refused: "begin the login again: its code has ended, was used before, or is of another client")
        guard let token = node["refresh_token"]?.string, !token.isEmpty else {
            throw SluiceError(
                .credentialsRefused, "\(shown) gave no refresh token",
                remedy: "allow the application to refresh tokens (often a scope such as refresh_token or offline_access)")
        }
        return SecretText(token)
    }
}

/// What came to the listener so far.
private final class LoginArrival: Sendable {
    private let state = Mutex<(dialogue: LoginDialogue?, outcome: LoginDialogue.Outcome?)>((nil, nil))

    var outcome: LoginDialogue.Outcome? { state.withLock { $0.outcome } }

    func begin(_ dialogue: LoginDialogue) { state.withLock { $0.dialogue = dialogue } }

    func answer(_ target: String) -> HTTPReceiver.Answer {
        let outcome = state.withLock { state -> LoginDialogue.Outcome in
            let outcome = state.dialogue?.take(target) ?? .foreign
            if outcome != .foreign, state.outcome == nil { state.outcome = outcome }
            return outcome
        }
        let words =
            switch outcome {
            case .code: "You are logged in. This window can be closed."
            case .refused: "The login was refused. This window can be closed."
            case .foreign: "This is not the end of a login that was begun here."
            }
        let headers = ["Content-Type": "text/plain; charset=utf-8", "Referrer-Policy": "no-referrer"]
        return HTTPReceiver.Answer(outcome == .foreign ? 400 : 200, words + "\n", headers: headers)
    }
}
