import GRDB
import SluiceCore

/// The schema of the database, step by step. A step that was released is never edited; the next change is a new step.
enum Migrations {
    /// Whether no step is left to do; one look.
    ///
    /// - Throws: `stateTooNew` for a database with steps that this release does not know.
    static func isCurrent(_ queue: DatabaseQueue, path: String) throws -> Bool {
        let migrator = self.migrator
        return try queue.read { db in
            // Looked up by itself: to know all tables takes as long as everything else that a short command reads.
            let known = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'grdb_migrations'"
            guard try Int.fetchOne(db, sql: known) == 1 else { return false }
            let applied = Set(try String.fetchAll(db, sql: "SELECT identifier FROM grdb_migrations"))
            if let unknown = applied.subtracting(migrator.migrations).sorted().first {
                throw try tooNew(db, unknown, path)
            }
            return applied.count == migrator.migrations.count
        }
    }

    /// Does the steps that are left.
    ///
    /// They are synced together, with the last commit: a power cut before it leaves the first of them, and the next start does the others.
    static func apply(to queue: DatabaseQueue, path: String) throws {
        if try isCurrent(queue, path: path) { return }
        if try queue.read({ db in try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") == 0 }) {
            return try queue.write { db in try makeAnew(db) }
        }
        try queue.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA synchronous = NORMAL") }
        try migrator.migrate(queue)
        try queue.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA synchronous = FULL") }
        try queue.write { db in try tellWriter(db) }
    }

    private struct Step: Sendable {
        var name: String
        var make: @Sendable (Database) throws -> Void

        init(_ name: String, _ make: @escaping @Sendable (Database) throws -> Void) { (self.name, self.make) = (name, make) }
    }

    private static let steps = [
        Step("1 catalog, runs, bookmarks") { db in try db.execute(sql: first) },
        Step("2 consumer groups") { db in try db.execute(sql: GroupTables.schema) },
        Step("3 states of pipelines") { db in
            try db.execute(
                sql: """
                    CREATE TABLE pipeline_states (
                        pipeline TEXT PRIMARY KEY, epoch INTEGER NOT NULL, content TEXT NOT NULL, run_id TEXT, updated INTEGER NOT NULL)
                    WITHOUT ROWID;
                    """)
        },
        Step("4 publications") { db in try db.execute(sql: publications) },
        Step("5 backfills") { db in try db.execute(sql: BackfillTables.schema) },
        Step("6 lineage by column") { db in try db.execute(sql: Catalog.lineageTables) },
        Step("7 quality results") { db in try db.execute(sql: Catalog.qualityTables) },
        Step("8 secrets") { db in
            try db.execute(
                sql: "CREATE TABLE secrets (name TEXT PRIMARY KEY, sealed BLOB NOT NULL, updated INTEGER NOT NULL) WITHOUT ROWID;")
        },
        Step("9 publications to connectors") { db in
            try db.execute(
                sql: """
                    ALTER TABLE pending_publications ADD COLUMN connector TEXT;
                    ALTER TABLE pending_publications ADD COLUMN settings TEXT;
                    INSERT INTO facts (name, value) VALUES ('identity', lower(hex(randomblob(16))));
                    """)
        },
        Step("10 tables in full") { db in
            try db.execute(sql: tablesInFull + PartitionKeys.schema + Catalog.statisticsTables + Catalog.declarationTables)
            try db.execute(sql: PartitionKeys.planning)
        },
        Step("11 search") { db in try SearchIndex.create(db) },
        Step("12 crawls") { db in try db.execute(sql: CrawlTables.schema) },
        Step("13 schedules") { db in try db.execute(sql: ScheduleTables.schema) },
        Step("14 schema registry") { db in try db.execute(sql: RegistryTables.schema) },
        Step("15 connections") { db in try db.execute(sql: Catalog.connectionTables) },
        Step("16 evidence of crawled files") { db in try db.execute(sql: CrawlTables.evidence) },
        Step("19 fields that were found") { db in try db.execute(sql: Catalog.entityFieldTables) },
        Step("23 elements, properties and cancellations of runs") { db in
            try db.execute(sql: ScheduleTables.elements)
        },
        Step("21 jobs of services") { db in try db.execute(sql: Catalog.serviceJobTables) },
        Step("24 documents of services") { db in try db.execute(sql: Catalog.documentTables) },
        Step("41 requests beside the scheduler") { db in try db.execute(sql: ScheduleTables.requests) },
        Step("42 draining of the scheduler") { db in try db.execute(sql: ScheduleTables.draining) },
        Step("43 declarations of connections") { db in try db.execute(sql: Catalog.connectionDeclarations) },
        Step("44 timestamps of partitions in nanoseconds") { db in try db.execute(sql: PartitionKeys.timestampsAnew) },
        Step("45 earlier values of metadata of schemas") { db in try db.execute(sql: Catalog.schemaMetadataTable) },
    ]

    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        for step in steps { migrator.registerMigration(step.name) { db in try step.make(db) } }
        return migrator
    }

