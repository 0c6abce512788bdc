import GRDB
package import SluiceCore

extension Catalog {
    /// Records that a run has begun.
    ///
    /// - Parameters:
    ///   - definitionHash: SHA-256 of the definition, in hexadecimal.
    ///   - staging: Paths that this run writes to before it commits; should its process die, the next opening removes them.
    ///   - lineage: Of the run's plan.
    package func beginRun(
        pipeline: String, definitionHash: String, staging: [String] = [], lineage: StoredLineage? = nil
    ) throws(SluiceError) -> RunID {
        var random = SystemRandomNumberGenerator()
        let now = clock.nowMicros()
        let id = RunID(atMicros: now, using: &random)
        let process = ProcessIdentity.current
        try write { db in
            try db.execute(
                sql: """
                    INSERT INTO runs (id, pipeline, definition_hash, state, started, process_id, process_started, report, lineage)
                    VALUES (?, ?, ?, 'running', ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    id.text, pipeline, definitionHash, now, process.processID, process.started, try StoredText.json(RunReport()),
                    lineage?.hash,
                ])
            if let lineage { try Self.keep(lineage, now: now, db) }
            try Self.stage(staging, run: id, db)
        }
        return id
    }

    /// Adds paths that a run writes to before it commits, once it knows them; call it before they are created.
    package func stage(_ paths: [String], run: RunID) throws(SluiceError) { try write { db in try Self.stage(paths, run: run, db) } }

    /// Ends a run without output. Does nothing to a run that has ended or committed.
    ///
    /// - Parameters:
    ///   - interrupted: It was stopped, rather than failed by itself.
    ///   - quality: What came out of its rule sets since its last commit.
    package func failRun(
        _ id: RunID, _ error: SluiceError, report: RunReport, interrupted: Bool = false, quality: [QualityResult] = []
    ) throws(SluiceError) {
        let now = clock.nowMicros()
        let state: RunState = interrupted ? .interrupted : .failed
        let staged = try write { db -> [String] in
            try db.execute(
                sql: """
                    UPDATE runs SET state = ?, ended = ?, error = ?, rows_in = ?, rows_out = ?, dead_letters = ?, report = ?
                    WHERE id = ? AND state = 'running'
                    """,
                arguments: [
                    state.rawValue, now, try StoredText.json(RunFailure(error)), report.rowsIn, report.rowsOut, report.deadLetters,
                    KnownSecrets.masked(try StoredText.json(report)), id.text,
                ])
            if db.changesCount == 0 { return [] }
            for result in quality { _ = try Self.insert(result, run: id, now: now, db) }
            return try Self.staged(id, db)
        }
        for path in staged { try DiskFiles.removeTree(path) }
        if !staged.isEmpty { try write { db in try Self.forgetStaging(id, db) } }
    }

    /// Runs, newest first.
    ///
    /// - Parameter state: Only runs that are in it; a run whose process is gone counts as interrupted.
    package func runs(
        pipeline: String? = nil, state: RunState? = nil, limit: Int = CatalogLimits.listedRuns
    ) throws(SluiceError) -> [RunRecord] {
        // A running one may turn out to be interrupted, so both are asked for and then looked at.
        let states = state.map { $0 == .interrupted ? [$0, .running] : [$0] } ?? RunState.allCases
        let isRunning = hooks.isRunning
        return try read { db in
            let query = """
                SELECT * FROM runs WHERE (?1 IS NULL OR pipeline = ?1) AND state IN (\(states.map { "'\($0.rawValue)'" }.joined(separator: ", ")))
                ORDER BY id DESC
                """
            var found: [RunRecord] = []
            let cursor = try Row.fetchCursor(db, sql: query, arguments: [pipeline])
            while found.count < limit, let row = try cursor.next() {
                let run = try Self.run(row, isRunning)
                if state == nil || run.state == state { found.append(run) }
            }
            return found
        }
    }

    /// The run with an id, or the only one whose id begins so, in any letter case.
    ///
    /// - Throws: `notFound`; `invalidArgument` if several begin so.
    package func run(matching text: String) throws(SluiceError) -> RunRecord {
        let prefix = text.uppercased()
        let isRunning = hooks.isRunning
        return try read { db in
            let rows = try Row.fetchAll(
                db, sql: "SELECT * FROM runs WHERE id >= ? AND id < ? ORDER BY id LIMIT 2", arguments: [prefix, prefix + "~"])
            guard let row = rows.first, !prefix.isEmpty else {
                let newest = try String.fetchAll(db, sql: "SELECT id FROM runs ORDER BY id DESC LIMIT 20")
                throw SluiceError(
                    .notFound, "there is no run \(text.quotedForMessage)",
                    remedy: Suggestion.remedy(for: text, in: newest, noun: "newest runs") ?? "nothing has run yet")
            }
            guard rows.count == 1 else {
                throw SluiceError(.invalidArgument, "several runs begin with \(text.quotedForMessage)", remedy: "give more of the id")
            }
            return try Self.run(row, isRunning)
        }
    }

    static func run(_ row: Row, _ isRunning: (ProcessIdentity) -> Bool) throws -> RunRecord {
        let process = ProcessIdentity(processID: row["process_id"], started: row["process_started"])
        var state = RunState(rawValue: row["state"]) ?? .failed
        if state == .running, !isRunning(process) { state = .interrupted }
        return RunRecord(
            id: RunID(row["id"]), pipeline: row["pipeline"], definitionHash: row["definition_hash"], state: state,
            startedMicros: row["started"], endedMicros: row["ended"], process: process,
            failure: try (row["error"] as String?).map { try StoredText.decode($0) }, report: try StoredText.decode(row["report"]))
    }

    static func stage(_ paths: [String], run: RunID, _ db: GRDB.Database) throws {
        for path in paths { try db.execute(sql: "INSERT OR IGNORE INTO staging VALUES (?, ?)", arguments: [run.text, path]) }
    }

    static func staged(_ run: RunID, _ db: GRDB.Database) throws -> [String] {
        try String.fetchAll(db, sql: "SELECT path FROM staging WHERE run_id = ?", arguments: [run.text])
    }

    static func forgetStaging(_ run: RunID, _ db: GRDB.Database) throws {
        try db.execute(sql: "DELETE FROM staging WHERE run_id = ?", arguments: [run.text])
    }
}
