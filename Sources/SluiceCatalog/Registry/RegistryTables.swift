import GRDB
import SluiceCore

/// Where schemas and their versions stand in the database.
enum RegistryTables {
    /// `checkpoint` is the first version that new ones are compared with; `next_version` is never given twice; `identity` is equal for texts
    /// that say the same.
    static let schema = """
        CREATE TABLE registries (
            name TEXT PRIMARY KEY, description TEXT NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL) WITHOUT ROWID;

        CREATE TABLE registry_schemas (
            id INTEGER PRIMARY KEY, registry TEXT NOT NULL REFERENCES registries(name), name TEXT NOT NULL, format TEXT NOT NULL,
            compatibility TEXT NOT NULL, description TEXT NOT NULL, checkpoint INTEGER NOT NULL, next_version INTEGER NOT NULL,
            created INTEGER NOT NULL, updated INTEGER NOT NULL, UNIQUE (registry, name));

        CREATE TABLE registry_versions (
            schema_id INTEGER NOT NULL REFERENCES registry_schemas(id) ON DELETE CASCADE, version INTEGER NOT NULL,
            version_id TEXT NOT NULL UNIQUE, numeric_id INTEGER NOT NULL UNIQUE, status TEXT NOT NULL, definition TEXT NOT NULL,
            identity TEXT NOT NULL, metadata TEXT NOT NULL, created INTEGER NOT NULL, PRIMARY KEY (schema_id, version)) WITHOUT ROWID;
        """

    static let schemaQuery = """
        SELECT s.*, (SELECT max(version) FROM registry_versions v WHERE v.schema_id = s.id AND v.status = 'AVAILABLE') AS latest,
            (SELECT count(*) FROM registry_versions v WHERE v.schema_id = s.id AND v.status = 'AVAILABLE') AS version_count
        FROM registry_schemas s
        """

    static let versionQuery = """
        SELECT v.*, s.registry, s.name, s.format FROM registry_versions v JOIN registry_schemas s ON s.id = v.schema_id
        """

    static func schema(_ row: Row) -> StoredSchema {
        StoredSchema(
            registry: row["registry"], name: row["name"], format: row["format"], compatibility: row["compatibility"],
            description: row["description"], checkpoint: row["checkpoint"], latest: row["latest"], versionCount: row["version_count"],
            createdMicros: row["created"], updatedMicros: row["updated"])
    }

    static func version(_ row: Row) throws -> StoredSchemaVersion {
        StoredSchemaVersion(
            registry: row["registry"], schema: row["name"], format: row["format"], version: row["version"], id: row["version_id"],
            numericID: row["numeric_id"], status: row["status"], definition: row["definition"], identity: row["identity"],
            metadata: try StoredText.map(row["metadata"] as String), createdMicros: row["created"])
    }
}
