import SluiceCore
import SluiceHTTP

/// Chooses how a connection proves who asks: the first declared way whose settings it has.
struct Logins {
    private let declaration: ServiceDeclaration
    private let values: [String: String]
    private let address: WebAddress
    private let around: ServiceSession.Surroundings

    init(
        _ declaration: ServiceDeclaration, _ values: [String: String], _ address: WebAddress, _ around: ServiceSession.Surroundings
    ) {
        self.declaration = declaration
        self.values = values
        self.address = address
        self.around = around
    }

    /// - Throws: `noCredentials` where the connection has what no way needs.
    func authenticator() throws(SluiceError) -> any Authenticator {
        if declaration.logins.isEmpty { return FixedCredentials.none }
        for login in declaration.logins { if let found = try authenticator(login) { return found } }
        throw SluiceError(
            .noCredentials, "the connection has no credentials of \(declaration.name)",
            remedy: "see which it takes: sluice connectors \(declaration.name)")
    }

    private func authenticator(_ login: ServiceDeclaration.Login) throws(SluiceError) -> (any Authenticator)? {
        switch login {
        case .none: return FixedCredentials.none
        case .basic(let user, let password):
            guard let user = user.filled(values), let password = password.filled(values) else { return nil }
            return FixedCredentials.basic(user: user, password: SecretText(password))
        case .bearer(let token): return token.filled(values).map { FixedCredentials.bearer(SecretText($0)) }
        case .header(let name, let value): return value.filled(values).map { FixedCredentials.header(name: name, SecretText($0)) }
        case .parameter(let name, let value):
            return value.filled(values).map { FixedCredentials.parameter(name: name, SecretText($0)) }
        case .clientCredentials(let token, let id, let secret, let scope):
            return try oauth(token, id, secret, scope, .clientCredentials)
        case .refreshToken(let token, let id, let secret, let setting):
            guard values[setting] != nil, let vault = around.vault?(setting) else { return nil }
            return try oauth(token, id, secret, nil, .refreshToken(vault))
        }
    }

    private func oauth(
        _ token: TemplateText, _ id: TemplateText, _ secret: TemplateText, _ scope: String?, _ grant: OAuthSettings.Grant
    ) throws(SluiceError) -> (any Authenticator)? {
        guard let place = token.filled(values, encode: { PercentText.encode($0) }), let id = id.filled(values),
            let secret = secret.filled(values)
        else { return nil }
        let tokenAddress = place.hasPrefix("/") ? address.appending(path: place) : try WebAddress(parsing: place)
        let settings = OAuthSettings(tokenAddress: tokenAddress, clientID: id, clientSecret: SecretText(secret), scope: scope, grant: grant)
        return OAuthAuthenticator(settings, transport: around.transport, pacing: around.pacing, onSecret: around.onSecret)
    }
}
