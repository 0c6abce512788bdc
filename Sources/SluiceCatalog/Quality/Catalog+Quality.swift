import GRDB
package import SluiceCore

extension Catalog {
    /// Records a result that belongs to no run.
    ///
    /// - Returns: the result with its number.
    package func record(_ result: QualityResult) throws(SluiceError) -> QualityResult {
        let now = clock.nowMicros()
        return try write { db in try Self.insert(result, run: nil, now: now, db) }
    }

    /// Results, newest first.
    package func qualityResults(
        subject: String? = nil, ruleSet: String? = nil, limit: Int = CatalogLimits.listedRuns
    ) throws(SluiceError) -> [QualityResult] {
        try read { db in
            let query = """
                SELECT * FROM quality_results WHERE (?1 IS NULL OR subject = ?1) AND (?2 IS NULL OR rule_set = ?2)
                ORDER BY id DESC LIMIT ?3
                """
            return try Row.fetchAll(db, sql: query, arguments: [subject, ruleSet, limit]).map(Self.qualityResult)
        }
    }

    /// The result with a number.
    ///
    /// - Throws: `notFound`.
    package func qualityResult(_ id: Int64) throws(SluiceError) -> QualityResult {
        try read { db in
            if let row = try Row.fetchOne(db, sql: "SELECT * FROM quality_results WHERE id = ?", arguments: [id]) {
                return try Self.qualityResult(row)
            }
            let newest = try Int64.fetchOne(db, sql: "SELECT max(id) FROM quality_results")
            throw SluiceError(
                .notFound, "there is no quality result \(id)", remedy: newest.map { "the newest is \($0)" } ?? "nothing was evaluated yet")
        }
    }

    /// Values of a figure, newest first.
    package func figureHistory(subject: String, ruleSet: String, figure: String, limit: Int) throws(SluiceError) -> [Double] {
        try read { db in
            try Double.fetchAll(
                db,
                sql: "SELECT value FROM quality_figures WHERE subject = ? AND rule_set = ? AND figure = ? ORDER BY result_id DESC LIMIT ?",
                arguments: [subject, ruleSet, figure, limit])
        }
    }

    static func insert(_ result: QualityResult, run: RunID?, now: Int64, _ db: GRDB.Database) throws -> QualityResult {
        var result = result
        result.run = run
        result.evaluatedMicros = now
        try db.execute(
            sql: "INSERT INTO quality_results (subject, rule_set, run_id, evaluated, content) VALUES (?, ?, ?, ?, ?)",
            arguments: [result.subject, result.ruleSet, run?.text, now, try StoredText.json(result)])
        result.id = db.lastInsertedRowID
        for figure in result.outcomes.flatMap(\.figures) + result.figures where figure.value.isFinite {
            try db.execute(
                sql: "INSERT OR IGNORE INTO quality_figures (subject, rule_set, figure, result_id, value) VALUES (?, ?, ?, ?, ?)",
                arguments: [result.subject, result.ruleSet, figure.name, result.id, figure.value])
        }
        try prune(result, db)
        return result
    }

    /// Forgets the oldest results of a rule set over one subject beyond `CatalogLimits.qualityResults`.
    private static func prune(_ result: QualityResult, _ db: GRDB.Database) throws {
        let oldest = try Int64.fetchOne(
            db, sql: "SELECT id FROM quality_results WHERE subject = ? AND rule_set = ? ORDER BY id DESC LIMIT 1 OFFSET ?",
            arguments: [result.subject, result.ruleSet, CatalogLimits.qualityResults])
        guard let oldest else { return }
        let arguments: StatementArguments = [result.subject, result.ruleSet, oldest]
        try db.execute(sql: "DELETE FROM quality_results WHERE subject = ? AND rule_set = ? AND id <= ?", arguments: arguments)
        try db.execute(sql: "DELETE FROM quality_figures WHERE subject = ? AND rule_set = ? AND result_id <= ?", arguments: arguments)
    }

    private static func qualityResult(_ row: Row) throws -> QualityResult {
        var result: QualityResult = try StoredText.decode(row["content"])
        result.id = row["id"]
        result.run = (row["run_id"] as String?).map { RunID($0) }
        result.evaluatedMicros = row["evaluated"]
        return result
    }

    /// Results, and their numbers apart, which dynamic rules look up.
    static let qualityTables = """
        CREATE TABLE quality_results (
            id INTEGER PRIMARY KEY AUTOINCREMENT, subject TEXT NOT NULL, rule_set TEXT NOT NULL, run_id TEXT, evaluated INTEGER NOT NULL,
            content TEXT NOT NULL);
        CREATE INDEX quality_by_subject ON quality_results (subject, rule_set, id);
        CREATE TABLE quality_figures (
            subject TEXT NOT NULL, rule_set TEXT NOT NULL, figure TEXT NOT NULL, result_id INTEGER NOT NULL, value REAL NOT NULL,
            PRIMARY KEY (subject, rule_set, figure, result_id)) WITHOUT ROWID;
        """
}
