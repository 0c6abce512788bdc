import GRDB
package import SluiceCore

/// A value of a key of a version's metadata.
package struct SchemaMetadataValue: Hashable, Sendable {
    package var key: String
    package var value: String
    /// Microseconds since 1970.
    package var createdMicros: Int64
}

extension Catalog {
    /// Values that were put behind one another: of a key the newest is the version's, and the others are remembered.
    static let schemaMetadataTable = """
        CREATE TABLE registry_metadata (
            id INTEGER PRIMARY KEY, version_id TEXT NOT NULL REFERENCES registry_versions(version_id) ON DELETE CASCADE, key TEXT NOT NULL,
            value TEXT NOT NULL, created INTEGER NOT NULL, UNIQUE (version_id, key, value));
        """

    /// All values of a version's metadata: by key, and of a key the newest first.
    ///
    /// - Parameter id: The version's UUID.
    /// - Throws: `notFound`.
    package func schemaMetadata(ofVersion id: String) throws(SluiceError) -> [SchemaMetadataValue] {
        try read { db in try Self.metadata(try Self.requireVersion(id, db), db) }
    }

    /// Puts a pair to a version's metadata. An earlier value of the key is remembered behind it.
    ///
    /// - Parameter limit: How many pairs a version may have, those that are remembered among them.
    /// - Throws: `notFound`, `alreadyExists` for a pair that is there, `limitExceeded`.
    package func addSchemaMetadata(_ key: String, _ value: String, toVersion id: String, limit: Int) throws(SluiceError) {
        let now = clock.nowMicros()
        try write { db in
            let version = try Self.requireVersion(id, db)
            let known = try Self.metadata(version, db)
            guard !known.contains(where: { $0.key == key && $0.value == value }) else {
                throw SluiceError(
                    .alreadyExists,
                    "version \(version.version) of schema \(version.schema.quotedForMessage) has the metadata \(key.quotedForMessage): \(value.quotedForMessage) already"
                )
            }
            guard known.count < limit else {
                throw SluiceError(
                    .limitExceeded, "a version has at most \(limit) pairs of metadata", remedy: "remove one that is not needed any more")
            }
            // A value that the version was registered with stands in the version alone until another one comes.
            for pair in known where pair.key == key { try Self.remember(pair, of: id, db) }
            try Self.remember(SchemaMetadataValue(key: key, value: value, createdMicros: now), of: id, db)
            try Self.set(version.metadata.merging([key: value]) { $1 }, of: id, db)
        }
    }

    /// Takes a pair from a version's metadata. The value that was put before it is the key's again.
    ///
    /// - Throws: `notFound` for the version, and for a pair that is not there.
    package func removeSchemaMetadata(_ key: String, _ value: String, ofVersion id: String) throws(SluiceError) {
        try write { db in
            let version = try Self.requireVersion(id, db)
            let known = try Self.metadata(version, db).filter { $0.key == key }
            guard known.contains(where: { $0.value == value }) else {
                throw SluiceError(
                    .notFound,
                    "version \(version.version) of schema \(version.schema.quotedForMessage) has no metadata \(key.quotedForMessage): \(value.quotedForMessage)"
                )
            }
            try db.execute(
                sql: "DELETE FROM registry_metadata WHERE version_id = ? AND key = ? AND value = ?", arguments: [id, key, value])
            var metadata = version.metadata
            metadata[key] = known.first { $0.value != value }?.value
            try Self.set(metadata, of: id, db)
        }
    }

    private static func requireVersion(_ id: String, _ db: GRDB.Database) throws -> StoredSchemaVersion {
        let query = RegistryTables.versionQuery + " WHERE v.version_id = ?"
        guard let row = try Row.fetchOne(db, sql: query, arguments: [id]) else {
            throw SluiceError(.notFound, "there is no version of a schema with the id \(id.quotedForMessage)")
        }
        return try RegistryTables.version(row)
    }

    private static func metadata(_ version: StoredSchemaVersion, _ db: GRDB.Database) throws -> [SchemaMetadataValue] {
        let query = "SELECT key, value, created FROM registry_metadata WHERE version_id = ? ORDER BY key, id DESC"
        let put = try Row.fetchAll(db, sql: query, arguments: [version.id]).map { row in
            SchemaMetadataValue(key: row[0], value: row[1], createdMicros: row[2])
        }
        let keys = Set(put.map(\.key))
        let registered = version.metadata.filter { !keys.contains($0.key) }.map { key, value in
            SchemaMetadataValue(key: key, value: value, createdMicros: version.createdMicros)
        }
        return put + registered.sorted { $0.key < $1.key }
    }

    private static func remember(_ pair: SchemaMetadataValue, of id: String, _ db: GRDB.Database) throws {
        try db.execute(
            sql: "INSERT OR IGNORE INTO registry_metadata (version_id, key, value, created) VALUES (?, ?, ?, ?)",
            arguments: [id, pair.key, pair.value, pair.createdMicros])
    }

    private static func set(_ metadata: [String: String], of id: String, _ db: GRDB.Database) throws {
        try db.execute(
            sql: "UPDATE registry_versions SET metadata = ? WHERE version_id = ?", arguments: [try StoredText.map(metadata), id])
    }
}
