import SluiceCore
import SluiceSQLite

/// A connection to the index of a store: SQL lives here and in the extensions of this type. Used by one task at a time.
final class BucketIndex: @unchecked Sendable {
    let connection: SQLiteConnection
    private var statements: [String: SQLiteStatement] = [:]

    /// - Parameter writes: Whether this is the one connection that changes the index.
    init(_ path: String, writes: Bool) throws(SluiceError) {
        connection = try SQLiteConnection(path, writes ? .create : .read)
        guard writes else { return }
        try connection.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 8000")
        let version = try connection.integer("PRAGMA user_version") ?? 0
        guard version <= Self.version else {
            throw SluiceError(
                .stateTooNew, "\(path.quotedForMessage) is of version \(version), and this program knows \(Self.version)",
                at: .file(path: path), remedy: "use a newer sluice")
        }
        guard version < Self.version else { return }
        try connection.writing { () throws(SluiceError) in
            for step in Self.schema[Int(version)...] { try connection.execute(step) }
            try connection.execute("PRAGMA user_version = \(Self.version)")
        }
    }

    /// A statement, made once.
    func statement(_ sql: String, _ values: [SQLiteValue] = []) throws(SluiceError) -> SQLiteStatement {
        let statement: SQLiteStatement
        if let known = statements[sql] {
            statement = known
            statement.reset()
        } else {
            statement = try connection.prepare(sql)
            statements[sql] = statement
        }
        for (place, value) in values.enumerated() { try statement.bind(value, at: place) }
        return statement
    }

    func run(_ sql: String, _ values: [SQLiteValue]) throws(SluiceError) { try statement(sql, values).run() }

    /// What `row` makes of each row.
    func rows<Row>(_ sql: String, _ values: [SQLiteValue], _ row: (SQLiteStatement) -> Row) throws(SluiceError) -> [Row] {
        let statement = try statement(sql, values)
        defer { statement.reset() }
        var result: [Row] = []
        while try statement.step() { result.append(row(statement)) }
        return result
    }

    func first<Row>(_ sql: String, _ values: [SQLiteValue], _ row: (SQLiteStatement) -> Row) throws(SluiceError) -> Row? {
        let statement = try statement(sql, values)
        defer { statement.reset() }
        return try statement.step() ? row(statement) : nil
    }

    private static let version = Int64(schema.count)

    /// What each version of the index added.
    private static let schema = [objectTables, eventTables, completionChecksums]

    /// Keys are blobs, which SQLite orders by their bytes. `objects` has what keys stand for, without delete markers, so that a page of a
    /// listing is a range of it; `older` has all other versions and the markers.
    private static let objectTables = """
        CREATE TABLE buckets(
            id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, owner TEXT NOT NULL, region TEXT NOT NULL,
            created INTEGER NOT NULL, versioning INTEGER NOT NULL);
        CREATE TABLE settings(bucket INTEGER NOT NULL, kind TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY(bucket, kind)) WITHOUT ROWID;
        CREATE TABLE objects(
            bucket INTEGER NOT NULL, key BLOB NOT NULL, stamp INTEGER NOT NULL, file_time INTEGER NOT NULL, size INTEGER NOT NULL,
            place INTEGER NOT NULL, version TEXT NOT NULL, marker INTEGER NOT NULL, modified INTEGER NOT NULL, etag TEXT NOT NULL,
            traits BLOB NOT NULL, PRIMARY KEY(bucket, key)) WITHOUT ROWID;
        CREATE TABLE older(
            bucket INTEGER NOT NULL, key BLOB NOT NULL, stamp INTEGER NOT NULL, file_time INTEGER NOT NULL, size INTEGER NOT NULL,
            place INTEGER NOT NULL, version TEXT NOT NULL, marker INTEGER NOT NULL, modified INTEGER NOT NULL, etag TEXT NOT NULL,
            traits BLOB NOT NULL, PRIMARY KEY(bucket, key, stamp DESC)) WITHOUT ROWID;
        CREATE UNIQUE INDEX older_versions ON older(bucket, key, version);
        CREATE TABLE uploads(
            id TEXT PRIMARY KEY, bucket INTEGER NOT NULL, key BLOB NOT NULL, started INTEGER NOT NULL, algorithm TEXT NOT NULL,
            composite INTEGER NOT NULL, traits BLOB NOT NULL) WITHOUT ROWID;
        CREATE INDEX uploads_order ON uploads(bucket, key, id);
        CREATE TABLE parts(
            upload TEXT NOT NULL, number INTEGER NOT NULL, stamp INTEGER NOT NULL, size INTEGER NOT NULL, etag TEXT NOT NULL,
            modified INTEGER NOT NULL, checksum TEXT NOT NULL, PRIMARY KEY(upload, number)) WITHOUT ROWID;
        CREATE TABLE completions(
            id TEXT PRIMARY KEY, bucket INTEGER NOT NULL, key BLOB NOT NULL, stamp INTEGER NOT NULL, etag TEXT NOT NULL,
            version TEXT NOT NULL) WITHOUT ROWID;
        CREATE INDEX completions_order ON completions(stamp);
        CREATE TABLE moves(
            stamp INTEGER PRIMARY KEY, file_time INTEGER NOT NULL, size INTEGER NOT NULL, bucket TEXT NOT NULL, key BLOB NOT NULL,
            place INTEGER NOT NULL, round INTEGER NOT NULL, content BLOB);
        CREATE TABLE removals(
            stamp INTEGER PRIMARY KEY, file_time INTEGER NOT NULL, size INTEGER NOT NULL, bucket TEXT NOT NULL, key BLOB NOT NULL,
            round INTEGER NOT NULL);
        CREATE TABLE state(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
        """

    /// The checksum that a completion was answered with; no algorithm: none.
    private static let completionChecksums = """
        ALTER TABLE completions ADD COLUMN algorithm TEXT NOT NULL DEFAULT '';
        ALTER TABLE completions ADD COLUMN checksum TEXT NOT NULL DEFAULT '';
        ALTER TABLE completions ADD COLUMN composite INTEGER NOT NULL DEFAULT 0;
        """

    /// Who watches a bucket, and events that nobody has taken yet.
    private static let eventTables = """
        CREATE TABLE watches(
            bucket INTEGER NOT NULL, id TEXT NOT NULL, target TEXT NOT NULL, kinds TEXT NOT NULL, prefix BLOB NOT NULL,
            suffix BLOB NOT NULL, PRIMARY KEY(bucket, id)) WITHOUT ROWID;
        CREATE TABLE events(
            number INTEGER PRIMARY KEY, kind TEXT NOT NULL, micros INTEGER NOT NULL, bucket TEXT NOT NULL, owner TEXT NOT NULL,
            region TEXT NOT NULL, key BLOB NOT NULL, version TEXT, size INTEGER NOT NULL, etag TEXT NOT NULL, watch TEXT NOT NULL,
            target TEXT NOT NULL);
        """
}
