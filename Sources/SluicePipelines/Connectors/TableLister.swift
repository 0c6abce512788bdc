package import SluiceCatalog
package import SluiceCore

/// What can say which tables a system has: what a crawler asks of databases and streams.
package protocol TableLister: Sendable {
    /// The tables at a place, without a look at their rows.
    ///
    /// - Parameter place: What stands behind the connector's name in a target: a path, a connection, a stream's name.
    /// - Throws: what reaching the system throws.
    func tables(at place: String, _ request: ListingRequest) async throws -> [ListedTable]

    /// What one of them is. Rows are read where the system leaves types open, or holds values that are not of them.
    ///
    /// - Throws: what reading throws.
    func look(at table: ListedTable, _ request: ListingRequest) async throws -> TableLook
}

/// What a crawler wants of a system.
package struct ListingRequest: Sendable {
    package var context: ConnectorContext
    /// The name of the secret that is the password.
    package var passwordSecret: String?
    /// Rows of a table that are read at most; nil: all.
    package var rowLimit: Int64?

    package init(_ context: ConnectorContext, passwordSecret: String? = nil, rowLimit: Int64? = nil) {
        self.context = context
        self.passwordSecret = passwordSecret
        self.rowLimit = rowLimit
    }
}

/// A table of a system, as a list of them shows it.
package struct ListedTable: Hashable, Sendable {
    package var name: String
    /// Where tables are in schemas, and this is not the usual one.
    package var schema: String?
    /// Tells the table from every other: `sqlite:/data/shop.db#orders`.
    package var location: String
    /// The connector that reads it, with its options as texts; those of a record's format begin with `options.`.
    package var connector: String
    package var options: [String: String]
    /// `table`, `view`, `stream`.
    package var kind: String
    /// Of what has to be read of the table at most; 0 where nobody knows.
    package var byteCount: Int64 = 0
    /// Is another text when the table, or a row of it, may have changed.
    package var state: String

    package init(
        name: String, schema: String? = nil, location: String, connector: String, options: [String: String], kind: String, state: String
    ) {
        self.name = name
        self.schema = schema
        self.location = location
        self.connector = connector
        self.options = options
        self.kind = kind
        self.state = state
    }
}

/// What a look at a table of a system showed.
package enum TableLook: Sendable {
    case table(SeenTable)
    case empty
    /// Why it can be no table, as one sentence without a full stop.
    case unknown(String)
}

/// A table of a system with its columns.
package struct SeenTable: Sendable {
    package var columns: [CatalogColumn]
    /// Beside those of the listing.
    package var options: [String: String] = [:]
    package var comment = ""
    /// Keys and the like.
    package var parameters: [String: String] = [:]
    /// Rows that the table has, as far as they were counted or the system says.
    package var rowCount: Int64 = 0
    package var rejects: [Reject] = []
    package var rejected: Int64 = 0
    /// For each column what its values were: a list of objects.
    package var evidence = Value.list([])
    package var notices: [String] = []

    package init(columns: [CatalogColumn]) { self.columns = columns }
}
