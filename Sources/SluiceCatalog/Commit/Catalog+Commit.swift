import GRDB
package import SluiceCore

extension Catalog {
    /// Ends a run with success and makes its output visible: exactly once, wholly or not at all.
    ///
    /// One transaction records the run, tables, versions, partitions, files, bookmarks, checkpoints of consumer groups, and the renames,
    /// removals and publications that are owed; then renames and removals are done. A crash before the transaction leaves the old state, and
    /// one after it is finished by the next opening.
    /// - Throws: before the transaction whatever stops it (nothing has changed then); after it what stops a rename, with a remedy that says that
    ///   the run is committed. `failRun` does not undo it.
    package func commit(
        _ output: OutputCommit, run: RunID, report: RunReport, bookmarks: [Bookmark] = [], checkpoints: [StoredCheckpoint] = []
    ) throws(SluiceError) {
        try commit(output, run: run, report: report, RunProgressCommit(bookmarks: bookmarks, checkpoints: checkpoints))
    }

    /// As `commit`, with how far the run has come; a run of several epochs commits each, and ends with the last.
    package func commit(
        _ output: OutputCommit, run: RunID, report: RunReport, _ progress: RunProgressCommit
    ) throws(SluiceError) {
        try prepare(output)
        try hooks.reached(.prepared)
        let lock = try Self.commitLock(home)
        defer { lock.release() }
        let now = clock.nowMicros()
        try write { [hooks] db in
            try Self.record(run, report, isLast: progress.isLast, now: now, db)
            try Self.record(progress, run: run, now: now, db)
            try Self.forgetServiceJobs(of: run, db)
            for result in output.quality { _ = try Self.insert(result, run: run, now: now, db) }
            var removals = output.removals
            for table in output.tables { removals += try Self.record(table, run: run, now: now, db) }
            try Self.record(output.publications, run: run, now: now, db)
            if let unit = output.backfillUnit { try Self.record(unit, run: run, now: now, db) }
            let finals = output.renames.map(\.final) + output.tables.flatMap { $0.files.map(\.path) }
            let waiting = output.publications.compactMap(\.path)
            let kept = Set((finals + waiting + waiting.map { DiskFiles.parent(of: $0) }).map { ExactText($0) })
            for rename in output.renames { try Self.owe(run, rename.staged, rename.final, db) }
            // Objects of a store are removed by what publishes the run's own.
            for path in removals where !kept.contains(ExactText(path)) && !path.contains("://") { try Self.owe(run, path, nil, db) }
            try hooks.reached(.written)
        }
        do throws(SluiceError) {
            try hooks.reached(.recorded)
            try settle()
        } catch {
            var explained = error
            explained.remedy =
                "the run is committed; its files are put in place by the next command that opens this state"
                + (error.remedy.map { ", once you \($0)" } ?? "")
            throw explained
        }
    }

    /// Does what committed runs owe.
    func settle() throws(SluiceError) {
        let work = try read { db in try PendingFiles.all(db) }
        let lost = try work.carryOut(hooks.reached)
        try write { db in try work.clear(db) }
        try hooks.reached(.cleared)
        if let path = lost.first {
            throw SluiceError(.fileNotFound, "the output \(path.quotedForMessage) vanished before it was in place", at: .file(path: path))
        }
    }

    /// Everything that can fail before the transaction fails here: missing files, directories that cannot be made.
    private func prepare(_ output: OutputCommit) throws(SluiceError) {
        for rename in output.renames { try DiskFiles.syncFile(rename.staged) }
        for directory in Set(output.renames.map { ExactText(DiskFiles.parent(of: $0.staged)) }) {
            try DiskFiles.syncDirectory(directory.text)
        }
        for directory in Set(output.renames.map { ExactText(DiskFiles.parent(of: $0.final)) }) {
            try DiskFiles.createDirectories(directory.text)
        }
        for directory in Set(output.publications.compactMap(\.path).map { ExactText(DiskFiles.parent(of: $0)) }) {
            try DiskFiles.syncDirectory(directory.text)
            try DiskFiles.syncDirectory(DiskFiles.parent(of: directory.text))
        }
    }

    /// Commits and recoveries of all processes take turns with the files.
    static func commitLock(_ home: String) throws(SluiceError) -> FileLock {
        try DiskFiles.createDirectories(home + "/locks")
        return try FileLock.wait(home + "/locks/commit.lock")
    }

    private static func record(_ run: RunID, _ report: RunReport, isLast: Bool, now: Int64, _ db: GRDB.Database) throws {
        try db.execute(
            sql: """
                UPDATE runs SET state = ?, ended = ?, rows_in = ?, rows_out = ?, dead_letters = ?, report = ?
                WHERE id = ? AND state = 'running'
                """,
            arguments: [
                isLast ? "succeeded" : "running", isLast ? now : nil, report.rowsIn, report.rowsOut, report.deadLetters,
                KnownSecrets.masked(try StoredText.json(report)), run.text,
            ])
        guard db.changesCount == 1 else { throw SluiceError(.invalidArgument, "run \(run) has ended already or never began") }
    }

    private static func record(_ progress: RunProgressCommit, run: RunID, now: Int64, _ db: GRDB.Database) throws {
        for bookmark in progress.bookmarks { try set(bookmark, run: run, now: now, db) }
        for checkpoint in progress.checkpoints { try Self.checkpoint(checkpoint, nowMicros: now, in: db) }
        if let state = progress.state { try set(state, run: run, now: now, db) }
        try strikeOff(progress.published, db)
        if progress.isLast { return }
        try forgetStaging(run, db)
        try stage(progress.nextStaging, run: run, db)
    }

    /// - Returns: Paths of files that the table no longer has.
    private static func record(_ table: OutputCommit.Table, run: RunID, now: Int64, _ db: GRDB.Database) throws -> [String] {
        let current = try tableID(table.definition.name, db).map { _ in try Self.table(table.definition.name, db).definition }
        var definition = current.map { table.definition.keepingDescriptions(of: $0) } ?? table.definition
        if let current, table.mode == .append || table.basis != nil { try definition.meet(current, isAdded: table.mode == .append) }
        let id = try putTable(definition, run: run, now: now, db)
        var replaced: [String] = []
        if table.mode == .overwrite {
            let held = try files(id, db)
            if let basis = table.basis, Set(held.map { ExactText($0.path) }) != Set(basis.map { ExactText($0) }) {
                throw SluiceError(
                    .tableChanged, "table \(table.definition.name) was changed by another run while this one was merging rows into it",
                    remedy: "run it again: nothing was written, and the next run merges into the table as it is now")
            }
            replaced = held.compactMap { $0.run == nil ? nil : $0.path }
            try removeFiles(id, db)
        }
        replaced += try removeReplaced(table, id, now: now, db)
        try addFiles(table.files, run: run, table: id, now: now, db)
        return replaced
    }

    static func owe(_ run: RunID, _ source: String, _ target: String?, _ db: GRDB.Database) throws {
        try db.execute(sql: "INSERT INTO pending_files (run_id, source, target) VALUES (?, ?, ?)", arguments: [run.text, source, target])
    }
}

extension SluiceError.Code {
    /// What a run's output was made from is not there any more.
    package static let tableChanged = Self("table-changed")
}
