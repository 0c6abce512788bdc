package import SluiceCatalog
package import SluiceCore
package import SluiceHTTP
package import SluicePipelines
package import SluiceSaaS

/// Asks the other side of a connection for something small, with the connection's credentials.
package struct ConnectionCheck: Sendable {
    private let store: ConnectionStore
    private let connectors: ConnectorRegistry
    private let context: ConnectorContext

    /// - Parameter context: Of the state that has the connection.
    package init(_ store: ConnectionStore, _ connectors: ConnectorRegistry, _ context: ConnectorContext) {
        self.store = store
        self.connectors = connectors
        self.context = context
    }

    /// - Parameter declaration: Of the service; nil for a database.
    /// - Returns: Who has answered.
    /// - Throws: what is wrong with the connection, or with the answer.
    package func run(_ connection: StoredConnection, _ declaration: ServiceDeclaration?) async throws -> String {
        if let declaration {
            let service = try store.session(connection.name, of: declaration)
            try await service.check()
            return service.address.origin
        }
        guard let engine = DatabaseEngine(rawValue: connection.connector), connectors[connection.connector] != nil else {
            throw SluiceError(.unknownConnector, "there is no connector \(connection.connector.quotedForMessage)")
        }
        return try PostgreSQLConnector.check(connection.name, engine, try context.requireCatalog())
    }
}

/// Stands for a vault where nothing is sent.
package struct UnusedVault: TokenVault {
    package init() {}
    package func lock() async throws(SluiceError) -> any Sendable { 0 }
    package func read() throws(SluiceError) -> KeptTokens { throw SluiceError(.noCredentials, "no token is kept here") }
    package func keep(_ tokens: KeptTokens, insteadOf old: KeptTokens) throws(SluiceError) {}
}

extension ConnectionCheck {
    /// Whether a connection leads to a database, and not to a service.
    package static func isDatabase(_ connection: StoredConnection) -> Bool {
        DatabaseEngine(rawValue: connection.connector) != nil
    }
}
