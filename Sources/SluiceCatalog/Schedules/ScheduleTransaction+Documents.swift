import GRDB

/// Documents of services that change together with jobs and runs.
extension ScheduleTransaction {
    /// Nil where there is none.
    package func document(_ kind: String, _ name: String) throws -> StoredDocument? {
        try Row.fetchOne(db, sql: "SELECT * FROM documents WHERE kind = ? AND name = ?", arguments: [kind, name]).map(Catalog.document)
    }

    /// Documents of a kind whose names begin so, by name.
    package func documents(_ kind: String, prefix: String = "") throws -> [StoredDocument] {
        try Row.fetchAll(
            db, sql: "SELECT * FROM documents WHERE kind = ?1 AND substr(name, 1, length(?2)) = ?2 ORDER BY name",
            arguments: [kind, prefix]
        ).map(Catalog.document)
    }

    /// Keeps a document, in the place of one of the name that is there.
    package func putDocument(_ kind: String, _ name: String, _ content: String) throws {
        try db.execute(
            sql: """
                INSERT INTO documents (kind, name, content, revision, created, updated) VALUES (?1, ?2, ?3, 1, ?4, ?4)
                ON CONFLICT (kind, name) DO UPDATE SET content = ?3, revision = revision + 1, updated = ?4
                """, arguments: [kind, name, content, now])
    }

    /// Forgets a document, where there is one.
    package func removeDocument(_ kind: String, _ name: String) throws {
        try db.execute(sql: "DELETE FROM documents WHERE kind = ? AND name = ?", arguments: [kind, name])
    }

    /// Forgets the documents of a kind whose names begin so.
    package func removeDocuments(_ kind: String, prefix: String) throws {
        try db.execute(sql: "DELETE FROM documents WHERE kind = ?1 AND substr(name, 1, length(?2)) = ?2", arguments: [kind, prefix])
    }
}