    /// Does all steps in one transaction: of an empty database nothing has to be checked between them.
    private static func makeAnew(_ db: Database) throws {
        // As `DatabaseMigrator` keeps what was done.
        try db.execute(sql: "CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)")
        for step in steps {
            try step.make(db)
            try db.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES (?)", arguments: [step.name])
        }
        try tellWriter(db)
    }

    private static func tellWriter(_ db: Database) throws {
        try db.execute(sql: "INSERT OR REPLACE INTO facts (name, value) VALUES ('written_by', ?)", arguments: [Release.version])
    }

    /// Does the first steps only, for tests of what a state of an earlier version becomes.
    static func apply(first count: Int, to queue: DatabaseQueue) throws {
        let migrator = self.migrator
        try migrator.migrate(queue, upTo: migrator.migrations[count - 1])
    }

    static var names: [String] { migrator.migrations }

    private static let tablesInFull = """
        ALTER TABLE tables ADD COLUMN owner TEXT NOT NULL DEFAULT '';
        ALTER TABLE tables ADD COLUMN tags TEXT NOT NULL DEFAULT '{}';
        ALTER TABLE tables ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;
        ALTER TABLE table_versions ADD COLUMN details TEXT;

        -- Counted as they come and go: counting a million takes longer than all else that a look at a table does.
        ALTER TABLE tables ADD COLUMN partition_count INTEGER NOT NULL DEFAULT 0;
        UPDATE tables SET partition_count = (SELECT count(*) FROM partitions p WHERE p.table_id = tables.id);
        CREATE TRIGGER partitions_come AFTER INSERT ON partitions BEGIN
            UPDATE tables SET partition_count = partition_count + 1 WHERE id = new.table_id;
        END;
        CREATE TRIGGER partitions_go AFTER DELETE ON partitions BEGIN
            UPDATE tables SET partition_count = partition_count - 1 WHERE id = old.table_id;
        END;

        """

    private static func tooNew(_ db: Database, _ unknown: String, _ path: String) throws -> SluiceError {
        let writer = try db.tableExists("facts") ? String.fetchOne(db, sql: "SELECT value FROM facts WHERE name = 'written_by'") : nil
        return SluiceError(
            .stateTooNew,
            "\(path.quotedForMessage) was written by Sluice \(writer ?? "of a later version"); this is \(Release.version), which does not know its change \(unknown.quotedForMessage)",
            at: .file(path: path), remedy: "use that version, or another --home")
    }

    /// Records that committed runs owe to streams and other targets, in the order of the commits; `content` where there is no file.
    private static let publications = """
        CREATE TABLE pending_publications (
            id INTEGER PRIMARY KEY AUTOINCREMENT, run_id TEXT NOT NULL, pipeline TEXT NOT NULL, stream TEXT NOT NULL,
            shards INTEGER NOT NULL, path TEXT, content BLOB, byte_count INTEGER NOT NULL, row_count INTEGER NOT NULL);
        CREATE INDEX publications_by_pipeline ON pending_publications (pipeline, id);
        """

