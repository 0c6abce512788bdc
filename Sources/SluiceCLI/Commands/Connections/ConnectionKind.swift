import SluiceConnectors
import SluiceCore
import SluiceHTTP
import SluicePipelines
import SluiceSaaS

/// What a connection is to lead to, and what it may say.
enum ConnectionKind {
    case service(ServiceDeclaration)
    case database(DatabaseEngine)
    /// A tap or target: nobody knows which settings it takes.
    case program

    /// - Parameter connector: A connector's name, or a file that declares a service.
    /// - Throws: `notFound` with the nearest name; what is wrong with the file.
    init(_ connector: String) throws {
        if connector == SingerConnector.name {
            self = .program
        } else if let engine = DatabaseEngine(rawValue: connector) {
            self = .database(engine)
        } else {
            self = .service(try ServiceDeclarations.named(connector))
        }
    }

    var connector: String {
        switch self {
        case .service(let declaration): declaration.name
        case .database(let engine): engine.rawValue
        case .program: SingerConnector.name
        }
    }

    var isService: Bool { if case .service = self { true } else { false } }

    func isSecret(_ setting: String) -> Bool {
        switch self {
        case .service(let declaration): declaration.settings.first { $0.name == setting }?.isSecret == true
        case .database(let engine): engine.settings.first { $0.name == setting }?.isSecret == true
        case .program: false
        }
    }

    /// Looks at all settings before anything is kept.
    ///
    /// - Throws: `invalidOption` and `missingKey` for settings that the connector does not take, or that it lacks; `usage`.
    func check(_ settings: [String: String], address: String?) throws {
        switch self {
        case .service(let declaration): _ = try ServiceSession(declaration, settings, Self.surroundings(address))
        case .database(let engine):
            guard address == nil else {
                throw SluiceError(
                    .usage, "--url is the address of a service, and \(engine.rawValue) is a database",
                    remedy: "give --set host=… --set port=… --set database=…")
            }
            try engine.check(settings)
        case .program: break
        }
    }

    /// - Throws: `usage` for what has no login in a browser.
    func browser(_ settings: [String: String], address: String?) throws -> (service: LoopbackLogin.Service, setting: String) {
        guard case .service(let declaration) = self else {
            throw SluiceError(.usage, "\(connector) has no login in a browser", remedy: "give its secrets with --secret")
        }
        return try ServiceSession.browser(declaration, settings, Self.surroundings(address))
    }

    private static func surroundings(_ address: String?) -> ServiceSession.Surroundings {
        var around = ServiceSession.Surroundings()
        around.address = address
        around.vault = { _ in UnusedVault() }
        return around
    }
}
