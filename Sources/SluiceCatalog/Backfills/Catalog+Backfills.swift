import GRDB
package import SluiceCore

extension Catalog {
    /// The backfill with a key; nil where there was none yet.
    package func backfill(_ key: BackfillKey) throws(SluiceError) -> BackfillRecord? {
        try read { [hooks] db in try Self.backfill(key, hooks.isRunning, db) }
    }

    /// Backfills, the newest first.
    package func backfills(pipeline: String? = nil, limit: Int = CatalogLimits.listedRuns) throws(SluiceError) -> [BackfillRecord] {
        try read { [hooks] db in
            try Row.fetchAll(
                db, sql: "SELECT * FROM backfills WHERE ?1 IS NULL OR pipeline = ?1 ORDER BY updated DESC, id DESC LIMIT ?2",
                arguments: [pipeline, limit]
            ).map { try BackfillTables.record($0, hooks.isRunning, db) }
        }
    }

    /// The backfill with an id, or the only one whose id begins so.
    ///
    /// - Throws: `notFound`; `invalidArgument` if several begin so.
    package func backfill(matching text: String) throws(SluiceError) -> BackfillRecord {
        let prefix = text.uppercased()
        return try read { [hooks] db in
            let rows = try Row.fetchAll(
                db, sql: "SELECT * FROM backfills WHERE id >= ? AND id < ? ORDER BY id LIMIT 2", arguments: [prefix, prefix + "~"])
            guard let row = rows.first, !prefix.isEmpty else {
                let known = try String.fetchAll(db, sql: "SELECT id FROM backfills ORDER BY id DESC LIMIT 20")
                throw SluiceError(
                    .notFound, "there is no backfill \(text.quotedForMessage)",
                    remedy: Suggestion.remedy(for: text, in: known, noun: "newest backfills") ?? "there was no backfill yet")
            }
            guard rows.count == 1 else {
                throw SluiceError(.invalidArgument, "several backfills begin with \(text.quotedForMessage)", remedy: "give more of the id")
            }
            return try BackfillTables.record(row, hooks.isRunning, db)
        }
    }

    /// Begins a backfill, or goes on with the one that has the key; this process is at work on it from now on. The caller has the pipeline's
    /// lock.
    ///
    /// - Parameters:
    ///   - units: All units of the range, in order. Those that are known keep what became of them, others are added, and those that are gone
    ///     are forgotten.
    ///   - restarts: Units that were done are to be done again.
    package func beginBackfill(
        _ key: BackfillKey, definitionHash: String, units: [BackfillUnitRecord], restarts: Bool
    ) throws(SluiceError) -> BackfillRecord {
        var random = SystemRandomNumberGenerator()
        let now = clock.nowMicros()
        let fresh = RunID(atMicros: now, using: &random)
        let process = ProcessIdentity.current
        return try write { [hooks] db in
            try db.execute(
                sql: """
                    INSERT INTO backfills VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, 0, ?8, ?9)
                    ON CONFLICT (pipeline, range_from, range_to, manner) DO UPDATE SET definition_hash = ?6, updated = ?7, is_over = 0,
                        process_id = ?8, process_started = ?9
                    """,
                arguments: [
                    fresh.text, key.pipeline, key.from, key.to, key.manner, definitionHash, now, process.processID, process.started,
                ])
            guard let begun = try Self.backfill(key, hooks.isRunning, db) else {
                throw SluiceError(.stateCorrupt, "the backfill that was just begun is not there")
            }
            let names = Set(units.map(\.name))
            for unit in begun.units where !names.contains(unit.name) {
                try db.execute(sql: "DELETE FROM backfill_units WHERE backfill_id = ? AND name = ?", arguments: [begun.id.text, unit.name])
            }
            for (place, unit) in units.enumerated() { try Self.put(unit, at: place, of: begun, restarts: restarts, db) }
            return try Self.backfill(key, hooks.isRunning, db) ?? begun
        }
    }

    /// What a unit is at, outside of a run's commit; one that is done stays so.
    package func setUnit(
        _ unit: String, of backfill: RunID, _ state: BackfillUnitState, failure: SluiceError? = nil
    ) throws(SluiceError) {
        let now = clock.nowMicros()
        try write { db in
            try db.execute(
                sql: "UPDATE backfill_units SET state = ?, error = ?, updated = ? WHERE backfill_id = ? AND name = ? AND state <> 'done'",
                arguments: [state.rawValue, try failure.map { try StoredText.json(RunFailure($0)) }, now, backfill.text, unit])
            try db.execute(sql: "UPDATE backfills SET updated = ? WHERE id = ?", arguments: [now, backfill.text])
        }
    }

    /// This process is not at work on the backfill any more.
    package func endBackfill(_ id: RunID) throws(SluiceError) {
        let now = clock.nowMicros()
        try write { db in try db.execute(sql: "UPDATE backfills SET is_over = 1, updated = ? WHERE id = ?", arguments: [now, id.text]) }
    }

    /// The unit is done, within the transaction of its run's commit.
    static func record(_ commit: BackfillUnitCommit, run: RunID, now: Int64, _ db: GRDB.Database) throws {
        try db.execute(
            sql: """
                UPDATE backfill_units SET state = 'done', error = NULL, run_id = ?, outputs = ?, updated = ?
                WHERE backfill_id = ? AND name = ?
                """,
            arguments: [run.text, try StoredText.json(commit.outputs), now, commit.backfill.text, commit.unit])
        guard db.changesCount == 1 else {
            throw SluiceError(.invalidArgument, "backfill \(commit.backfill) has no unit \(commit.unit.quotedForMessage)")
        }
    }

    private static func put(
        _ unit: BackfillUnitRecord, at place: Int, of backfill: BackfillRecord, restarts: Bool, _ db: GRDB.Database
    ) throws {
        let known = backfill.units.first { $0.name == unit.name }
        let isDone = known?.state == .done && !restarts
        try db.execute(
            sql: """
                INSERT INTO backfill_units VALUES (?1, ?2, ?3, 'pending', ?4, ?5, ?6, NULL, NULL, '[]', NULL)
                ON CONFLICT (backfill_id, name) DO UPDATE SET place = ?3
                """,
            arguments: [backfill.id.text, unit.name, place, unit.fingerprint, unit.inputCount, unit.byteCount])
        guard known != nil, !isDone else { return }
        try db.execute(
            sql: """
                UPDATE backfill_units SET state = 'pending', error = NULL, fingerprint = ?, input_count = ?, byte_count = ?
                WHERE backfill_id = ? AND name = ?
                """,
            arguments: [unit.fingerprint, unit.inputCount, unit.byteCount, backfill.id.text, unit.name])
    }

    private static func backfill(
        _ key: BackfillKey, _ isRunning: (ProcessIdentity) -> Bool, _ db: GRDB.Database
    ) throws -> BackfillRecord? {
        try Row.fetchOne(
            db, sql: "SELECT * FROM backfills WHERE pipeline = ? AND range_from = ? AND range_to = ? AND manner = ?",
            arguments: [key.pipeline, key.from, key.to, key.manner]
        ).map { try BackfillTables.record($0, isRunning, db) }
    }
}
