import GRDB
package import SluiceCore

/// What opening the catalog finished or removed for processes that are gone.
package struct RecoveredWork: Sendable {
    /// Renames and removals of committed runs.
    package var finishedFiles = 0
    /// Outputs of committed runs that somebody removed before they were in place.
    package var lostFiles: [String] = []
    /// Runs that were cut off before they committed; what they staged was removed.
    package var interruptedRuns: [RunID] = []
    /// Records of committed runs that are not in their targets yet; the next run of a pipeline puts them there.
    package var unpublished: [UnpublishedRecords] = []
    /// What stopped the work, which the next opening tries again. It does not stop this opening: the catalog can still be read.
    package var failure: SluiceError?

    package var isEmpty: Bool {
        finishedFiles == 0 && lostFiles.isEmpty && interruptedRuns.isEmpty && unpublished.isEmpty && failure == nil
    }
}

/// Finishes committed runs and removes what others left, for `Catalog.init`.
struct Recovery {
    let queue: DatabaseQueue
    let home: String
    let now: Int64
    let hooks: Catalog.Hooks

    /// Four look-ups when there is nothing to do.
    func run() throws(SluiceError) -> RecoveredWork {
        var done = RecoveredWork()
        done.unpublished = try reading { db in try Catalog.unpublished(hooks.isRunning, db) }
        if try !isNeeded() { return done }
        do throws(SluiceError) {
            let lock = try Catalog.commitLock(home)
            defer { lock.release() }
            // Another process may have done it while this one waited for the lock; so all is looked up again.
            try finishCommitted(&done)
            try removeAbandoned(&done)
        } catch {
            done.failure = error
        }
        return done
    }

    private func isNeeded() throws(SluiceError) -> Bool {
        try reading { db in try !PendingFiles.all(db).isEmpty || !abandoned(db).isEmpty }
    }

    private func finishCommitted(_ done: inout RecoveredWork) throws(SluiceError) {
        let work = try reading { db in try PendingFiles.all(db) }
        done.lostFiles = try work.carryOut { _ in }
        done.finishedFiles = work.count - done.lostFiles.count
        try writing { db in try work.clear(db) }
    }

    private func removeAbandoned(_ done: inout RecoveredWork) throws(SluiceError) {
        for run in try reading({ db in try abandoned(db) }) {
            for path in try reading({ db in try Catalog.staged(run, db) }) { try DiskFiles.removeTree(path) }
            try writing { db in try interrupt(run, db) }
            done.interruptedRuns.append(run)
        }
    }

    private func abandoned(_ db: GRDB.Database) throws -> [RunID] {
        try Row.fetchAll(db, sql: "SELECT id, process_id, process_started FROM runs WHERE state = 'running' ORDER BY id").compactMap {
            row in
            let process = ProcessIdentity(processID: row["process_id"], started: row["process_started"])
            return hooks.isRunning(process) ? nil : RunID(row["id"])
        }
    }

    private func interrupt(_ run: RunID, _ db: GRDB.Database) throws {
        let failure = RunFailure(SluiceError(.interrupted, "the process of the run ended before it was done", remedy: "run it again"))
        try db.execute(
            sql: "UPDATE runs SET state = 'interrupted', ended = ?, error = ? WHERE id = ? AND state = 'running'",
            arguments: [now, try StoredText.json(failure), run.text])
        try Catalog.forgetStaging(run, db)
    }

    private func reading<Result>(_ body: (GRDB.Database) throws -> Result) throws(SluiceError) -> Result {
        try SluiceError.catching(Catalog.databasePath(home: home)) { try queue.read(body) }
    }

    private func writing(_ body: (GRDB.Database) throws -> Void) throws(SluiceError) {
        try SluiceError.catching(Catalog.databasePath(home: home)) { try queue.write(body) }
    }
}
