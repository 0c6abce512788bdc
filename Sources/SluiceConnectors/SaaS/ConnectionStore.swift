package import SluiceCatalog
package import SluiceCore
import SluiceHTTP
import SluiceLog
import SluicePipelines
package import SluiceSaaS

/// The connections of a state directory: settings in the catalog, secret ones encrypted with the key file beside it.
package struct ConnectionStore: Sendable {
    private let catalog: Catalog
    private let cipher: SecretCipher

    package init(_ catalog: Catalog) {
        self.catalog = catalog
        cipher = SecretCipher(home: catalog.home)
    }

    /// By name; secrets stay closed.
    package var list: [StoredConnection] { get throws(SluiceError) { try catalog.connections() } }

    /// Keeps a connection.
    ///
    /// - Parameters:
    ///   - secrets: Values of secret settings.
    ///   - declaration: The file that declares the connector; nil for one that comes with the program.
    /// - Returns: Whether it took the place of one.
    /// - Throws: `invalidOption` for a name that is none, or a secret that is too short to be hidden.
    package func set(
        _ name: String, connector: String, settings: [String: String], secrets: [String: String], address: String?,
        declaration: String? = nil
    ) throws(SluiceError) -> Bool {
        try set(
            name, connector: connector, settings: settings, secrets: secrets, address: address, declaration: declaration,
            id: SystemRandomNumberGenerator.identity())
    }

    private func set(
        _ name: String, connector: String, settings: [String: String], secrets: [String: String], address: String?,
        declaration: String?, id: String, access: AccessToken? = nil
    ) throws(SluiceError) -> Bool {
        guard DefinitionNode.isName(name) else {
            throw SluiceError(
                .invalidOption, "a connection cannot be called \(name.quotedForMessage)",
                remedy: "use letters, digits, \"_\" and \"-\", beginning with a letter or digit")
        }
        for (setting, value) in secrets where !SecretStore.sizes.contains(value.utf8.count) {
            throw SluiceError(
                .invalidOption, "the secret \(setting) has \(SecretStore.sizes.lowerBound) to \(SecretStore.sizes.upperBound) bytes",
                remedy: "a shorter text could not be kept out of what is printed")
        }
        var kept = secrets.merging([Self.identitySetting: id]) { $1 }
        kept[Self.accessSetting] = access.map { "\($0.renewAtMicros) \($0.text.value)" }
        let sealed = try cipher.seal(Array(try SettingsText.text(kept).utf8), name: Self.sealName(name))
        return try catalog.storeConnection(
            StoredConnection(
                name: name, connector: connector, settings: settings, address: address, sealed: sealed, declaration: declaration))
    }

    /// - Throws: `notFound` with the nearest name.
    package func connection(_ name: String) throws(SluiceError) -> StoredConnection {
        if let found = try catalog.connection(name) { return found }
        throw SluiceError(
            .notFound, "there is no connection \(name.quotedForMessage)",
            remedy: Suggestion.remedy(for: name, in: try list.map(\.name), noun: "connections")
                ?? "make it: sluice connections add \(name) CONNECTOR --set …")
    }

    /// All settings; the secret ones are hidden from now on in everything that this process prints.
    package func values(of connection: StoredConnection) throws(SluiceError) -> [String: String] {
        let secrets = try opened(connection).filter { $0.key != Self.identitySetting && $0.key != Self.accessSetting }
        for value in secrets.values { KnownSecrets.add(value) }
        return connection.settings.merging(secrets) { $1 }
    }

    private func opened(_ connection: StoredConnection) throws(SluiceError) -> [String: String] {
        let text = try cipher.open(connection.sealed, name: Self.sealName(connection.name))
        return try SettingsText.value([String: String].self, text, of: "connection")
    }

    /// Beside the secrets: what tells a connection from others that had its name before. No setting is called so.
    private static let identitySetting = ""
    /// Beside them: the access token that the refresh token brought last, behind the time when it is renewed. No setting is called so, either.
    private static let accessSetting = " access"

    func identity(of connection: StoredConnection) throws(SluiceError) -> ConnectionIdentity {
        ConnectionIdentity(name: connection.name, id: try opened(connection)[Self.identitySetting] ?? "")
    }

    package func remove(_ name: String) throws(SluiceError) {
        _ = try connection(name)
        _ = try catalog.removeConnection(name)
    }

    /// A session with a connection's service.
    package func session(_ name: String, of declaration: ServiceDeclaration) throws(SluiceError) -> ServiceSession {
        let connection = try connection(name)
        guard connection.connector == declaration.name else {
            throw SluiceError(
                .invalidOption, "the connection \(name.quotedForMessage) is one to \(connection.connector), not to \(declaration.name)",
                remedy: "name another one; see sluice connections list")
        }
        var around = ServiceSession.Surroundings()
        around.address = connection.address
        around.identity = try identity(of: connection)
        around.limitsFolder = "\(catalog.home)/limits"
        around.mark = { [cipher] texts throws(SluiceError) in try cipher.mark(texts) }
        around.onSecret = { KnownSecrets.add($0) }
        around.vault = { [self] setting in ConnectionVault(store: self, catalog: catalog, connection: connection, setting: setting) }
        return try ServiceSession(declaration, try values(of: connection), around)
    }

    private static func sealName(_ name: String) -> String { "connection \(name)" }

    /// Puts another value in place of a secret setting. An access token that the earlier one brought is forgotten.
    ///
    /// - Parameter access: What the new one brought.
    func replace(_ setting: String, by value: String, of name: String, access: AccessToken? = nil) throws(SluiceError) {
        let connection = try connection(name)
        var secrets = try values(of: connection).filter { connection.settings[$0.key] == nil }
        secrets[setting] = value
        _ = try set(
            name, connector: connection.connector, settings: connection.settings, secrets: secrets, address: connection.address,
            declaration: connection.declaration, id: identity(of: connection).id, access: access)
    }

    /// The access token that a connection's refresh token brought last.
    fileprivate func access(of connection: StoredConnection) throws(SluiceError) -> AccessToken? {
        let parts = try opened(connection)[Self.accessSetting]?.split(separator: " ", maxSplits: 1)
        guard let parts, parts.count == 2, let micros = Int64(parts[0]) else { return nil }
        return AccessToken(text: SecretText(String(parts[1])), renewAtMicros: micros)
    }

    /// Puts another value in place of a secret setting, unless somebody has set it, or the connection, since it was `before`.
    func replace(_ setting: String, as before: String, by value: String, of identity: ConnectionIdentity) throws(SluiceError) {
        let folder = "\(catalog.home)/locks"
        try DiskFiles.createDirectories(folder)
        let lock = try FileLock.wait("\(folder)/connection-\(identity.name)")
        defer { lock.release() }
        let connection = try connection(identity.name)
        guard try self.identity(of: connection) == identity, try values(of: connection)[setting] == before else { return }
        try replace(setting, by: value, of: identity.name)
    }
}

