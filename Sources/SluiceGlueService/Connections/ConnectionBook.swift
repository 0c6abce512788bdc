import SluiceCatalog
import SluiceConnectors
import SluiceCore
import SluiceCrawler
import SluicePipelines
import SluiceSaaS
import SluiceServer

/// The connections of the state directory, as clients keep and use them.
struct ConnectionBook: Sendable {
    private static let kind = "glue-connection"

    private let home: GlueHome
    private let store: ConnectionStore

    init(_ call: GlueCall) {
        home = call.context
        store = ConnectionStore(call.context.catalog)
    }

    /// - Throws: `EntityNotFoundException`.
    func find(_ name: String) throws -> ConnectionRecord {
        guard let stored = try home.catalog.connection(name) else { throw Faults.missing("Connection \(name) not found.") }
        return ConnectionRecord(stored, try home.catalog.document(Self.kind, name))
    }

    /// By name.
    func all() throws -> [ConnectionRecord] {
        let documents = Dictionary(try home.catalog.documents(Self.kind).map { ($0.name, $0) }, uniquingKeysWith: { $1 })
        return try home.catalog.connections().map { ConnectionRecord($0, documents[$0.name]) }
    }

    /// Keeps a connection, in place of one of its name.
    ///
    /// - Throws: `InvalidInputException` for settings that the connector does not take, or that it lacks.
    func keep(_ given: GivenConnection) throws {
        try given.check()
        _ = try store.set(
            given.name, connector: given.kind.connector, settings: given.settings, secrets: given.secrets, address: given.address)
        try Documents.put(Self.kind, given.name, home.catalog) { $0 = given.document }
    }

    /// What takes the place of a connection: credentials that it does not give stay as they are, as no client is told them.
    func completed(_ given: GivenConnection, from known: ConnectionRecord) throws -> GivenConnection {
        guard given.secrets.isEmpty, known.stored.connector == given.kind.connector else { return given }
        var completed = given
        completed.secrets = try store.values(of: known.stored).filter { known.stored.settings[$0.key] == nil }
        return completed
    }

    /// - Throws: `EntityNotFoundException`.
    func remove(_ name: String) throws {
        _ = try find(name)
        try store.remove(name)
        _ = try home.catalog.removeDocument(Self.kind, name)
        try Tags.forget("connection/" + name, home.catalog)
    }

    /// As `remove`, with the error that a batch tells.
    func forget(_ name: String) throws(ServiceFault) {
        do {
            try remove(name)
        } catch let error as ServiceFault {
            throw error
        } catch {
            throw ServiceFault(500, "InternalServiceException", ConnectionFaults.told(error))
        }
    }

    /// Keeps what came of asking the other side.
    ///
    /// - Parameter failure: Nil: it has answered.
    func note(_ failure: String?, of name: String) throws {
        let now = home.catalog.clock.nowMicros()
        try Documents.put(Self.kind, name, home.catalog) { value in
            let kept = (value?.members ?? []).filter { $0.name != "failure" && $0.name != "validated" }
            value = .object(kept + [.init("validated", .integer(now))] + (failure.map { [.init("failure", .text($0))] } ?? []))
        }
    }

    // MARK: Use

    /// The declaration of a connection's service; nil for a database.
    ///
    /// - Throws: `InvalidInputException` for a connector that only files of the user declare.
    func declaration(_ record: ConnectionRecord) throws -> ServiceDeclaration? {
        if record.engine != nil { return nil }
        if let found = EmbeddedDeclarations.named(record.stored.connector) { return found }
        throw Faults.invalid(
            "Connection \(record.stored.name) is one of the connector \(record.stored.connector), which this server does not know.")
    }

    /// - Throws: `InvalidInputException` for a connection to a database.
    func session(_ name: String) throws -> ServiceSession {
        let record = try find(name)
        guard let declaration = try declaration(record) else {
            throw Faults.invalid("Connection \(name) is one to a database, whose tables `sluice crawl` lists and pipelines read.")
        }
        return try store.session(name, of: declaration)
    }

    func check(_ record: ConnectionRecord) async throws {
        let declaration = try declaration(record)
        let check = ConnectionCheck(store, home.surroundings.connectors, try TableReading(home).context("connection").connection)
        _ = try await check.run(record.stored, declaration)
    }

    /// Asks with credentials that are not kept.
    ///
    /// - Throws: `InvalidInputException` for a database, which is reached by the name of its connection.
    func check(_ given: GivenConnection) async throws {
        guard case .service(let declaration) = given.kind else {
            throw Faults.invalid("A connection to a database is tested once it is made: give its ConnectionName.")
        }
        var around = ServiceSession.Surroundings()
        around.address = given.address
        around.onSecret = { KnownSecrets.add($0) }
        // A refresh token that the service changes would be lost.
        let values = given.settings.merging(given.secrets) { $1 }
        try await ServiceSession(declaration, values, around).check()
    }
}
