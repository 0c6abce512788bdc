/// What crawlers know of files and tables, and their history.
enum CrawlTables {
    /// `settings` is what decides what a crawl finds; `modified` microseconds since 1970; `note` why a file is in no table.
    static let schema = """
        CREATE TABLE crawl_runs (
            id INTEGER PRIMARY KEY AUTOINCREMENT, crawler TEXT NOT NULL, settings TEXT NOT NULL, state TEXT NOT NULL,
            started INTEGER NOT NULL, ended INTEGER, process_id INTEGER NOT NULL, process_started TEXT NOT NULL, report TEXT NOT NULL,
            error TEXT);
        CREATE INDEX crawl_runs_by_crawler ON crawl_runs (crawler, id);

        CREATE TABLE crawl_files (
            crawler TEXT NOT NULL, path TEXT NOT NULL, byte_count INTEGER NOT NULL, modified INTEGER NOT NULL, note TEXT,
            PRIMARY KEY (crawler, path)) WITHOUT ROWID;

        CREATE TABLE crawl_tables (
            crawler TEXT NOT NULL, database_name TEXT NOT NULL, table_name TEXT NOT NULL, place TEXT NOT NULL, evidence TEXT NOT NULL,
            PRIMARY KEY (database_name, table_name)) WITHOUT ROWID;
        CREATE INDEX crawl_tables_by_crawler ON crawl_tables (crawler);
        """

    /// What files are, and what each of them showed, so that only changed ones are read again. `class` names a row of `crawl_classes`, which
    /// many files share; `sketches` has the counts of different values of a table's columns.
    static let evidence = """
        CREATE TABLE crawl_classes (
            id INTEGER PRIMARY KEY, crawler TEXT NOT NULL, content TEXT NOT NULL, UNIQUE (crawler, content));
        ALTER TABLE crawl_files ADD COLUMN class INTEGER;
        ALTER TABLE crawl_tables ADD COLUMN sketches BLOB;
        CREATE TABLE crawl_evidence (
            crawler TEXT NOT NULL, path TEXT NOT NULL, evidence BLOB NOT NULL, PRIMARY KEY (crawler, path)) WITHOUT ROWID;
        """
}
