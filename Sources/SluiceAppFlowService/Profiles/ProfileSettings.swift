import SluiceCatalog
import SluiceCore
import SluiceJSON
import SluicePipelines
import SluiceSaaS
import SluiceServer

/// What a connector profile says, as settings of a connection.
struct ProfileSettings: Sendable {
    /// The service's address in place of its own.
    var address: String?
    /// By the names of the service's declaration.
    var values: [String: String] = [:]

    /// - Parameters:
    ///   - config: `connectorProfileConfig`.
    ///   - secret: The value of a secret of the state; nil where there is none.
    /// - Throws: `ValidationException` for what is missing or cannot act, `ConnectorAuthenticationException` for a secret that is not there.
    init(_ config: WireValue, of service: ConnectedService, secret: (String) throws -> String?) throws {
        let member = service.kind.member
        guard let properties = config["connectorProfileProperties"]?[member] else {
            throw Faults.invalid("connectorProfileProperties must have \(member) for the connector type \(service.kind.type).")
        }
        let credentials = config["connectorProfileCredentials"]?[member] ?? .object([])
        address = properties["instanceUrl"]?.string
        switch service.kind.type {
        case "Salesforce": try salesforce(properties, credentials, secret)
        case "Slack":
            try refuseCode(credentials)
            take(["accessToken": "token"], credentials)
        case "Servicenow":
            take(["username": "user", "password": "password"], credentials)
            if let oauth = credentials["oAuth2Credentials"] { try self.oauth(oauth) }
        case "Marketo":
            try refuseCode(credentials)
            take(["clientId": "client_id", "clientSecret": "client_secret"], credentials)
        case "Zendesk":
            try refuseCode(credentials)
            // The token that is there, or one that the client's id and secret ask for.
            let hasToken = credentials["accessToken"] != nil
            take(hasToken ? ["accessToken": "access_token"] : ["clientId": "client_id", "clientSecret": "client_secret"], credentials)
        default: try custom(properties, credentials, service.declaration)
        }
    }

    private mutating func take(_ names: KeyValuePairs<String, String>, _ credentials: WireValue) {
        for (name, setting) in names { if let text = credentials[name]?.string { values[setting] = text } }
    }

    private func refuseCode(_ credentials: WireValue) throws(ServiceFault) {
        guard credentials["oAuthRequest"] == nil else {
            throw Faults.invalid(
                "oAuthRequest is not supported: no browser was sent to the service by this port. Log in with `sluice connections add --login`, "
                    + "or give an access token.")
        }
    }

    private mutating func oauth(_ credentials: WireValue) throws(ServiceFault) {
        try refuseCode(credentials)
        take(
            ["clientId": "client_id", "clientSecret": "client_secret", "accessToken": "access_token", "refreshToken": "refresh_token"],
            credentials)
    }

    private mutating func salesforce(_ properties: WireValue, _ credentials: WireValue, _ secret: (String) throws -> String?) throws {
        try refuseCode(credentials)
        for name in ["usePrivateLinkForMetadataAndAuthorization"] where properties[name] == .boolean(true) {
            throw Faults.invalid("\(name) is not supported: this port has no private links.")
        }
        guard credentials["jwtToken"] == nil else {
            throw Faults.invalid("jwtToken is not supported: give an access token, or a client's id and secret by clientCredentialsArn.")
        }
        if properties["isSandboxEnvironment"] == .boolean(true), address == nil {
            throw Faults.invalid("A sandbox environment needs its instanceUrl.")
        }
        take(["accessToken": "access_token"], credentials)
        if let arn = credentials["clientCredentialsArn"]?.string {
            // Only one way to log in is kept, the one that renews itself.
            values["access_token"] = nil
            take(["refreshToken": "refresh_token"], credentials)
            let name = String(arn.split(separator: ":").last ?? "")
            guard let text = try secret(name), let pair = WireValue(json: text), let id = pair["clientId"]?.string,
                let key = pair["clientSecret"]?.string
            else {
                throw Faults.authentication(
                    "There is no secret \(name) with clientId and clientSecret: keep one with `sluice secrets set \(name)`, as "
                        + #"{"clientId": "…", "clientSecret": "…"}."#)
            }
            values["client_id"] = id
            values["client_secret"] = key
        } else if credentials["refreshToken"] != nil {
            throw Faults.invalid("refreshToken needs clientCredentialsArn: the service renews a token for its own client only.")
        }
    }

    /// A registered connector takes the settings of its declaration by their names, and the forms of credentials that mean one of them.
    private mutating func custom(_ properties: WireValue, _ credentials: WireValue, _ declaration: ServiceDeclaration) throws(ServiceFault)
    {
        guard properties["oAuth2Properties"] == nil else {
            throw Faults.invalid("oAuth2Properties is not supported: the connector \(declaration.name) knows where its tokens come from.")
        }
        values = properties["profileProperties"]?.textMap ?? [:]
        // Properties are told to whoever describes the profile.
        if let secret = declaration.settings.first(where: { $0.isSecret && values[$0.name] != nil }) {
            throw Faults.invalid("\(secret.name) is secret: give it in connectorProfileCredentials, and not in profileProperties.")
        }
        address = values.removeValue(forKey: "instanceUrl")
        switch credentials["authenticationType"]?.string {
        case "BASIC": take(["username": "user", "password": "password"], credentials["basic"] ?? .null)
        case "OAUTH2": try oauth(credentials["oauth2"] ?? .null)
        case "APIKEY": take(["apiKey": "api_key"], credentials["apiKey"] ?? .null)
        case "CUSTOM": values.merge(credentials["custom"]?["credentialsMap"]?.textMap ?? [:]) { $1 }
        default: break
        }
    }

    /// Those that are secret, and those that everybody may see.
    func parted(_ declaration: ServiceDeclaration) -> (settings: [String: String], secrets: [String: String]) {
        let secret = Set(declaration.settings.filter(\.isSecret).map(\.name))
        return (values.filter { !secret.contains($0.key) }, values.filter { secret.contains($0.key) })
    }
}
