import SluiceSaaS
import SluiceServer

extension InputReader {
    /// The member `ConnectionInput`, or `TestConnectionInput`, which has no name.
    mutating func connection(_ member: String = "ConnectionInput") throws(ServiceFault) -> GivenConnection? {
        let isNamed = member == "ConnectionInput"
        return try structure(member) { input throws(ServiceFault) in
            let without = "connections are of the server's own machine"
            try input.refuse([
                "PhysicalConnectionRequirements": "there are no subnets: a service is reached from where the server runs",
                "SparkProperties": without, "AthenaProperties": without, "PythonProperties": without,
                "ValidateForComputeEnvironments": without,
            ])
            let type = try input.requiredText("ConnectionType", Rules.name)
            var given = GivenConnection(
                name: isNamed ? try input.requiredText("Name", Rules.name) : "", type: type, kind: try ConnectionKind(type),
                description: try input.text("Description", Rules.description),
                criteria: try input.texts("MatchCriteria", count: 0...10, Rules.name) ?? [], properties: [:])
            given.validates = try input.boolean("ValidateCredentials") ?? false
            let properties = try input.secretMap("ConnectionProperties", count: 100, characters: 1_024)
            if properties == nil { input.missing("ConnectionProperties") }
            given.authentication = try input.authentication(&given)
            switch given.kind {
            case .service(let declaration): try given.take(properties ?? [:], of: declaration)
            case .database: try given.takeDatabase(properties ?? [:])
            }
            return given
        }
    }

    /// A text that no message may quote.
    private mutating func secret(_ name: String, characters: Int) throws(ServiceFault) -> String? {
        guard let text = try text(name) else { return nil }
        guard (1...characters).contains(text.unicodeScalars.count) else {
            throw Faults.invalid("\(name) has 1 to \(characters) characters.")
        }
        return text
    }

    /// A map whose values no message may quote.
    private mutating func secretMap(_ name: String, count: Int, characters: Int) throws(ServiceFault) -> [String: String]? {
        guard let map = try map(name, count: 0...count, key: TextRule(length: 1...128), value: TextRule()) else { return nil }
        for (key, value) in map.sorted(by: { $0.key < $1.key }) where !(1...characters).contains(value.unicodeScalars.count) {
            throw Faults.invalid("\(key) of \(name) has 1 to \(characters) characters.")
        }
        return map
    }

    /// The member `AuthenticationConfiguration`: its credentials become settings.
    ///
    /// - Returns: What answers tell of it.
    private mutating func authentication(_ given: inout GivenConnection) throws(ServiceFault) -> WireValue? {
        var taken = given
        let told = try structure("AuthenticationConfiguration") { input throws(ServiceFault) -> WireValue in
            try input.refuse([
                "SecretArn": "there is no Secrets Manager: give the credentials themselves, which are kept encrypted",
                "KmsKeyArn": "credentials are encrypted with the key of the state directory",
            ])
            let type = try input.requiredText("AuthenticationType", TextRule(values: taken.kind.authentications))
            var oauth: WireValue?
            switch type {
            case "BASIC": try input.basic(&taken)
            case "OAUTH2":
                oauth = try input.structure("OAuth2Properties") { input throws(ServiceFault) in try input.oauth(&taken) }
                if oauth == nil { input.missing("OAuth2Properties") }
            default: try input.custom(&taken)
            }
            return .structure(["AuthenticationType": .text(type), "OAuth2Properties": oauth])
        }
        given = taken
        return told
    }

    private mutating func basic(_ given: inout GivenConnection) throws(ServiceFault) {
        var taken = given
        let isThere = try structure("BasicAuthenticationCredentials") { input throws(ServiceFault) -> Bool in
            let user = try input.secret("Username", characters: 512)
            let password = try input.secret("Password", characters: 512)
            switch taken.kind {
            case .service(let declaration):
                guard let names = declaration.basic else { return false }
                taken.settings[names.user] = user
                taken.secrets[names.password] = password
            case .database:
                taken.settings["USERNAME"] = user
                taken.secrets["password"] = password
            }
            return true
        }
        if isThere == nil { missing("BasicAuthenticationCredentials") }
        given = taken
    }

    private mutating func custom(_ given: inout GivenConnection) throws(ServiceFault) {
        guard case .service(let declaration) = given.kind else { return }
        guard let credentials = try secretMap("CustomAuthenticationCredentials", count: 100, characters: 16_384) else {
            return missing("CustomAuthenticationCredentials")
        }
        for (name, value) in credentials {
            guard let setting = declaration.settings.first(where: { $0.name == name }) else {
                throw Faults.invalid(
                    "CustomAuthenticationCredentials of \(given.type) have no \(name); they are "
                        + declaration.settings.map(\.name).joined(separator: ", ") + ".")
            }
            if setting.isSecret { given.secrets[name] = value } else { given.settings[name] = value }
        }
    }

    private mutating func oauth(_ given: inout GivenConnection) throws(ServiceFault) -> WireValue {
        guard case .service(let declaration) = given.kind else { return .object([]) }
        try refuse([
            "AuthorizationCodeProperties": "log in with `sluice connections add NAME CONNECTOR --login`, and give the refresh token",
            "TokenUrlParametersMap": "the connector knows what its service asks for",
        ])
        let grant = try requiredText("OAuth2GrantType", TextRule(values: ["CLIENT_CREDENTIALS", "REFRESH_TOKEN", "AUTHORIZATION_CODE"]))
        let tokens = try text("TokenUrl", Rules.location)
        if let tokens, !declaration.hasTokens(at: tokens) {
            throw Faults.invalid("TokenUrl \(tokens) is none of \(declaration.name): the connector knows the address.")
        }
        let client =
            try structure("OAuth2ClientApplication") { input throws(ServiceFault) -> String? in
                try input.refuse(["AWSManagedClientApplicationReference": "give the id of an application of your own"])
                return try input.text("UserManagedClientApplicationClientId", Rules.location)
            } ?? nil
        var taken = given
        taken.settings["client_id"] = client
        _ = try structure("OAuth2Credentials") { input throws(ServiceFault) in
            try input.refuse(["JwtToken": "give client_id, user and private_key as CUSTOM credentials: the connector signs tokens"])
            let secret = try input.secret("UserManagedClientApplicationClientSecret", characters: 512)
            taken.secrets["client_secret"] = secret
            taken.secrets["refresh_token"] = try input.secret("RefreshToken", characters: 4_096)
            if let name = declaration.accessToken { taken.secrets[name] = try input.secret("AccessToken", characters: 4_096) }
        }
        given = taken
        return .structure([
            "OAuth2GrantType": .text(grant), "TokenUrl": tokens.map { .text($0) },
            "OAuth2ClientApplication": client.map { .structure(["UserManagedClientApplicationClientId": .text($0)]) },
        ])
    }
}

extension ServiceDeclaration {
    /// Whether an address ends as one does where the service gives tokens.
    fileprivate func hasTokens(at address: String) -> Bool {
        logins.contains { login in
            switch login {
            case .clientCredentials(let token, _, _, _), .refreshToken(let token, _, _, _, _), .assertion(let token, _, _, _, _):
                token.filled([:]).map { address.hasSuffix($0) } ?? false
            default: false
            }
        }
    }
}