extension SystemRandomNumberGenerator {
    /// Sixteen hexadecimal digits that nobody else has.
    fileprivate static func identity() -> String {
        var random = SystemRandomNumberGenerator()
        return (random.next() as UInt64).hexadecimal
    }
}

/// The tokens of a connection. Processes that share the state take turns by a lock file.
private struct ConnectionVault: TokenVault {
    let store: ConnectionStore
    let catalog: Catalog
    /// As it was when it was opened.
    let connection: StoredConnection
    let setting: String

    func lock() async throws(SluiceError) -> any Sendable {
        let folder = "\(catalog.home)/locks"
        try DiskFiles.createDirectories(folder)
        while true {
            let path = "\(folder)/connection-\(connection.name)"
            if case .acquired(let lock) = try FileLock.attempt(path, sinceMicros: nil) { return lock }
            do {
                try await Task.sleep(for: .milliseconds(20))
            } catch {
                throw SluiceError(.interrupted, "the wait for another process was cancelled", underlying: error)
            }
        }
    }

    func read() throws(SluiceError) -> KeptTokens {
        let now = try store.connection(connection.name)
        // Tokens go to the host that they are of, and to no other that had the name before.
        guard now.address == connection.address, now.settings == connection.settings, now.connector == connection.connector else {
            throw SluiceError(
                .noCredentials, "the connection \(connection.name.quotedForMessage) was changed while it was in use", remedy: "run it again"
            )
        }
        guard let value = try store.values(of: now)[setting] else {
            throw SluiceError(.noCredentials, "the connection \(connection.name.quotedForMessage) has no \(setting)")
        }
        return KeptTokens(refresh: SecretText(value), access: try store.access(of: now))
    }

    func keep(_ tokens: KeptTokens, insteadOf old: KeptTokens) throws(SluiceError) {
        guard try read().refresh == old.refresh else { return }
        try store.replace(setting, by: tokens.refresh.value, of: connection.name, access: tokens.access)
    }
}
