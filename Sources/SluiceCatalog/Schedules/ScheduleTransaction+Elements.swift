import GRDB

extension ScheduleTransaction {
    // MARK: Elements

    /// The run of an element of a tick; nil where it has none.
    package func elementRun(_ job: String, _ logical: Int64, _ element: String) throws -> ScheduledRun? {
        try Row.fetchOne(
            db,
            sql: """
                SELECT r.* FROM schedule_elements e JOIN schedule_runs r ON r.id = e.run_id
                WHERE e.job = ? AND e.logical = ? AND e.element = ?
                """, arguments: [job, logical, element]
        ).map(ScheduleTables.run)
    }

    /// Gives an element of a tick its run, in place of one that it had.
    package func setElementRun(_ run: ScheduledRun) throws {
        try db.execute(
            sql: "INSERT OR REPLACE INTO schedule_elements VALUES (?, ?, ?, ?)",
            arguments: [run.job, run.logical, run.element, run.id.text])
    }

    /// Runs of elements that belong to a run, in the order in which they were made.
    package func children(of parent: RunID) throws -> [ScheduledRun] {
        try Row.fetchAll(db, sql: "SELECT * FROM schedule_runs WHERE parent = ? ORDER BY id", arguments: [parent.text])
            .map(ScheduleTables.run)
    }

    /// Runs of elements that are not over.
    package func openChildren(of parent: RunID) throws -> Int {
        try Int.fetchOne(
            db, sql: "SELECT count(*) FROM schedule_runs WHERE parent = ? AND ended IS NULL", arguments: [parent.text]) ?? 0
    }

    // MARK: Cancellations

    /// Notes who asked for a run's end, and why; the first one counts.
    package func note(_ cancellation: RunCancellation) throws {
        try db.execute(
            sql: "INSERT OR IGNORE INTO run_cancellations VALUES (?, ?, ?, ?)",
            arguments: [cancellation.run.text, cancellation.author, cancellation.reason, now])
    }

    /// Who asked for the end of a run of a job or of a pipeline.
    package func cancellation(of run: RunID) throws -> RunCancellation? {
        try Row.fetchOne(db, sql: "SELECT * FROM run_cancellations WHERE run_id = ?", arguments: [run.text]).map { row in
            RunCancellation(run: run, author: row["author"], reason: row["reason"], askedMicros: row["asked"])
        }
    }
}

/// Who asked for the end of a run, and why.
package struct RunCancellation: Hashable, Sendable {
    package var run: RunID
    /// A user and the process that asked: `root, process 4711`.
    package var author: String
    package var reason: String?
    /// When it was noted.
    package var askedMicros: Int64

    package init(run: RunID, author: String, reason: String? = nil, askedMicros: Int64 = 0) {
        (self.run, self.author, self.reason, self.askedMicros) = (run, author, reason, askedMicros)
    }

    /// `it was cancelled by root, process 4711: the source is wrong`.
    package var text: String { "it was cancelled by \(author)" + (reason.map { ": \($0)" } ?? "") }
}
