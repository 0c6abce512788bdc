import GRDB
package import SluiceCore

extension Catalog {
    /// All databases, by name.
    package func databases() throws(SluiceError) -> [DatabaseRecord] {
        try read { db in try Row.fetchAll(db, sql: Self.databaseQuery + " ORDER BY d.name").map(Self.database) }
    }

    /// - Throws: `notFound` with the nearest name.
    package func database(_ name: String) throws(SluiceError) -> DatabaseRecord {
        let folded = name.lowercased()
        return try read { db in try Self.database(named: folded, db) }
    }

    static func database(named name: String, _ db: GRDB.Database) throws -> DatabaseRecord {
        guard let row = try Row.fetchOne(db, sql: databaseQuery + " WHERE d.name = ?", arguments: [name]) else {
            throw try unknownDatabase(name, db)
        }
        return try database(row)
    }

    /// - Throws: `alreadyExists`, `invalidOption` for a bad name.
    package func createDatabase(
        _ name: String, comment: String = "", location: String? = nil, parameters: [String: String] = [:]
    ) throws(SluiceError) {
        let folded = try TableName.folded(name, "a database")
        let now = clock.nowMicros()
        try write { db in
            guard try Self.databaseID(folded, db) == nil else {
                throw SluiceError(.alreadyExists, "database \"\(folded)\" exists already")
            }
            try db.execute(
                sql: "INSERT INTO databases (name, comment, location, parameters, created, updated) VALUES (?, ?, ?, ?, ?, ?)",
                arguments: [folded, comment, location, try StoredText.map(parameters), now, now])
        }
    }

    /// - Parameter withTables: Whether its tables are forgotten, too; their files stay where they are.
    /// - Throws: `notFound`, or `invalidArgument` while it has tables.
    package func dropDatabase(_ name: String, withTables: Bool = false) throws(SluiceError) {
        let folded = name.lowercased()
        try write { db in
            if withTables, let id = try Self.databaseID(folded, db) {
                try db.execute(sql: "DELETE FROM tables WHERE database_id = ?", arguments: [id])
            }
            try Self.dropDatabase(folded, db)
        }
    }

    static func dropDatabase(_ folded: String, _ db: GRDB.Database) throws {
        guard let id = try databaseID(folded, db) else { throw try unknownDatabase(folded, db) }
        let tables = try Int.fetchOne(db, sql: "SELECT count(*) FROM tables WHERE database_id = ?", arguments: [id]) ?? 0
        guard tables == 0 else {
            throw SluiceError(.invalidArgument, "database \"\(folded)\" has \(tables) tables", remedy: "drop its tables first")
        }
        try db.execute(sql: "DELETE FROM databases WHERE id = ?", arguments: [id])
    }

    /// Creates a database, or changes what is declared of it.
    static func put(_ database: DatabaseDeclaration, now: Int64, _ db: GRDB.Database) throws {
        let name = try TableName.folded(database.name, "a database")
        if try databaseID(name, db) == nil {
            try db.execute(
                sql: "INSERT INTO databases (name, comment, location, parameters, created, updated) VALUES (?, '', NULL, '{}', ?, ?)",
                arguments: [name, now, now])
        }
        let location = database.location.map { $0.isEmpty ? nil : $0 }
        try db.execute(
            sql: """
                UPDATE databases SET comment = coalesce(?, comment), location = CASE WHEN ? THEN ? ELSE location END,
                    parameters = coalesce(?, parameters), updated = ? WHERE name = ?
                """,
            arguments: [
                database.comment, location != nil, location ?? nil, try database.parameters.map { try StoredText.map($0) }, now, name,
            ])
    }

    static func databaseID(_ name: String, _ db: GRDB.Database) throws -> Int64? {
        try Int64.fetchOne(db, sql: "SELECT id FROM databases WHERE name = ?", arguments: [name])
    }

    static func unknownDatabase(_ name: String, _ db: GRDB.Database) throws -> SluiceError {
        let names = try String.fetchAll(db, sql: "SELECT name FROM databases ORDER BY name")
        return SluiceError(
            .notFound, "there is no database \(name.quotedForMessage)",
            remedy: Suggestion.remedy(for: name, in: names, noun: "databases")
                ?? "the catalog is empty; run a pipeline with a table sink first")
    }

    private static let databaseQuery =
        "SELECT d.*, (SELECT count(*) FROM tables t WHERE t.database_id = d.id) AS table_count FROM databases d"

    private static func database(_ row: Row) throws -> DatabaseRecord {
        DatabaseRecord(
            name: row["name"], comment: row["comment"], location: row["location"], parameters: try StoredText.map(row["parameters"]),
            tableCount: row["table_count"], createdMicros: row["created"], updatedMicros: row["updated"])
    }
}
