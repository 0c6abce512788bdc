import GRDB
package import SluiceCore

extension Catalog {
    /// Reads the whole database and compares its parts with one another: pages, indexes, references, the words of the search.
    ///
    /// - Returns: What is wrong, in SQLite's words; empty for a database that is whole.
    package func integrityProblems() throws(SluiceError) -> [String] {
        let found = try read { db in
            let limit = CatalogLimits.listedProblems
            var problems = try String.fetchAll(db, sql: "PRAGMA integrity_check(\(limit))").filter { $0 != "ok" }
            for row in try Row.fetchAll(db, sql: "PRAGMA foreign_key_check").prefix(limit) {
                problems.append("a row of \(row["table"] as String) belongs to a row of \(row["parent"] as String) that is not there")
            }
            let lost = """
                SELECT d.name || '.' || t.name FROM tables t JOIN databases d ON d.id = t.database_id
                WHERE NOT EXISTS (SELECT 1 FROM table_versions v WHERE v.table_id = t.id AND v.version = t.version) LIMIT ?
                """
            let miscounted = """
                SELECT name FROM tables t WHERE partition_count <> (SELECT count(*) FROM partitions p WHERE p.table_id = t.id) LIMIT ?
                """
            problems += try String.fetchAll(db, sql: miscounted, arguments: [limit]).map { "table \($0) counts its partitions wrongly" }
            problems += try String.fetchAll(db, sql: lost, arguments: [limit]).map { "table \($0) has lost its current version" }
            return problems
        }
        return found + (try searchProblems())
    }

    /// FTS5 checks its index by a command in the form of an insertion, which changes nothing.
    private func searchProblems() throws(SluiceError) -> [String] {
        try write { db in
            guard try SearchIndex.isFullText(db) else { return [] }
            do {
                try db.execute(sql: "INSERT INTO table_search (table_search, rank) VALUES ('integrity-check', 1)")
            } catch let error as DatabaseError where error.resultCode == .SQLITE_CORRUPT {
                return ["the index of the search is damaged"]
            }
            let difference = """
                SELECT (SELECT count(*) FROM tables) - (SELECT count(*) FROM table_search)
                """
            let count = try Int.fetchOne(db, sql: difference) ?? 0
            return count == 0 ? [] : ["the search knows \(abs(count)) tables \(count > 0 ? "too few" : "too many")"]
        }
    }

    /// Makes the index of the search anew.
    package func rebuildSearch() throws(SluiceError) { try write { db in try SearchIndex.rebuild(db) } }
}
