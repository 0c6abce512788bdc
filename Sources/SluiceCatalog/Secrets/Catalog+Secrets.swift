import FoundationEssentials
import GRDB
package import SluiceCore

/// A secret as it is kept: encrypted by whoever stores it.
package struct StoredSecret: Hashable, Sendable {
    package var name: String
    package var sealed: [UInt8]
    /// Microseconds since 1970.
    package var updatedMicros: Int64
}

extension Catalog {
    /// Keeps a secret, in place of one of the same name.
    ///
    /// - Parameter sealed: Encrypted; the catalog holds no key.
    /// - Returns: Whether there was one.
    @discardableResult
    package func storeSecret(_ name: String, sealed: [UInt8]) throws(SluiceError) -> Bool {
        let now = clock.nowMicros()
        return try write { db in
            let existed = try Self.secret(name, db) != nil
            try db.execute(
                sql: "INSERT OR REPLACE INTO secrets (name, sealed, updated) VALUES (?, ?, ?)", arguments: [name, Data(sealed), now])
            return existed
        }
    }

    /// Nil where there is none of the name.
    package func secret(_ name: String) throws(SluiceError) -> StoredSecret? { try read { db in try Self.secret(name, db) } }

    /// By name.
    package func secrets() throws(SluiceError) -> [StoredSecret] {
        try read { db in try Row.fetchAll(db, sql: "SELECT * FROM secrets ORDER BY name").map(Self.secret) }
    }

    /// - Returns: Whether there was one.
    package func removeSecret(_ name: String) throws(SluiceError) -> Bool {
        try write { db in
            try db.execute(sql: "DELETE FROM secrets WHERE name = ?", arguments: [name])
            return db.changesCount > 0
        }
    }

    private static func secret(_ name: String, _ db: GRDB.Database) throws -> StoredSecret? {
        try Row.fetchOne(db, sql: "SELECT * FROM secrets WHERE name = ?", arguments: [name]).map(Self.secret)
    }

    private static func secret(_ row: Row) -> StoredSecret {
        StoredSecret(name: row["name"], sealed: Array(row["sealed"] as Data), updatedMicros: row["updated"])
    }
}
