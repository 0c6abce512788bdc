import GRDB
package import SluiceCore

/// A field of a service's records that no declaration names: found while they were read.
package struct FoundField: Hashable, Sendable {
    package var name: String
    /// As `DataType` writes it.
    package var type: String

    package init(name: String, type: String) {
        self.name = name
        self.type = type
    }
}

extension Catalog {
    static let entityFieldTables = """
        CREATE TABLE entity_fields (
            connection TEXT NOT NULL, entity TEXT NOT NULL, field TEXT NOT NULL, type TEXT NOT NULL, position INTEGER NOT NULL,
            found INTEGER NOT NULL, PRIMARY KEY (connection, entity, field)) WITHOUT ROWID;
        """

    /// Fields that were found at an entity, in the order in which they were.
    package func foundFields(connection: String, entity: String) throws(SluiceError) -> [FoundField] {
        try read { db in
            try Row.fetchAll(
                db, sql: "SELECT field, type FROM entity_fields WHERE connection = ? AND entity = ? ORDER BY position",
                arguments: [connection, entity]
            ).map { FoundField(name: $0["field"], type: $0["type"]) }
        }
    }

    /// Keeps fields; those that are known stay as they are.
    package func keepFoundFields(_ fields: [FoundField], connection: String, entity: String) throws(SluiceError) {
        let now = clock.nowMicros()
        try write { db in
            for field in fields {
                try db.execute(
                    sql: """
                        INSERT OR IGNORE INTO entity_fields (connection, entity, field, type, position, found)
                        SELECT ?1, ?2, ?3, ?4, (SELECT count(*) FROM entity_fields WHERE connection = ?1 AND entity = ?2), ?5
                        """, arguments: [connection, entity, field.name, field.type, now])
            }
        }
    }
}
