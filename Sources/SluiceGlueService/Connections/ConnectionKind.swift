import SluiceConnectors
import SluiceSaaS
import SluiceServer

/// What a connection of a client leads to, by its `ConnectionType`.
enum ConnectionKind: Sendable {
    /// A service with a connector of the house.
    case service(ServiceDeclaration)
    /// A database; of which kind, the address says.
    case database(DatabaseEngine)

    static let databaseTypes = ["JDBC", "POSTGRESQL"]

    /// All types, by name.
    static var types: [String] { (databaseTypes + EmbeddedDeclarations.names.map { $0.uppercased() }).sorted() }

    /// - Throws: `InvalidInputException` for a type without a connector.
    init(_ type: String) throws(ServiceFault) {
        if Self.databaseTypes.contains(type) {
            self = .database(.postgresql)
        } else if type == type.uppercased(), let declaration = EmbeddedDeclarations.named(type.lowercased()) {
            self = .service(declaration)
        } else {
            throw Faults.invalid(
                "ConnectionType \(type) is not supported: there are connectors to \(Self.types.joined(separator: ", ")).")
        }
    }

    var connector: String {
        switch self {
        case .service(let declaration): declaration.name
        case .database(let engine): engine.rawValue
        }
    }

    /// The types of authentication that a connection of the kind may have.
    var authentications: [String] {
        guard case .service(let declaration) = self else { return ["BASIC"] }
        var types: [String] = []
        if declaration.basic != nil { types.append("BASIC") }
        if declaration.hasOAuth { types.append("OAUTH2") }
        return types + ["CUSTOM"]
    }
}

extension ServiceDeclaration {
    /// The settings that are a user's name and password; nil where there is no such login.
    var basic: (user: String, password: String)? {
        for case .basic(let user, let password) in logins {
            if let user = user.names.first, let password = password.names.first { return (user, password) }
        }
        return nil
    }

    var hasOAuth: Bool {
        logins.contains { login in
            switch login {
            case .clientCredentials, .refreshToken, .bearer: true
            default: false
            }
        }
    }

    /// The setting that is an access token: that of a login with a bearer token.
    var accessToken: String? {
        for case .bearer(let token) in logins { if let name = token.names.first { return name } }
        return nil
    }
}
