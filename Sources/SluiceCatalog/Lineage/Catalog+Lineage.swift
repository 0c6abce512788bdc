import GRDB
package import SluiceCore

extension Catalog {
    /// The lineage that a run was recorded with; nil for a run without one.
    package func lineage(of run: RunID) throws(SluiceError) -> RecordedLineage? {
        try read { db in
            let row = try Row.fetchOne(
                db, sql: "SELECT runs.id, pipeline, content FROM runs JOIN lineages ON hash = lineage WHERE runs.id = ?",
                arguments: [run.text])
            return try row.map(Self.lineage)
        }
    }

    /// The lineage of the pipeline's last run that succeeded before this one; nil where there is none.
    package func lineage(before run: RunID, of pipeline: String) throws(SluiceError) -> RecordedLineage? {
        try read { db in
            let query = """
                SELECT runs.id, pipeline, content FROM runs JOIN lineages ON hash = lineage
                WHERE pipeline = ? AND runs.id < ? AND state = 'succeeded' ORDER BY runs.id DESC LIMIT 1
                """
            return try Row.fetchOne(db, sql: query, arguments: [pipeline, run.text]).map(Self.lineage)
        }
    }

    /// The lineage of each pipeline's newest run that did not fail, by pipeline.
    package func lineages() throws(SluiceError) -> [RecordedLineage] {
        try read { db in
            let query = """
                SELECT newest.id, pipeline, content FROM
                    (SELECT pipeline, max(id) AS id FROM runs WHERE lineage IS NOT NULL AND state <> 'failed' GROUP BY pipeline) AS newest
                    JOIN runs USING (id, pipeline) JOIN lineages ON hash = lineage
                ORDER BY newest.id DESC LIMIT ?
                """
            return try Row.fetchAll(db, sql: query, arguments: [LineageLimits.pipelines]).map(Self.lineage).sorted {
                $0.pipeline < $1.pipeline
            }
        }
    }

    private static func lineage(_ row: Row) throws -> RecordedLineage {
        RecordedLineage(pipeline: row["pipeline"], run: RunID(row["id"]), lineage: try StoredText.decode(row["content"]))
    }

    /// Keeps a lineage once, whatever number of runs has it.
    static func keep(_ lineage: StoredLineage, now: Int64, _ db: GRDB.Database) throws {
        try db.execute(
            sql: "INSERT OR IGNORE INTO lineages (hash, content, created) VALUES (?, ?, ?)", arguments: [lineage.hash, lineage.text, now])
    }

    /// Lineages by hash, and which one a run has.
    static let lineageTables = """
        CREATE TABLE lineages (hash TEXT PRIMARY KEY, content TEXT NOT NULL, created INTEGER NOT NULL) WITHOUT ROWID;
        ALTER TABLE runs ADD COLUMN lineage TEXT;
        """
}

/// A lineage as text, named by the text's hash.
package struct StoredLineage: Hashable, Sendable {
    package var hash: String
    package var text: String

    /// - Parameters:
    ///   - hash: SHA-256 of `text`, in hexadecimal.
    ///   - text: `RunLineage.storedText()`.
    package init(hash: String, text: String) {
        self.hash = hash
        self.text = text
    }
}
