import FoundationEssentials
import GRDB
package import SluiceCore

/// How far a pipeline has read one of its sources.
package struct Bookmark: Hashable, Sendable {
    package var pipeline: String
    package var source: String
    /// In the source's own form.
    package var position: [UInt8]
    /// The run that set it; nil for a command.
    package var run: RunID?
    /// Microseconds since 1970; set by the catalog.
    package var updatedMicros: Int64

    package init(pipeline: String, source: String, position: [UInt8], run: RunID? = nil, updatedMicros: Int64 = 0) {
        self.pipeline = pipeline
        self.source = source
        self.position = position
        self.run = run
        self.updatedMicros = updatedMicros
    }
}

extension Catalog {
    /// Bookmarks by pipeline and source, of one pipeline or of all.
    package func bookmarks(pipeline: String? = nil) throws(SluiceError) -> [Bookmark] {
        try read { db in
            try Row.fetchAll(
                db, sql: "SELECT * FROM bookmarks WHERE ?1 IS NULL OR pipeline = ?1 ORDER BY pipeline, source", arguments: [pipeline]
            )
            .map(Self.bookmark)
        }
    }

    /// Nil where nothing was read yet.
    package func bookmark(pipeline: String, source: String) throws(SluiceError) -> Bookmark? {
        try read { db in
            try Row.fetchOne(
                db, sql: "SELECT * FROM bookmarks WHERE pipeline = ? AND source = ?", arguments: [pipeline, source]
            ).map(Self.bookmark)
        }
    }

    /// Sets a bookmark by command; runs set theirs with their commit.
    package func setBookmark(_ bookmark: Bookmark) throws(SluiceError) {
        let now = clock.nowMicros()
        try write { db in try Self.set(bookmark, run: bookmark.run, now: now, db) }
    }

    /// Forgets how far a source was read, so that the next run reads all of it.
    package func deleteBookmark(pipeline: String, source: String) throws(SluiceError) {
        try write { db in
            try Self.forgetSharing(of: pipeline, db)
            try db.execute(sql: "DELETE FROM bookmarks WHERE pipeline = ? AND source = ?", arguments: [pipeline, source])
        }
    }

    static func set(_ bookmark: Bookmark, run: RunID?, now: Int64, _ db: GRDB.Database) throws {
        try db.execute(
            sql: "INSERT OR REPLACE INTO bookmarks VALUES (?, ?, ?, ?, ?)",
            arguments: [bookmark.pipeline, bookmark.source, Data(bookmark.position), run?.text, now])
    }

    private static func bookmark(_ row: Row) -> Bookmark {
        Bookmark(
            pipeline: row["pipeline"], source: row["source"], position: Array(row["position"] as Data),
            run: (row["run_id"] as String?).map { RunID($0) }, updatedMicros: row["updated"])
    }
}
