import Crypto
import SluiceCore
import SluiceJSON

/// A login in a browser: the address that a person opens, and what comes back to this machine (RFC 6749, section 4.1, with RFC 7636 and RFC 8252).
/// Logic only; `LoopbackLogin` listens.
package struct LoginDialogue: Sendable {
    /// What came back.
    package enum Outcome: Hashable, Sendable {
        case code(SecretText)
        /// The service's words.
        case refused(String)
        /// Not the answer to this login: it is passed over.
        case foreign
    }

    /// Random texts: only whoever began the login knows them.
    package let verifier: SecretText
    package let state: String
    package let redirect: String

    /// - Parameter port: Of the loopback address, where the browser is sent to.
    package init(port: Int, random: () -> UInt8 = { .random(in: 0...255) }) {
        verifier = SecretText(Base64URL.encode((0..<48).map { _ in random() }))
        state = Base64URL.encode((0..<24).map { _ in random() })
        redirect = "http://127.0.0.1:\(port)/callback"
    }

    /// What a person opens.
    package func address(_ authorize: WebAddress, clientID: String, scope: String?) -> WebAddress {
        let challenge = Base64URL.encode(Array(SHA256.hash(data: Array(verifier.value.utf8))))
        var parameters = [
            (name: "response_type", value: "code"), (name: "client_id", value: clientID), (name: "redirect_uri", value: redirect),
            (name: "state", value: state), (name: "code_challenge", value: challenge), (name: "code_challenge_method", value: "S256"),
        ]
        if let scope { parameters.append((name: "scope", value: scope)) }
        return authorize.adding(parameters)
    }

    /// - Parameter target: Path and parameters of a request that came.
    package func take(_ target: String) -> Outcome {
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0] == "/callback" else { return .foreign }
        let parameters = FormText.decode(String(parts[1]))
        func value(_ name: String) -> String? { parameters.first { $0.name == name }?.value }
        guard let found = value("state"), Self.isEqual(found, state) else { return .foreign }
        if let code = value("code"), !code.isEmpty { return .code(SecretText(code)) }
        return .refused([value("error"), value("error_description")].compactMap(\.self).joined(separator: ": ").prefix(200).description)
    }

    /// In a time that does not depend on where texts differ.
    private static func isEqual(_ a: String, _ b: String) -> Bool {
        guard a.utf8.count == b.utf8.count else { return false }
        return zip(a.utf8, b.utf8).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
