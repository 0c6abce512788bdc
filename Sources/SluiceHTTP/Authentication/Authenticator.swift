package import SluiceCore

/// Puts the credentials of a connection on requests.
package protocol Authenticator: Sendable {
    /// Called before every attempt, so that a credential that ended meanwhile is renewed first.
    func authorize(_ request: inout WebRequest) async throws(SluiceError)

    /// The service did not accept what the request had.
    ///
    /// - Parameter mayAsk: Whether a new credential may be asked for, where nobody else has renewed it meanwhile.
    func renew(after refused: WebRequest, mayAsk: Bool) async throws(SluiceError) -> Renewal
}

/// What another attempt has in place of a credential that was refused.
package enum Renewal: Sendable {
    /// Nothing else.
    case none
    /// What another task or process was given meanwhile.
    case taken
    /// What was asked for now.
    case asked
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

    package func renew(after refused: WebRequest, mayAsk: Bool) async throws(SluiceError) -> Renewal { .none }
}
