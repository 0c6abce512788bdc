package import SluiceCore

/// How tokens are asked for (RFC 6749).
package struct OAuthSettings: Sendable {
    /// What a token is given for.
    package enum Grant: Sendable {
        case clientCredentials
        /// The refresh token is in a vault, because some services give a new one each time and take back the old.
        case refreshToken(any TokenVault)
        /// A signed statement takes the place of a password; neither id nor secret of the client goes along.
        case assertion(JWTAssertion)
    }

    package var tokenAddress: WebAddress
    package var clientID: String
    package var clientSecret: SecretText?
    package var scope: String?
    package var grant: Grant

    package init(tokenAddress: WebAddress, clientID: String, clientSecret: SecretText?, scope: String? = nil, grant: Grant) {
        self.tokenAddress = tokenAddress
        self.clientID = clientID
        self.clientSecret = clientSecret
        self.scope = scope
        self.grant = grant
    }
}

/// Where a refresh token is kept between processes.
package protocol TokenVault: Sendable {
    /// Held while a token is refreshed: nobody else refreshes the same credential meanwhile. It ends with its last reference.
    func lock() async throws(SluiceError) -> any Sendable
    func read() throws(SluiceError) -> SecretText
    /// Durable on return.
    func keep(_ token: SecretText) throws(SluiceError)
}
