package import SluiceCore

/// Puts the credentials of a connection on requests.
package protocol Authenticator: Sendable {
    /// Called before every attempt, so that a credential that ended meanwhile is renewed first.
    func authorize(_ request: inout WebRequest) async throws(SluiceError)

    /// The service did not accept what the request had.
    ///
    /// - Returns: Whether another attempt has another credential.
    func renew(after refused: WebRequest) async throws(SluiceError) -> Bool
}

/// Credentials that stay as they are.
package enum FixedCredentials: Authenticator {
    case none
    case header(name: String, SecretText)
    /// A parameter of the address, for services that know nothing better.
    case parameter(name: String, SecretText)
    case basic(user: String, password: SecretText)
    case bearer(SecretText)

    package func authorize(_ request: inout WebRequest) async throws(SluiceError) {
        switch self {
        case .none: break
        case .header(let name, let value): request.setHeader(name, value.value)
        case .parameter(let name, let value): request.address = request.address.adding([(name, value.value)])
        case .basic(let user, let password):
            request.setHeader("Authorization", "Basic " + Base64.encode(Array("\(user):\(password.value)".utf8)))
        case .bearer(let token): request.setHeader("Authorization", "Bearer \(token.value)")
        }
    }

    package func renew(after refused: WebRequest) async throws(SluiceError) -> Bool { false }
}
