#if PostgreSQL
import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluicePostgreSQL

/// Where a database is, as definitions and publications keep it: without its password.
struct PostgreSQLPlace: Codable, Hashable, Sendable {
    var connection: String
    /// The name of the secret that is the password.
    var secret: String?
}

/// Makes connections to a database.
struct PostgreSQLAccess: Sendable {
    let place: PostgreSQLPlace
    let catalog: Catalog?

    init(_ place: PostgreSQLPlace, catalog: Catalog?) {
        self.place = place
        self.catalog = catalog
    }

    func connect() throws(SluiceError) -> PostgreSQLConnection {
        var settings = try PostgreSQLSettings(place.connection)
        if let secret = place.secret {
            guard let catalog else { throw SluiceError(.notFound, "secrets are kept by a state directory, and there is none") }
            let store = SecretStore(catalog)
            guard let password = try store.value(secret) else {
                let known = try store.list.map(\.name)
                throw SluiceError(
                    .notFound, "there is no secret \(secret.quotedForMessage)",
                    remedy: Suggestion.nearest(to: secret, in: known).map { "did you mean \"\($0)\"?" }
                        ?? "store it: sluice secrets set \(secret)")
            }
            settings.password = password
        }
        return try PostgreSQLConnection(settings)
    }

    /// As messages name the database.
    var name: String { (try? PostgreSQLSettings(place.connection).name) ?? "the database" }
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
