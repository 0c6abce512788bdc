import FoundationEssentials
import GRDB
package import SluiceCore

extension Catalog {
    /// The first publication of a pipeline behind an id, in the order of the commits.
    package func nextPublication(of pipeline: String, after id: Int64) throws(SluiceError) -> PendingPublication? {
        try read { db in
            try Row.fetchOne(
                db, sql: "SELECT * FROM pending_publications WHERE pipeline = ? AND id > ? ORDER BY id LIMIT 1", arguments: [pipeline, id]
            ).map(Self.publication)
        }
    }

    /// The highest id that a publication was ever given; 0 before the first.
    package func lastPublicationID() throws(SluiceError) -> Int64 {
        try read { db in
            try Int64.fetchOne(db, sql: "SELECT seq FROM sqlite_sequence WHERE name = 'pending_publications'") ?? 0
        }
    }

    /// Tells this state from any other, also from one that was begun anew in the same directory: 32 hexadecimal digits.
    package func identity() throws(SluiceError) -> String {
        try read { db in try String.fetchOne(db, sql: "SELECT value FROM facts WHERE name = 'identity'") ?? "" }
    }

    /// What pipelines owe whose processes are gone: nobody is about to publish it.
    package func unpublished() throws(SluiceError) -> [UnpublishedRecords] {
        try read { [hooks] db in try Self.unpublished(hooks.isRunning, db) }
    }

    /// Forgets publications whose records are durable in their streams, and removes their files.
    package func strikeOff(_ publications: [Int64]) throws(SluiceError) {
        guard !publications.isEmpty else { return }
        let lock = try Self.commitLock(home)
        defer { lock.release() }
        try write { db in try Self.strikeOff(publications, db) }
        try hooks.reached(.struckOff)
        try settle()
    }

    /// Tells that a part of a publication is done, for tests that stop there.
    package func reached(_ step: CommitStep) throws(SluiceError) { try hooks.reached(step) }

    static func strikeOff(_ publications: [Int64], _ db: GRDB.Database) throws {
        for id in publications {
            let query = "DELETE FROM pending_publications WHERE id = ? RETURNING run_id, path"
            guard let row = try Row.fetchOne(db, sql: query, arguments: [id]), let path = row["path"] as String? else { continue }
            try owe(RunID(row["run_id"]), path, nil, db)
        }
    }

    /// Records what is to be published. Files of it are not the staging of the run any more, which vanishes.
    static func record(_ publications: [Publication], run: RunID, now: Int64, _ db: GRDB.Database) throws {
        for publication in publications {
            let (name, shards, connector) = columns(publication.target)
            var bytes: [UInt8]?
            if case .bytes(let content) = publication.content { bytes = content }
            // Ids grow with time, too, so that a state that was begun anew or restored does not use those that streams know already.
            try db.execute(
                sql: """
                    INSERT INTO pending_publications
                        (id, run_id, pipeline, stream, shards, connector, settings, path, content, byte_count, row_count)
                    SELECT max(?, 1 + coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'pending_publications'), 0)),
                        id, pipeline, ?, ?, ?, ?, ?, ?, ?, ? FROM runs WHERE id = ?
                    """,
                arguments: [
                    now / 1_000, name, shards, connector?.connector, connector?.settings, publication.path, bytes.map { Data($0) },
                    publication.byteCount, publication.rowCount, run.text,
                ])
            if let path = publication.path {
                try db.execute(
                    sql: "DELETE FROM staging WHERE run_id = ? AND path IN (?, ?)",
                    arguments: [run.text, path, DiskFiles.parent(of: path)])
            }
        }
    }

    static func unpublished(
        _ isRunning: (ProcessIdentity) -> Bool, _ db: GRDB.Database
    ) throws -> [UnpublishedRecords] {
        let query = """
            SELECT p.pipeline, p.stream, p.shards, p.connector, p.settings, p.row_count, r.process_id, r.process_started
            FROM pending_publications p LEFT JOIN runs r ON r.id = p.run_id ORDER BY p.id
            """
        var found: [UnpublishedRecords] = []
        for row in try Row.fetchAll(db, sql: query) {
            if let processID = row["process_id"] as Int32?,
                isRunning(ProcessIdentity(processID: processID, started: row["process_started"]))
            {
                continue
            }
            let records = UnpublishedRecords(pipeline: row["pipeline"], target: target(row).description, rowCount: row["row_count"])
            if let index = found.firstIndex(where: { $0.pipeline == records.pipeline && $0.target == records.target }) {
                found[index].rowCount += records.rowCount
            } else {
                found.append(records)
            }
        }
        return found
    }

    private static func publication(_ row: Row) -> PendingPublication {
        let path = row["path"] as String?
        let content = Publication.Content.bytes((row["content"] as Data?).map { Array($0) } ?? [])
        return PendingPublication(
            id: row["id"], run: RunID(row["run_id"]), pipeline: row["pipeline"],
            publication: Publication(
                target(row), content: path.map { .file($0) } ?? content, byteCount: row["byte_count"], rowCount: row["row_count"]))
    }

    /// A target as columns: `stream` has the name of either kind, `connector` and `settings` are null for a stream.
    private static func columns(_ target: Publication.Target) -> (name: String, shards: Int, connector: Publication.ConnectorTarget?) {
        switch target {
        case .stream(let name, let shards): (name, shards, nil)
        case .connector(let target): (target.name, 0, target)
        }
    }

    private static func target(_ row: Row) -> Publication.Target {
        guard let connector = row["connector"] as String? else { return .stream(row["stream"], shards: row["shards"]) }
        return .connector(.init(connector: connector, name: row["stream"], settings: row["settings"] as String? ?? ""))
    }
}
