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
        case .refreshToken(let token, let id, let secret, let setting, _):
            guard values[setting] != nil, let vault = around.vault?(setting) else { return nil }
            return try oauth(token, id, secret, nil, .refreshToken(vault), needsSecret: false)
        case .assertion(let token, let id, let user, let audience, let key):
            guard let issuer = id.filled(values), let user = user.filled(values), let audience = audience.filled(values),
                let key = key.filled(values)
            else { return nil }
            let assertion = JWTAssertion(issuer: issuer, subject: user, audience: audience, key: SecretText(key))
            return try oauth(token, id, nil, nil, .assertion(assertion), needsSecret: false)
        }
    }

    /// Where people log in, and the setting that keeps what they get.
    ///
    /// - Throws: `invalidOption` for a service without such a login, or a connection without a client's id.
    func browser() throws(SluiceError) -> (service: LoopbackLogin.Service, setting: String) {
        for case .refreshToken(let token, let id, let secret, let setting, let browser?) in declaration.logins {
            guard let client = id.filled(values), let token = try place(token), let authorize = try place(browser.authorize) else {
                throw SluiceError(
                    .missingKey, "a login needs the id of the application that asks for it",
                    remedy: "add it: --set \(id.names.first ?? "client_id")=…")
            }
            let secret = secret?.filled(values).map { SecretText($0) }
            return (
                LoopbackLogin.Service(authorize: authorize, token: token, clientID: client, clientSecret: secret, scope: browser.scope),
                setting
            )
        }
        throw SluiceError(
            .invalidOption, "\(declaration.name) has no login in a browser", remedy: "give its credentials with --set and --secret")
    }

    /// An endpoint: an address, or a path of the service.
    private func place(_ endpoint: TemplateText) throws(SluiceError) -> WebAddress? {
        guard let place = endpoint.filled(values, encode: { PercentText.encode($0) }) else { return nil }
        return place.hasPrefix("/") ? address.appending(path: place) : try WebAddress(parsing: place)
    }

    private func oauth(
        _ token: TemplateText, _ id: TemplateText, _ secret: TemplateText?, _ scope: String?, _ grant: OAuthSettings.Grant,
        needsSecret: Bool = true
    ) throws(SluiceError) -> (any Authenticator)? {
        guard let tokenAddress = try place(token), let id = id.filled(values) else { return nil }
        let secret = secret?.filled(values)
        guard secret != nil || !needsSecret else { return nil }
        let settings = OAuthSettings(
            tokenAddress: tokenAddress, clientID: id, clientSecret: secret.map { SecretText($0) }, scope: scope, grant: grant)
        return OAuthAuthenticator(settings, transport: around.transport, pacing: around.pacing, onSecret: around.onSecret)
    }
}
