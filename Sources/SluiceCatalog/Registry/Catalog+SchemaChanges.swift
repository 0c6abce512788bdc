import GRDB
package import SluiceCore

extension Catalog {
    /// Changes what a schema asks of new versions.
    ///
    /// - Parameters:
    ///   - compatibility: The mode; nil: as it is.
    ///   - checkpoint: The first version that new ones are compared with; nil: as it is.
    /// - Throws: `notFound` for a schema or version that is not there.
    package func changeSchema(
        _ name: String, in registry: String, compatibility: String? = nil, checkpoint: Int? = nil, description: String? = nil
    ) throws(SluiceError) -> StoredSchema {
        let now = clock.nowMicros()
        return try write { db in
            let (id, _) = try Self.requireSchema(name, registry, db)
            if let checkpoint, try !Self.versions(id, db).contains(where: { $0.version == checkpoint }) {
                throw SluiceError(
                    .notFound, "schema \(name.quotedForMessage) has no version \(checkpoint)", remedy: "`schema versions` lists them")
            }
            try db.execute(
                sql: """
                    UPDATE registry_schemas SET compatibility = coalesce(?, compatibility), checkpoint = coalesce(?, checkpoint),
                        description = coalesce(?, description), updated = ? WHERE id = ?
                    """, arguments: [compatibility, checkpoint, description, now, id])
            return try Self.requireSchema(name, registry, db).record
        }
    }

    /// Takes a version out of use. Its number, ids and text stay, so that records that name it can be explained.
    ///
    /// - Throws: `notFound`; `invalidArgument` for the checkpoint, which others are compared with.
    package func dropSchemaVersion(_ version: Int, of name: String, in registry: String) throws(SluiceError) {
        let now = clock.nowMicros()
        try write { db in
            let (id, record) = try Self.requireSchema(name, registry, db)
            _ = try Self.requireVersion(version, id, name, db)
            guard version != record.checkpoint else {
                throw SluiceError(
                    .invalidArgument, "version \(version) of schema \(name.quotedForMessage) is its checkpoint",
                    remedy: "move the checkpoint with `schema compat --checkpoint`, or drop the schema")
            }
            try db.execute(
                sql: "UPDATE registry_versions SET status = ? WHERE schema_id = ? AND version = ?",
                arguments: [StoredSchemaVersion.deleted, id, version])
            try db.execute(sql: "UPDATE registry_schemas SET updated = ? WHERE id = ?", arguments: [now, id])
        }
    }

    /// Forgets a schema with its versions, and its registry where that is empty then.
    ///
    /// - Throws: `notFound`.
    package func dropSchema(_ name: String, in registry: String) throws(SluiceError) {
        try write { db in
            _ = try Self.requireSchema(name, registry, db)
            try Self.dropSchema(name, registry, db)
        }
    }

    static func dropSchema(_ name: String, _ registry: String, _ db: GRDB.Database) throws {
        try db.execute(sql: "DELETE FROM registry_schemas WHERE registry = ? AND name = ?", arguments: [registry, name])
        try db.execute(
            sql: "DELETE FROM registries WHERE name = ?1 AND NOT EXISTS (SELECT 1 FROM registry_schemas WHERE registry = ?1)",
            arguments: [registry])
    }

    private static func requireSchema(_ name: String, _ registry: String, _ db: GRDB.Database) throws -> (id: Int64, record: StoredSchema) {
        if let found = try schema(name, registry, db) { return found }
        throw SluiceError(
            .notFound, "there is no schema \(name.quotedForMessage) in registry \(registry.quotedForMessage)",
            remedy: "`schema list` lists them")
    }

    private static func requireVersion(_ version: Int, _ schema: Int64, _ name: String, _ db: GRDB.Database) throws -> StoredSchemaVersion {
        if let found = try versions(schema, db).first(where: { $0.version == version && $0.isAvailable }) { return found }
        throw SluiceError(.notFound, "schema \(name.quotedForMessage) has no version \(version)", remedy: "`schema versions` lists them")
    }
}
