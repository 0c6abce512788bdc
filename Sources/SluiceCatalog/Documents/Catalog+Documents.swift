import GRDB
package import SluiceCore

/// What a service keeps beside databases and tables, which the catalog does not look into.
package struct StoredDocument: Hashable, Sendable {
    /// `crawler`, `function`.
    package var kind: String
    /// One of a kind has it.
    package var name: String
    package var content: String
    /// From 1; one more for each change.
    package var revision: Int64
    /// Microseconds since 1970.
    package var createdMicros: Int64
    package var updatedMicros: Int64
}

extension Catalog {
    static let documentTables = """
        CREATE TABLE documents (
            kind TEXT NOT NULL, name TEXT NOT NULL, content TEXT NOT NULL, revision INTEGER NOT NULL, created INTEGER NOT NULL,
            updated INTEGER NOT NULL, PRIMARY KEY (kind, name)) WITHOUT ROWID;
        """

    /// Nil where there is none.
    package func document(_ kind: String, _ name: String) throws(SluiceError) -> StoredDocument? {
        try read { db in
            try Row.fetchOne(db, sql: "SELECT * FROM documents WHERE kind = ? AND name = ?", arguments: [kind, name]).map(Self.document)
        }
    }

    /// Documents of a kind by name.
    ///
    /// - Parameters:
    ///   - prefix: What their names begin with.
    ///   - limit: How many at most.
    ///   - after: Only those behind this one in the order: the last of the page before.
    package func documents(
        _ kind: String, prefix: String = "", limit: Int = -1, after: String? = nil
    ) throws(SluiceError) -> [StoredDocument] {
        try read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT * FROM documents WHERE kind = ?1 AND substr(name, 1, length(?2)) = ?2 AND (?3 IS NULL OR name > ?3)
                    ORDER BY name LIMIT ?4
                    """, arguments: [kind, prefix, after, limit]
            ).map(Self.document)
        }
    }

    /// Keeps a document that is new.
    ///
    /// - Returns: False where there is one of the name, which stays as it is.
    package func addDocument(_ kind: String, _ name: String, _ content: String) throws(SluiceError) -> Bool {
        let now = clock.nowMicros()
        return try write { db in
            try db.execute(
                sql: "INSERT OR IGNORE INTO documents (kind, name, content, revision, created, updated) VALUES (?, ?, ?, 1, ?, ?)",
                arguments: [kind, name, content, now, now])
            return db.changesCount > 0
        }
    }

    /// Puts another content in the place of one that was read.
    ///
    /// - Parameter revision: The one that was read.
    /// - Returns: False where the document is another by now, or gone.
    package func replaceDocument(
        _ kind: String, _ name: String, _ content: String, revision: Int64
    ) throws(SluiceError) -> Bool {
        let now = clock.nowMicros()
        return try write { db in
            try db.execute(
                sql: """
                    UPDATE documents SET content = ?, revision = revision + 1, updated = ? WHERE kind = ? AND name = ? AND revision = ?
                    """, arguments: [content, now, kind, name, revision])
            return db.changesCount > 0
        }
    }

    /// - Returns: Whether there was one.
    package func removeDocument(_ kind: String, _ name: String) throws(SluiceError) -> Bool {
        try write { db in
            try db.execute(sql: "DELETE FROM documents WHERE kind = ? AND name = ?", arguments: [kind, name])
            return db.changesCount > 0
        }
    }

    /// Forgets the documents of a kind whose names begin so.
    package func removeDocuments(_ kind: String, prefix: String) throws(SluiceError) {
        try write { db in
            try db.execute(
                sql: "DELETE FROM documents WHERE kind = ?1 AND substr(name, 1, length(?2)) = ?2", arguments: [kind, prefix])
        }
    }

    static func document(_ row: Row) -> StoredDocument {
        StoredDocument(
            kind: row["kind"], name: row["name"], content: row["content"], revision: row["revision"], createdMicros: row["created"],
            updatedMicros: row["updated"])
    }
}
