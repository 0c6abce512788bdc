#if PostgreSQL
import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluicePostgreSQL

/// Where a database is, as definitions and publications keep it: without its password.
struct PostgreSQLPlace: Codable, Hashable, Sendable {
    /// As libpq takes it; empty where a connection of the state directory is named.
    var connection: String
    /// The name of the secret that is the password.
    var secret: String?
    /// The name of a connection of the state directory, which has the password, too.
    var named: String?

    init(connection: String, secret: String?) {
        self.connection = connection
        self.secret = secret
    }

    init(named name: String) {
        connection = ""
        named = name
    }

    /// What a target of a crawl begins with that names a connection.
    private static let naming = "connection="

    /// A place as a crawl's target has it: what libpq takes, or `connection=NAME`.
    init(target: String, secret: String?) {
        if target.hasPrefix(Self.naming) {
            self.init(named: String(target.dropFirst(Self.naming.count)))
        } else {
            self.init(connection: target, secret: secret)
        }
    }
}

/// Makes connections to a database.
struct PostgreSQLAccess: Sendable {
    let place: PostgreSQLPlace
    let catalog: Catalog?
    private let engine: DatabaseEngine

    init(_ place: PostgreSQLPlace, catalog: Catalog?, _ engine: DatabaseEngine = .postgresql) {
        self.place = place
        self.catalog = catalog
        self.engine = engine
    }

    func connect() throws(SluiceError) -> PostgreSQLConnection {
        var settings = try settings()
        if let secret = place.secret { settings.password = try password(secret) }
        return try PostgreSQLConnection(settings)
    }

    /// - Throws: `notFound` for a connection that the state directory does not have; `invalidOption`.
    func settings() throws(SluiceError) -> PostgreSQLSettings {
        guard let name = place.named else { return try PostgreSQLSettings(place.connection) }
        guard let catalog else { throw SluiceError(.notFound, "connections are kept by a state directory, and there is none") }
        let values = try ConnectionStore(catalog).values(name, of: engine)
        return PostgreSQLSettings(
            keywords: engine.keywords(values), password: values["password"], engine == .redshift ? .redshift : .postgresql)
    }

    private func password(_ secret: String) throws(SluiceError) -> String {
        guard let catalog else { throw SluiceError(.notFound, "secrets are kept by a state directory, and there is none") }
        let store = SecretStore(catalog)
        if let password = try store.value(secret) { return password }
        let known = try store.list.map(\.name)
        throw SluiceError(
            .notFound, "there is no secret \(secret.quotedForMessage)",
            remedy: Suggestion.nearest(to: secret, in: known).map { "did you mean \"\($0)\"?" }
                ?? "store it: sluice secrets set \(secret)")
    }

    /// As messages name the database.
    var name: String { (try? settings().name) ?? place.named ?? "the database" }

    /// Tells the database from others: host, port and name.
    var database: [String] {
        let keywords = (try? settings().keywords) ?? [:]
        return ["host", "port", "dbname", "service"].map { keywords[$0] ?? ($0 == "port" ? "5432" : "") }
    }
}

/// The name of a table, with its schema where it has one: `sales.orders`.
struct PostgreSQLName: Codable, Hashable, Sendable {
    var schema: String?
    var table: String

    /// - Throws: `invalidOption`.
    init(_ text: String) throws(SluiceError) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard (1...2).contains(parts.count), parts.allSatisfy({ !$0.isEmpty && $0.utf8.count < 64 && !$0.contains("\0") }) else {
            throw SluiceError(.invalidOption, "a table cannot be called \(text.quotedForMessage)", remedy: "write table or schema.table")
        }
        schema = parts.count == 2 ? parts[0] : nil
        table = parts[parts.count - 1]
    }

    /// As SQL writes it.
    var quoted: String { [schema, table].compactMap(\.self).map(PostgreSQLConnection.quoted).joined(separator: ".") }
    var shown: String { [schema, table].compactMap(\.self).joined(separator: ".") }
}
#endif
