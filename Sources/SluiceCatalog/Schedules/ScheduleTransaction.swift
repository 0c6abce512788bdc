import GRDB

/// Changes of the ledger that are made together or not at all.
package struct ScheduleTransaction {
    let db: GRDB.Database
    /// Microseconds since 1970.
    package let now: Int64
    /// Runs that were added or written, in order.
    private let written = WrittenRuns()

    private final class WrittenRuns {
        var runs: [ScheduledRun] = []
    }

    init(db: GRDB.Database, now: Int64) { (self.db, self.now) = (db, now) }

    /// Runs that were added or written by this transaction so far, as they are now, in the order in which that was done.
    package var writtenRuns: [ScheduledRun] { written.runs }

    /// Statements are kept compiled: thousands of runs may be made at one moment.
    private func execute(_ sql: String, _ arguments: StatementArguments) throws {
        try db.cachedStatement(sql: sql).execute(arguments: arguments)
    }

    private func row(_ sql: String, _ arguments: StatementArguments) throws -> Row? {
        try Row.fetchOne(db.cachedStatement(sql: sql), arguments: arguments)
    }

    // MARK: Jobs

    package func jobs() throws -> [StoredJob] {
        var found: [StoredJob] = []
        try eachJob { found.append($0) }
        return found
    }

    /// All jobs, as they are at one count of changes.
    package func jobRows() throws -> JobRows { JobRows(rows: try jobs(), revision: try counts().jobs) }

    /// Looks at all jobs, in the order of their names; none is kept.
    package func eachJob(_ body: (StoredJob) throws -> Void) throws {
        let rows = try Row.fetchCursor(db, sql: "SELECT * FROM schedule_jobs ORDER BY name")
        while let row = try rows.next() { try body(ScheduleTables.job(row)) }
    }

    package func job(_ name: String) throws -> StoredJob? {
        try row("SELECT * FROM schedule_jobs WHERE name = ?", [name]).map(ScheduleTables.job)
    }

    package func put(_ job: StoredJob) throws {
        try execute(
            """
            INSERT INTO schedule_jobs VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (name) DO UPDATE SET
                declaration = ?2, schedule = ?3, is_paused = ?4, tick_cursor = ?5
            """, [job.name, job.declaration, job.schedule, job.isPaused, job.cursor, job.createdMicros])
    }

    package func removeJob(_ name: String) throws {
        try db.execute(sql: "DELETE FROM schedule_jobs WHERE name = ?", arguments: [name])
    }

    /// Ticks up to a moment are in the ledger. It never goes back.
    package func advance(_ job: String, to cursor: Int64) throws {
        try execute("UPDATE schedule_jobs SET tick_cursor = max(tick_cursor, ?) WHERE name = ?", [cursor, job])
    }

    /// How often jobs were changed, whoever did it, and how often anything was changed beside the leader.
    package func counts() throws -> (jobs: Int64, requests: Int64) {
        let row = try row("SELECT revision, requests FROM schedule_lead", [])
        return (row?[0] ?? 0, row?[1] ?? 0)
    }

    // MARK: Ticks

    package func tick(_ job: String, _ logical: Int64) throws -> StoredTick? {
        try row("SELECT * FROM schedule_ticks WHERE job = ? AND logical = ?", [job, logical]).map(Self.tick)
    }

    /// The first second from a moment on of which a job has no tick.
    ///
    /// - Complexity: O(ticks in a row from the moment on).
    package func freeSecond(of job: String, from moment: Int64) throws -> Int64 {
        guard try tick(job, moment) != nil else { return moment }
        let row = try row(
            """
            SELECT logical + 1 FROM schedule_ticks AS taken WHERE job = ?1 AND logical >= ?2 AND NOT EXISTS
                (SELECT 1 FROM schedule_ticks WHERE job = ?1 AND logical = taken.logical + 1) ORDER BY logical LIMIT 1
            """, [job, moment])
        return row?[0] ?? moment
    }

    /// Ticks of a job from one moment to before another, in order.
    package func ticks(_ job: String, in range: Range<Int64>, limit: Int) throws -> [StoredTick] {
        try Row.fetchAll(
            db, sql: "SELECT * FROM schedule_ticks WHERE job = ? AND logical >= ? AND logical < ? ORDER BY logical LIMIT ?",
            arguments: [job, range.lowerBound, range.upperBound, limit]
        ).map(Self.tick)
    }

    /// Adds a tick.
    ///
    /// - Returns: Whether it was not there before; nothing is changed otherwise.
    package func add(_ tick: StoredTick) throws -> Bool {
        try execute("INSERT OR IGNORE INTO schedule_ticks VALUES (?, ?, ?, ?)", [tick.job, tick.logical, tick.run?.text, tick.reason])
        return db.changesCount == 1
    }

    /// Gives a tick that is there another run: that of a backfill or of a run that is done again.
    package func replace(_ tick: StoredTick) throws {
        try db.execute(
            sql: "UPDATE schedule_ticks SET run_id = ?3, reason = ?4 WHERE job = ?1 AND logical = ?2",
            arguments: [tick.job, tick.logical, tick.run?.text, tick.reason])
    }

    private static func tick(_ row: Row) -> StoredTick {
        StoredTick(
            job: row["job"], logical: row["logical"], run: (row["run_id"] as String?).map { RunID($0) }, reason: row["reason"])
    }

    // MARK: Runs

    package func add(_ run: ScheduledRun) throws {
        try execute(
            "INSERT INTO schedule_runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                run.id.text, run.job, run.logical, run.cause.rawValue, run.root.text, run.state.rawValue, run.reason, run.priority,
                try StoredText.map(run.parameters), run.width, run.createdMicros, run.notBeforeMicros, run.startedMicros, run.endedMicros,
                run.attempts, run.repeats, run.isCancelled, run.element, run.parent?.text, try StoredText.map(run.properties),
            ])
        written.runs.append(run)
    }

    /// Writes what may change of a run; whether it is cancelled is only ever set.
    package func update(_ run: ScheduledRun) throws {
        try execute(
            """
            UPDATE schedule_runs SET state = ?, reason = ?, not_before = ?, started = ?, ended = ?, attempts = ?, repeats = ?,
                is_cancelled = max(is_cancelled, ?), properties = ? WHERE id = ?
            """,
            [
                run.state.rawValue, run.reason, run.notBeforeMicros, run.startedMicros, run.endedMicros, run.attempts, run.repeats,
                run.isCancelled, try StoredText.map(run.properties), run.id.text,
            ])
        written.runs.append(run)
    }

    package func run(_ id: RunID) throws -> ScheduledRun? {
        try row("SELECT * FROM schedule_runs WHERE id = ?", [id.text]).map(ScheduleTables.run)
    }

    /// Runs that are not over, in the order in which they were made.
    package func openRuns() throws -> [ScheduledRun] {
        var found: [ScheduledRun] = []
        let rows = try Row.fetchCursor(db, sql: "SELECT * FROM schedule_runs WHERE ended IS NULL ORDER BY id")
        while let row = try rows.next() { found.append(try ScheduleTables.run(row)) }
        return found
    }

    /// Runs, the newest first.
    package func runs(job: String? = nil, state: ScheduledRunState? = nil, root: RunID? = nil, limit: Int) throws -> [ScheduledRun] {
        // Conditions that are there only, so that each has its index.
        let given = [("job", job), ("state", state?.rawValue), ("root", root?.text)].filter { $0.1 != nil }
        let condition = given.isEmpty ? "" : "WHERE " + given.map { "\($0.0) = ?" }.joined(separator: " AND ")
        return try Row.fetchAll(
            db, sql: "SELECT * FROM schedule_runs \(condition) ORDER BY id DESC LIMIT ?",
            arguments: StatementArguments(given.compactMap { $0.1 }) + [limit]
        ).map(ScheduleTables.run)
    }

    /// What ended before a run of the same job did, and says how it went: no elements, nothing that was left out or that somebody ended.
    ///
    /// - Complexity: O(runs that were made last). One that was made long before may be missed.
    package func lastEnded(before run: ScheduledRun) throws -> ScheduledRun? {
        // Ids of one millisecond are in no order.
        try Row.fetchOne(
            db,
            sql: """
                SELECT * FROM (
                    SELECT * FROM schedule_runs WHERE job = ?1 AND id <> ?2 AND parent IS NULL AND ended IS NOT NULL
                        AND state NOT IN ('skipped', 'cancelled') AND (ended < ?3 OR ended = ?3 AND logical < ?4)
                    ORDER BY id DESC LIMIT 100)
                ORDER BY ended DESC, logical DESC LIMIT 1
                """,
            arguments: [run.job, run.id.text, run.endedMicros ?? now, run.logical]
        ).map(ScheduleTables.run)
    }

    // MARK: Attempts

    package func add(_ attempt: RunAttempt) throws {
        try execute(
            "INSERT INTO schedule_attempts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                attempt.run.text, attempt.number, attempt.state.rawValue, attempt.reason, attempt.startedMicros, attempt.endedMicros,
                attempt.process.processID, attempt.process.started, attempt.exitCode, attempt.log,
            ])
    }

    package func update(_ attempt: RunAttempt) throws {
        try execute(
            "UPDATE schedule_attempts SET state = ?, reason = ?, ended = ?, exit_code = ? WHERE run_id = ? AND number = ?",
            [
                attempt.state.rawValue, attempt.reason, attempt.endedMicros, attempt.exitCode, attempt.run.text, attempt.number,
            ])
    }

    /// Attempts of a run, in order.
    package func attempts(of run: RunID) throws -> [RunAttempt] {
        try Row.fetchAll(db, sql: "SELECT * FROM schedule_attempts WHERE run_id = ? ORDER BY number", arguments: [run.text])
            .map(ScheduleTables.attempt)
    }

    // MARK: Notices and events

    /// Notes that something was told.
    ///
    /// - Returns: Whether it was not told before.
    package func note(_ kind: String, about subject: String, of job: String) throws -> Bool {
        try db.execute(sql: "INSERT OR IGNORE INTO schedule_notices VALUES (?, ?, ?, ?)", arguments: [job, subject, kind, now])
        return db.changesCount == 1
    }

    /// Whether something was told.
    package func isNoted(_ kind: String, about subject: String, of job: String) throws -> Bool {
        try Bool.fetchOne(
            db, sql: "SELECT EXISTS (SELECT 1 FROM schedule_notices WHERE job = ? AND subject = ? AND kind = ?)",
            arguments: [job, subject, kind]) ?? false
    }

    /// What an event of a job last saw; nil before it first looked.
    package func sight(_ event: String, of job: String) throws -> String? {
        try String.fetchOne(db, sql: "SELECT seen FROM schedule_sights WHERE job = ? AND event = ?", arguments: [job, event])
    }

    /// Forgets what all events of a job saw.
    package func removeSights(of job: String) throws {
        try db.execute(sql: "DELETE FROM schedule_sights WHERE job = ?", arguments: [job])
    }

    package func setSight(_ event: String, of job: String, _ seen: String) throws {
        try db.execute(sql: "INSERT OR REPLACE INTO schedule_sights VALUES (?, ?, ?)", arguments: [job, event, seen])
    }
}
