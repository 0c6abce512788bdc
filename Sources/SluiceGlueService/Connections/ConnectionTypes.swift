import SluiceSaaS
import SluiceServer

/// Types of connections: the connectors of the house that clients can name.
enum ConnectionTypes {
    static let operations: [GlueOperation] = [
        GlueOperation("ListConnectionTypes") { call in
            var input = try call.members()
            let limit = try input.integer("MaxResults", 1...100) ?? GlueLimits.page
            let last = try ListToken.last(&input, "connection-types")
            try input.finish()
            let (page, token) = PageToken.page(ConnectionKind.types, after: last, limit: limit, "connection-types", name: \.self)
            return .value(.structure(["ConnectionTypes": .list(try page.map(brief)), "NextToken": token]))
        },
        GlueOperation("DescribeConnectionType") { call in
            var input = try call.members()
            let type = try input.requiredText("ConnectionType", Rules.name)
            try input.finish()
            return .value(try description(type))
        },
    ]

    private static func brief(_ type: String) throws -> WireValue {
        let kind = try ConnectionKind(type)
        return .structure([
            "ConnectionType": .text(type), "DisplayName": .text(type), "Description": .text(summary(kind)),
            "Categories": .texts([isDatabase(kind) ? "Database" : "SaaS"]), "Capabilities": capabilities(kind),
        ])
    }

    private static func isDatabase(_ kind: ConnectionKind) -> Bool { if case .database = kind { true } else { false } }

    private static func summary(_ kind: ConnectionKind) -> String {
        switch kind {
        case .service(let declaration): declaration.summary
        case .database: "A PostgreSQL database, or one of Redshift by its address."
        }
    }

    private static func capabilities(_ kind: ConnectionKind) -> WireValue {
        var operations = ["READ"]
        switch kind {
        case .service(let declaration):
            if declaration.entities.contains(where: { !$0.takenWrites.isEmpty }) { operations.append("WRITE") }
        case .database: operations.append("WRITE")
        }
        return .structure([
            "SupportedAuthenticationTypes": .texts(kind.authentications), "SupportedDataOperations": .texts(operations),
            "SupportedComputeEnvironments": .list([]),
        ])
    }

    private static func description(_ type: String) throws -> WireValue {
        let kind = try ConnectionKind(type)
        var properties: [WireValue]
        var authentication: [WireValue.Member] = [
            .init(
                "AuthenticationType",
                property("AuthenticationType", "How the other side is told who asks.", isRequired: true, values: kind.authentications))
        ]
        switch kind {
        case .service(let declaration):
            properties = [property("INSTANCE_URL", "The service's address, in place of its own.", isRequired: false)]
            properties += declaration.settings.filter { !$0.isSecret }.map { setting in
                property(setting.name.uppercased(), setting.description, isRequired: !setting.isOptional)
            }
            authentication += credentials(declaration)
        case .database:
            let place =
                type == "JDBC"
                ? [
                    ("JDBC_CONNECTION_URL", "jdbc:postgresql://HOST:PORT/DATABASE, or of redshift", true),
                    ("JDBC_ENFORCE_SSL", "true or false", false),
                ]
                : [("HOST", "Where the server is.", true), ("PORT", "5432 when absent.", false), ("DATABASE", "The database.", true)]
            properties = (place + [("USERNAME", "The user.", false)]).map { property($0.0, $0.1, isRequired: $0.2) }
            properties.append(property("PASSWORD", "The user's password.", isRequired: false, isSecret: true))
            authentication.append(.init("BasicAuthenticationProperties", map(basic)))
        }
        return .structure([
            "ConnectionType": .text(type), "Description": .text(summary(kind)), "Capabilities": capabilities(kind),
            "ConnectionProperties": map(properties), "ConnectionOptions": .object([]),
            "AuthenticationConfiguration": .object(authentication), "ComputeEnvironmentConfigurations": .object([]),
        ])
    }

    private static var basic: [WireValue] {
        [
            property("Username", "The user's name.", isRequired: true),
            property("Password", "The user's password.", isRequired: true, isSecret: true),
        ]
    }

    private static func credentials(_ declaration: ServiceDeclaration) -> [WireValue.Member] {
        var members: [WireValue.Member] = []
        if declaration.basic != nil { members.append(.init("BasicAuthenticationProperties", map(basic))) }
        if declaration.hasOAuth {
            let properties = [
                property(
                    "OAuth2GrantType", "How a token is got.", isRequired: true, values: ["CLIENT_CREDENTIALS", "REFRESH_TOKEN"]),
                property("UserManagedClientApplicationClientId", "The application's id.", isRequired: false),
                property("UserManagedClientApplicationClientSecret", "The application's secret.", isRequired: false, isSecret: true),
                property("RefreshToken", "A refresh token.", isRequired: false, isSecret: true),
                property("AccessToken", "An access token.", isRequired: false, isSecret: true),
            ]
            members.append(.init("OAuth2Properties", map(properties)))
        }
        let settings = declaration.settings.map { setting in
            property(setting.name, setting.description, isRequired: !setting.isOptional, isSecret: setting.isSecret)
        }
        return members + [.init("CustomAuthenticationProperties", map(settings))]
    }

    private static func property(
        _ name: String, _ description: String, isRequired: Bool, isSecret: Bool = false, values: [String]? = nil
    ) -> WireValue {
        .structure([
            "Name": .text(name), "Description": .text(description), "Required": .boolean(isRequired),
            "PropertyTypes": .texts([isSecret ? "SECRET" : "USER_INPUT"]),
            "AllowedValues": values.map { .list($0.map { .structure(["Value": .text($0)]) }) },
        ])
    }

    /// Properties by their names.
    private static func map(_ properties: [WireValue]) -> WireValue {
        .object(properties.map { .init($0["Name"]?.string ?? "", $0) })
    }
}
