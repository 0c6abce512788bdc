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

/// What a token endpoint gave, as it is kept between processes.
package struct KeptTokens: Sendable {
    package var refresh: SecretText
    /// Nil where none was asked for yet.
    package var access: AccessToken?

    package init(refresh: SecretText, access: AccessToken? = nil) {
        self.refresh = refresh
        self.access = access
    }
}

/// A token that requests have, until it is renewed.
package struct AccessToken: Hashable, Sendable {
    package var text: SecretText
    /// From here on it is renewed before it is used; microseconds since 1970.
    package var renewAtMicros: Int64

    package init(text: SecretText, renewAtMicros: Int64) {
        self.text = text
        self.renewAtMicros = renewAtMicros
    }
}

/// Where the tokens of a credential are kept between processes.
package protocol TokenVault: Sendable {
    /// Held while a token is refreshed: nobody else refreshes the same credential meanwhile. It ends with its last reference.
    func lock() async throws(SluiceError) -> any Sendable
    func read() throws(SluiceError) -> KeptTokens
    /// Durable on return. Where somebody has put other credentials in the place of those that were read, these stay.
    func keep(_ tokens: KeptTokens, insteadOf old: KeptTokens) throws(SluiceError)
}
