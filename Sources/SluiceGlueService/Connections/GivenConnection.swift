import SluiceCatalog
import SluiceConnectors
import SluiceCore
import SluiceSaaS
import SluiceServer

/// A connection as a request describes it, taken apart into what everybody may see and what nobody may.
struct GivenConnection: Sendable {
    var name: String
    var type: String
    var kind: ConnectionKind
    var description: String?
    var criteria: [String]
    /// Those of the request, without secret ones.
    var properties: [String: String]
    /// The connector's settings that are no secrets.
    var settings: [String: String] = [:]
    var secrets: [String: String] = [:]
    /// In place of the service's own.
    var address: String?
    /// As answers tell it; nil for a connection whose credentials are properties.
    var authentication: WireValue?
    var validates = false

    /// - Throws: `invalidOption` and `missingKey` for settings that the connector does not take, or that it lacks.
    func check() throws(SluiceError) {
        for secret in secrets.values { KnownSecrets.add(secret) }
        guard case .service(let declaration) = kind else {
            if case .database(let engine) = kind { try engine.check(settings.merging(secrets) { $1 }) }
            return
        }
        var around = ServiceSession.Surroundings()
        around.address = address
        around.vault = { _ in UnusedVault() }
        _ = try ServiceSession(declaration, settings.merging(secrets) { $1 }, around)
    }

    /// What the catalog keeps beside the connection itself, for answers.
    var document: WireValue {
        .structure([
            "ConnectionType": .text(type), "Description": description.map { .text($0) }, "MatchCriteria": .texts(criteria),
            "ConnectionProperties": .map(properties), "AuthenticationConfiguration": authentication, "settings": .map(settings),
            "address": address.map { .text($0) },
        ])
    }
}

extension GivenConnection {
    /// Takes the properties of a service's connection.
    mutating func take(_ given: [String: String], of declaration: ServiceDeclaration) throws(ServiceFault) {
        for (key, value) in given.sorted(by: { $0.key < $1.key }) {
            let setting = key.lowercased()
            switch key {
            case "INSTANCE_URL": address = value.hasSuffix("/") ? String(value.dropLast()) : value
            // Nobody needs a role to reach a service from here; it is told again.
            case "ROLE_ARN": break
            default:
                guard let known = declaration.settings.first(where: { $0.name == setting }), key == key.uppercased() else {
                    let names = ["INSTANCE_URL"] + declaration.settings.filter { !$0.isSecret }.map { $0.name.uppercased() }
                    throw Faults.invalid(
                        "ConnectionProperties of \(type) have no \(key); they are \(names.joined(separator: ", ")).")
                }
                guard !known.isSecret else {
                    throw Faults.invalid("\(key) is a secret: give it in the AuthenticationConfiguration, which nobody is told.")
                }
                settings[setting] = value
            }
            properties[key] = value
        }
    }

    /// Takes the properties of a database's connection.
    mutating func takeDatabase(_ given: [String: String]) throws(ServiceFault) {
        let known =
            type == "JDBC"
            ? ["JDBC_CONNECTION_URL", "JDBC_ENFORCE_SSL", "USERNAME", "PASSWORD"] : ["HOST", "PORT", "DATABASE", "USERNAME", "PASSWORD"]
        if let other = given.keys.sorted().first(where: { !known.contains($0) }) {
            throw Faults.invalid("\(other) is not supported: a connection of type \(type) has \(known.joined(separator: ", ")).")
        }
        var place = DatabasePlace()
        if type == "JDBC" {
            guard let url = given["JDBC_CONNECTION_URL"] else { throw Faults.invalid("JDBC_CONNECTION_URL is missing.") }
            place = try DatabasePlace(url: url)
            if let enforced = given["JDBC_ENFORCE_SSL"], enforced.lowercased() == "true", place.mode == nil { place.mode = "require" }
        } else {
            guard let host = given["HOST"], let database = given["DATABASE"] else {
                throw Faults.invalid("HOST and DATABASE say where the database is.")
            }
            (place.host, place.database, place.port) = (host, database, given["PORT"])
        }
        place.user = given["USERNAME"] ?? settings["USERNAME"]
        kind = .database(place.engine)
        settings = try place.settings
        if let password = given["PASSWORD"] { secrets["password"] = password }
        properties = given.filter { $0.key != "PASSWORD" }
    }
}