    /// Times are microseconds since 1970; maps and column lists are JSON; names are folded to lower case.
    private static let first = """
        CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

        CREATE TABLE databases (
            id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, comment TEXT NOT NULL, location TEXT, parameters TEXT NOT NULL,
            created INTEGER NOT NULL, updated INTEGER NOT NULL);

        CREATE TABLE tables (
            id INTEGER PRIMARY KEY, database_id INTEGER NOT NULL REFERENCES databases(id), name TEXT NOT NULL,
            comment TEXT NOT NULL, location TEXT NOT NULL, parameters TEXT NOT NULL, version INTEGER NOT NULL,
            row_count INTEGER NOT NULL, byte_count INTEGER NOT NULL, file_count INTEGER NOT NULL,
            created INTEGER NOT NULL, updated INTEGER NOT NULL, UNIQUE (database_id, name));

        -- What a change of schema replaces; the current version is the one that the table names.
        CREATE TABLE table_versions (
            table_id INTEGER NOT NULL REFERENCES tables(id) ON DELETE CASCADE, version INTEGER NOT NULL,
            columns TEXT NOT NULL, partition_keys TEXT NOT NULL, format TEXT NOT NULL, format_options TEXT NOT NULL,
            created INTEGER NOT NULL, run_id TEXT, PRIMARY KEY (table_id, version)) WITHOUT ROWID;

        CREATE TABLE partitions (
            table_id INTEGER NOT NULL REFERENCES tables(id) ON DELETE CASCADE, partition_values TEXT NOT NULL,
            location TEXT NOT NULL, file_count INTEGER NOT NULL, row_count INTEGER NOT NULL, byte_count INTEGER NOT NULL,
            created INTEGER NOT NULL, updated INTEGER NOT NULL, PRIMARY KEY (table_id, partition_values)) WITHOUT ROWID;

        CREATE TABLE table_files (
            table_id INTEGER NOT NULL REFERENCES tables(id) ON DELETE CASCADE, partition_values TEXT NOT NULL, path TEXT NOT NULL,
            row_count INTEGER NOT NULL, byte_count INTEGER NOT NULL, run_id TEXT,
            PRIMARY KEY (table_id, partition_values, path)) WITHOUT ROWID;

        CREATE TABLE runs (
            id TEXT PRIMARY KEY, pipeline TEXT NOT NULL, definition_hash TEXT NOT NULL, state TEXT NOT NULL,
            started INTEGER NOT NULL, ended INTEGER, process_id INTEGER NOT NULL, process_started TEXT NOT NULL,
            rows_in INTEGER NOT NULL DEFAULT 0, rows_out INTEGER NOT NULL DEFAULT 0, dead_letters INTEGER NOT NULL DEFAULT 0,
            report TEXT NOT NULL, error TEXT) WITHOUT ROWID;
        CREATE INDEX runs_by_pipeline ON runs (pipeline, id);
        CREATE INDEX runs_open ON runs (id) WHERE state = 'running';

        CREATE TABLE bookmarks (
            pipeline TEXT NOT NULL, source TEXT NOT NULL, position BLOB NOT NULL, run_id TEXT, updated INTEGER NOT NULL,
            PRIMARY KEY (pipeline, source)) WITHOUT ROWID;

        -- Paths that vanish unless the run commits.
        CREATE TABLE staging (run_id TEXT NOT NULL, path TEXT NOT NULL, PRIMARY KEY (run_id, path)) WITHOUT ROWID;

        -- Work on files that a committed run still owes: moves, then removals.
        CREATE TABLE pending_files (
            id INTEGER PRIMARY KEY, run_id TEXT NOT NULL, source TEXT NOT NULL, target TEXT);
        """
}
