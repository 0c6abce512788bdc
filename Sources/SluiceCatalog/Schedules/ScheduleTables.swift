import GRDB
import SluiceCore

/// Where jobs, ticks, runs and attempts of the scheduler stand in the database.
enum ScheduleTables {
    /// Ticks (`logical`, `tick_cursor`) are seconds since 1970, other times microseconds. A tick is there once for each job and logical time: the
    /// key is what makes a tick run once. `tick_cursor`: ticks up to it are in the ledger. `revision` counts changes of jobs.
    static let schema = """
        CREATE TABLE schedule_jobs (
            name TEXT PRIMARY KEY, declaration TEXT, schedule TEXT NOT NULL, is_paused INTEGER NOT NULL DEFAULT 0,
            tick_cursor INTEGER NOT NULL, created INTEGER NOT NULL) WITHOUT ROWID;

        CREATE TABLE schedule_runs (
            id TEXT PRIMARY KEY, job TEXT NOT NULL, logical INTEGER NOT NULL, cause TEXT NOT NULL, root TEXT NOT NULL, state TEXT NOT NULL,
            reason TEXT, priority INTEGER NOT NULL, parameters TEXT NOT NULL, width INTEGER, created INTEGER NOT NULL,
            not_before INTEGER NOT NULL, started INTEGER, ended INTEGER, attempts INTEGER NOT NULL, repeats INTEGER NOT NULL,
            is_cancelled INTEGER NOT NULL) WITHOUT ROWID;
        CREATE INDEX schedule_runs_by_job ON schedule_runs (job, id);
        CREATE INDEX schedule_runs_open ON schedule_runs (id) WHERE ended IS NULL;

        CREATE TABLE schedule_ticks (
            job TEXT NOT NULL, logical INTEGER NOT NULL, run_id TEXT REFERENCES schedule_runs(id), reason TEXT, PRIMARY KEY (job, logical))
        WITHOUT ROWID;

        CREATE TABLE schedule_attempts (
            run_id TEXT NOT NULL REFERENCES schedule_runs(id) ON DELETE CASCADE, number INTEGER NOT NULL, state TEXT NOT NULL,
            reason TEXT, started INTEGER NOT NULL, ended INTEGER, process_id INTEGER NOT NULL, process_started TEXT NOT NULL,
            exit_code INTEGER, log TEXT NOT NULL, PRIMARY KEY (run_id, number)) WITHOUT ROWID;

        CREATE TABLE schedule_lead (
            id INTEGER PRIMARY KEY CHECK (id = 1), token INTEGER NOT NULL, process_id INTEGER NOT NULL, process_started TEXT NOT NULL,
            since INTEGER NOT NULL, expires INTEGER NOT NULL, is_wanted INTEGER NOT NULL, revision INTEGER NOT NULL);
        INSERT INTO schedule_lead VALUES (1, 0, 0, '', 0, 0, 0, 0);
        CREATE TRIGGER schedule_jobs_come AFTER INSERT ON schedule_jobs BEGIN UPDATE schedule_lead SET revision = revision + 1; END;
        CREATE TRIGGER schedule_jobs_go AFTER DELETE ON schedule_jobs BEGIN UPDATE schedule_lead SET revision = revision + 1; END;
        CREATE TRIGGER schedule_jobs_change AFTER UPDATE OF declaration, schedule, is_paused ON schedule_jobs BEGIN
            UPDATE schedule_lead SET revision = revision + 1;
        END;

        -- What was told about a run or a tick, and what an event last saw.
        CREATE TABLE schedule_notices (
            job TEXT NOT NULL, subject TEXT NOT NULL, kind TEXT NOT NULL, told INTEGER NOT NULL, PRIMARY KEY (job, subject, kind))
        WITHOUT ROWID;
        CREATE TABLE schedule_sights (job TEXT NOT NULL, event TEXT NOT NULL, seen TEXT NOT NULL, PRIMARY KEY (job, event)) WITHOUT ROWID;
        """

    /// Runs of elements belong to their `parent`, the run of the tick; each element of a tick has one run. `properties` are what a run has told
    /// to those behind it. Cancellations are of any run: of a job, or of a pipeline.
    static let elements = """
        ALTER TABLE schedule_runs ADD COLUMN element TEXT;
        ALTER TABLE schedule_runs ADD COLUMN parent TEXT;
        ALTER TABLE schedule_runs ADD COLUMN properties TEXT NOT NULL DEFAULT '{}';
        CREATE INDEX schedule_runs_by_parent ON schedule_runs (parent, id) WHERE parent IS NOT NULL;
        CREATE INDEX schedule_runs_by_root ON schedule_runs (root, id);

        CREATE TABLE schedule_elements (
            job TEXT NOT NULL, logical INTEGER NOT NULL, element TEXT NOT NULL, run_id TEXT NOT NULL REFERENCES schedule_runs(id),
            PRIMARY KEY (job, logical, element)) WITHOUT ROWID;

        CREATE TABLE run_cancellations (
            run_id TEXT PRIMARY KEY, author TEXT NOT NULL, reason TEXT, asked INTEGER NOT NULL) WITHOUT ROWID;
        """

    /// `requests` counts changes beside the leader, which keeps what it has read until there is one.
    static let requests = "ALTER TABLE schedule_lead ADD COLUMN requests INTEGER NOT NULL DEFAULT 0;"

    /// When a scheduler that ends asks what still runs to end, in microseconds since 1970; null while it works.
    static let draining = "ALTER TABLE schedule_lead ADD COLUMN drains_until INTEGER;"

    /// By the places of its columns, since thousands may wait.
    static func run(_ row: Row) throws -> ScheduledRun {
        ScheduledRun(
            id: RunID(row[0]), job: row[1], logical: row[2], cause: RunCause(rawValue: row[3]) ?? .schedule, root: RunID(row[4]),
            state: ScheduledRunState(rawValue: row[5]) ?? .failed, reason: row[6], priority: row[7],
            parameters: try StoredText.map(row[8] as String), width: row[9], createdMicros: row[10], notBeforeMicros: row[11],
            startedMicros: row[12], endedMicros: row[13], attempts: row[14], repeats: row[15], isCancelled: row[16], element: row[17],
            parent: (row[18] as String?).map { RunID($0) }, properties: try StoredText.map(row[19] as String))
    }

    static func attempt(_ row: Row) -> RunAttempt {
        RunAttempt(
            run: RunID(row["run_id"]), number: row["number"], state: ScheduledRunState(rawValue: row["state"]) ?? .failed,
            reason: row["reason"], startedMicros: row["started"], endedMicros: row["ended"],
            process: ProcessIdentity(processID: row["process_id"], started: row["process_started"]), exitCode: row["exit_code"],
            log: row["log"])
    }

    /// By the places of its columns, since there may be 100,000 of them.
    static func job(_ row: Row) -> StoredJob {
        StoredJob(name: row[0], declaration: row[1], schedule: row[2], isPaused: row[3], cursor: row[4], createdMicros: row[5])
    }
}
