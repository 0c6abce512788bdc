import FoundationEssentials
import GRDB
package import SluiceCore

/// How a service is reached: what everybody may see, and what is encrypted.
package struct StoredConnection: Hashable, Sendable {
    package var name: String
    /// The connector that it is for.
    package var connector: String
    /// The file that declares the connector; nil for one that comes with the program.
    package var declaration: String?
    /// Settings that are no secrets, by name.
    package var settings: [String: String]
    /// The address in place of the connector's own.
    package var address: String?
    /// Secret settings, encrypted by whoever stores them.
    package var sealed: [UInt8]
    /// Microseconds since 1970.
    package var updatedMicros: Int64

    package init(name: String, connector: String, settings: [String: String], address: String?, sealed: [UInt8], declaration: String? = nil)
    {
        self.name = name
        self.declaration = declaration
        self.connector = connector
        self.settings = settings
        self.address = address
        self.sealed = sealed
        updatedMicros = 0
    }
}

extension Catalog {
    static let connectionTables = """
        CREATE TABLE connections (
            name TEXT PRIMARY KEY, connector TEXT NOT NULL, settings TEXT NOT NULL, address TEXT, sealed BLOB NOT NULL,
            updated INTEGER NOT NULL) WITHOUT ROWID;
        """

    static let connectionDeclarations = "ALTER TABLE connections ADD COLUMN declaration TEXT"

    /// Keeps a connection, in place of one of the same name.
    ///
    /// - Returns: Whether there was one.
    @discardableResult
    package func storeConnection(_ connection: StoredConnection) throws(SluiceError) -> Bool {
        let now = clock.nowMicros()
        return try write { db in
            let existed = try Self.connection(connection.name, db) != nil
            try db.execute(
                sql: """
                    INSERT OR REPLACE INTO connections (name, connector, settings, address, sealed, updated, declaration)
                    VALUES (?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    connection.name, connection.connector, try StoredText.map(connection.settings), connection.address,
                    Data(connection.sealed), now, connection.declaration,
                ])
            return existed
        }
    }

    /// Nil where there is none of the name.
    package func connection(_ name: String) throws(SluiceError) -> StoredConnection? { try read { db in try Self.connection(name, db) } }

    /// By name.
    package func connections() throws(SluiceError) -> [StoredConnection] {
        try read { db in try Row.fetchAll(db, sql: "SELECT * FROM connections ORDER BY name").map(Self.connection) }
    }

    /// - Returns: Whether there was one.
    package func removeConnection(_ name: String) throws(SluiceError) -> Bool {
        try write { db in
            try db.execute(sql: "DELETE FROM entity_fields WHERE connection = ?", arguments: [name])
            try db.execute(sql: "DELETE FROM connections WHERE name = ?", arguments: [name])
            return db.changesCount > 0
        }
    }

    private static func connection(_ name: String, _ db: GRDB.Database) throws -> StoredConnection? {
        try Row.fetchOne(db, sql: "SELECT * FROM connections WHERE name = ?", arguments: [name]).map(Self.connection)
    }

    private static func connection(_ row: Row) throws -> StoredConnection {
        var found = StoredConnection(
            name: row["name"], connector: row["connector"], settings: try StoredText.map(row["settings"] as String),
            address: row["address"],
            sealed: Array(row["sealed"] as Data), declaration: row["declaration"])
        found.updatedMicros = row["updated"]
        return found
    }
}
