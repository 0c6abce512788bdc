import GRDB
package import SluiceCore

/// Says whether a version may follow those that a schema has; runs within the transaction that adds it.
package typealias SchemaJudge = (StoredSchema, [StoredSchemaVersion]) throws(SluiceError) -> Void

extension Catalog {
    /// By name.
    package func registries() throws(SluiceError) -> [StoredRegistry] {
        try read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT r.*, (SELECT count(*) FROM registry_schemas s WHERE s.registry = r.name) AS schema_count
                    FROM registries r ORDER BY name
                    """
            ).map {
                StoredRegistry(
                    name: $0["name"], description: $0["description"], schemaCount: $0["schema_count"], createdMicros: $0["created"])
            }
        }
    }

    /// By registry and name.
    ///
    /// - Parameter registry: Nil: all.
    package func schemas(in registry: String?) throws(SluiceError) -> [StoredSchema] {
        try read { db in
            try Row.fetchAll(
                db, sql: RegistryTables.schemaQuery + " WHERE ?1 IS NULL OR s.registry = ?1 ORDER BY s.registry, s.name",
                arguments: [registry]
            ).map(RegistryTables.schema)
        }
    }

    /// Nil where there is none.
    package func schema(_ name: String, in registry: String) throws(SluiceError) -> StoredSchema? {
        try read { db in try Self.schema(name, registry, db)?.record }
    }

    /// Oldest first, dropped ones too.
    package func schemaVersions(of name: String, in registry: String) throws(SluiceError) -> [StoredSchemaVersion] {
        try read { db in
            guard let schema = try Self.schema(name, registry, db) else { return [] }
            return try Self.versions(schema.id, db)
        }
    }

    /// Nil where no version has the id.
    package func schemaVersion(id: String) throws(SluiceError) -> StoredSchemaVersion? {
        try read { db in
            try Row.fetchOne(db, sql: RegistryTables.versionQuery + " WHERE v.version_id = ?", arguments: [id]).map(RegistryTables.version)
        }
    }

    package func schemaVersion(numericID: Int64) throws(SluiceError) -> StoredSchemaVersion? {
        try read { db in
            try Row.fetchOne(db, sql: RegistryTables.versionQuery + " WHERE v.numeric_id = ?", arguments: [numericID])
                .map(RegistryTables.version)
        }
    }

    /// Adds a version, and the schema and registry where they are missing. A version that says the same as one that is there is that one.
    ///
    /// - Throws: what `judge` throws, and nothing has changed then; `alreadyExists` for an id that another version has.
    package func addSchemaVersion(
        _ version: NewSchemaVersion, to schema: NewSchema, judge: SchemaJudge
    ) throws(SluiceError) -> (version: StoredSchemaVersion, isNew: Bool) {
        let now = clock.nowMicros()
        return try write { db in try Self.addVersion(version, to: schema, now: now, judge, db) }
    }

    static func addVersion(
        _ version: NewSchemaVersion, to schema: NewSchema, now: Int64, _ judge: SchemaJudge, _ db: GRDB.Database
    ) throws -> (version: StoredSchemaVersion, isNew: Bool) {
        let (id, record) = try schemaRow(schema, now: now, db)
        let versions = try versions(id, db)
        if let same = versions.first(where: { $0.identity == version.identity && $0.isAvailable }),
            version.numericID == nil || version.numericID == same.numericID
        {
            return (same, false)
        }
        try judge(record, versions)
        if let taken = try Row.fetchOne(
            db, sql: RegistryTables.versionQuery + " WHERE v.version_id = ? OR v.numeric_id = ?",
            arguments: [version.id, version.numericID]
        ).map(RegistryTables.version) {
            throw SluiceError(
                .alreadyExists, "version \(taken.version) of schema \(taken.schema.quotedForMessage) has that id already",
                remedy: "ids name one version each; leave it out to get a new one")
        }
        let number = try Int.fetchOne(db, sql: "SELECT next_version FROM registry_schemas WHERE id = ?", arguments: [id]) ?? 1
        let highest = try Int64.fetchOne(db, sql: "SELECT max(numeric_id) FROM registry_versions") ?? 0
        try db.execute(
            sql: "INSERT INTO registry_versions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            arguments: [
                id, number, version.id, version.numericID ?? highest + 1, StoredSchemaVersion.available, version.definition,
                version.identity,
                try StoredText.map(version.metadata), now,
            ])
        try db.execute(sql: "UPDATE registry_schemas SET next_version = ?, updated = ? WHERE id = ?", arguments: [number + 1, now, id])
        guard let stored = try Self.versions(id, db).last else {
            throw SluiceError(.stateCorrupt, "the version that was just added is not there")
        }
        return (stored, true)
    }

    private static func schemaRow(_ schema: NewSchema, now: Int64, _ db: GRDB.Database) throws -> (id: Int64, record: StoredSchema) {
        if let known = try Self.schema(schema.name, schema.registry, db) { return known }
        try db.execute(
            sql: "INSERT INTO registries VALUES (?, '', ?, ?) ON CONFLICT (name) DO NOTHING", arguments: [schema.registry, now, now])
        try db.execute(
            sql: """
                INSERT INTO registry_schemas (registry, name, format, compatibility, description, checkpoint, next_version, created, updated)
                VALUES (?, ?, ?, ?, ?, 1, 1, ?, ?)
                """,
            arguments: [schema.registry, schema.name, schema.format, schema.compatibility, schema.description, now, now])
        guard let made = try Self.schema(schema.name, schema.registry, db) else {
            throw SluiceError(.stateCorrupt, "the schema that was just made is not there")
        }
        return made
    }

    static func schema(_ name: String, _ registry: String, _ db: GRDB.Database) throws -> (id: Int64, record: StoredSchema)? {
        try Row.fetchOne(
            db, sql: RegistryTables.schemaQuery + " WHERE s.registry = ? AND s.name = ?", arguments: [registry, name]
        ).map { (id: $0["id"], record: RegistryTables.schema($0)) }
    }

    static func versions(_ schema: Int64, _ db: GRDB.Database) throws -> [StoredSchemaVersion] {
        try Row.fetchAll(db, sql: RegistryTables.versionQuery + " WHERE v.schema_id = ? ORDER BY v.version", arguments: [schema])
            .map(RegistryTables.version)
    }
}
