import GRDB
package import SluiceCore

extension Catalog {
    /// Versions of a table, newest first; the first is the current one.
    package func versions(of name: TableName) throws(SluiceError) -> [TableVersion] {
        try read { db in
            let id = try Self.requireTable(name, db)
            return try Row.fetchAll(db, sql: "SELECT * FROM table_versions WHERE table_id = ? ORDER BY version DESC", arguments: [id])
                .map(Self.version)
        }
    }

    /// One version of a table.
    ///
    /// - Throws: `notFound`, saying which there are.
    package func version(_ number: Int, of name: TableName) throws(SluiceError) -> TableVersion {
        try read { db in try Self.version(number, of: name, db) }
    }

    /// Makes a table what it was in an earlier version: as a new version, so that nothing is lost. Owner, tags, partitions and files stay.
    ///
    /// - Returns: The new version's number; the current one's where the table is as it was.
    /// - Throws: `notFound`, `concurrentChange`; `invalidArgument` where the earlier version has other partition keys than the partitions.
    package func rollback(
        _ name: TableName, to number: Int, expecting expected: TableExpectation? = nil
    ) throws(SluiceError) -> Int {
        let now = clock.nowMicros()
        return try write { db in
            try expected?.check(name, db)
            let current = try Self.table(name, db)
            let definition = try Self.version(number, of: name, db).definition(in: current.definition)
            if current.partitionCount > 0, definition.partitionKeys.map(\.name) != current.definition.partitionKeys.map(\.name) {
                throw SluiceError(
                    .invalidArgument,
                    "version \(number) of \"\(name)\" has other partition keys than its \(current.partitionCount) partitions",
                    remedy: "drop the table and let its pipeline or crawler make it anew")
            }
            _ = try Self.putTable(definition, run: nil, now: now, db)
            return try Self.table(name, db).version
        }
    }

    /// Forgets earlier versions; the current one is not among those that can be forgotten.
    ///
    /// - Returns: How many there were.
    package func deleteVersions(_ numbers: [Int], of name: TableName) throws(SluiceError) -> Int {
        try write { db in
            let id = try Self.requireTable(name, db)
            var count = 0
            for number in numbers {
                try db.execute(
                    sql: """
                        DELETE FROM table_versions WHERE table_id = ?1 AND version = ?2 AND version <> (SELECT version FROM tables WHERE id = ?1)
                        """, arguments: [id, number])
                count += db.changesCount
            }
            return count
        }
    }

    static func version(_ number: Int, of name: TableName, _ db: GRDB.Database) throws -> TableVersion {
        let id = try requireTable(name, db)
        let query = "SELECT * FROM table_versions WHERE table_id = ? AND version = ?"
        if let row = try Row.fetchOne(db, sql: query, arguments: [id, number]) { return try version(row) }
        let known = try Int.fetchAll(db, sql: "SELECT version FROM table_versions WHERE table_id = ? ORDER BY version", arguments: [id])
        let shown = known.suffix(20).map(String.init).joined(separator: ", ")
        throw SluiceError(
            .notFound, "table \"\(name)\" has no version \(number)", remedy: "versions: " + (known.count > 20 ? "…, " : "") + shown)
    }

    private static func version(_ row: Row) throws -> TableVersion {
        let details = try (row["details"] as String?).map { try StoredDetails(stored: $0) }
        return TableVersion(
            version: row["version"], columns: try StoredText.columns(row["columns"]),
            partitionKeys: try StoredText.columns(row["partition_keys"]), format: row["format"],
            formatOptions: try StoredText.map(row["format_options"]), createdMicros: row["created"],
            run: (row["run_id"] as String?).map { RunID($0) }, isWhole: details != nil, kind: details?.kind ?? .external,
            storage: details?.storage ?? StorageDescriptor(), view: details?.view, location: details?.location, comment: details?.comment,
            parameters: details?.parameters, owner: details?.owner)
    }
}
