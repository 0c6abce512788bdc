import GRDB
package import SluiceCore

extension Catalog {
    /// What a crawler found the last time.
    package func crawlState(of crawler: String) throws(SluiceError) -> CrawlState {
        try read { db in
            var state = CrawlState()
            state.settings = try String.fetchOne(
                db, sql: "SELECT settings FROM crawl_runs WHERE crawler = ? AND state = 'done' ORDER BY id DESC LIMIT 1",
                arguments: [crawler])
            var kinds: [Int64: String] = [:]
            for row in try Row.fetchAll(db, sql: "SELECT id, content FROM crawl_classes WHERE crawler = ?", arguments: [crawler]) {
                kinds[row[0]] = row[1]
            }
            let files = try Row.fetchCursor(
                db, sql: "SELECT path, byte_count, modified, note, class FROM crawl_files WHERE crawler = ? ORDER BY path",
                arguments: [crawler])
            while let row = try files.next() {
                let kind = (row[4] as Int64?).flatMap { kinds[$0] }
                state.files.append(CrawledFile(path: row[0], byteCount: row[1], modifiedMicros: row[2], note: row[3], kind: kind))
            }
            // A table that somebody dropped is not the crawler's any more.
            let tables = """
                SELECT c.database_name, c.table_name, c.place, substr(c.evidence, 1, 64) FROM crawl_tables c JOIN databases d ON d.name = c.database_name
                JOIN tables t ON t.database_id = d.id AND t.name = c.table_name WHERE c.crawler = ? ORDER BY 1, 2
                """
            state.tables = try Row.fetchAll(db, sql: tables, arguments: [crawler]).map { row in
                CrawledTable(
                    name: try TableName(database: row[0], table: row[1]), place: row[2], keptOut: CrawledTable.keptOut(row[3]))
            }
            let made = try Int.fetchOne(db, sql: "SELECT count(*) FROM crawl_tables WHERE crawler = ?", arguments: [crawler]) ?? 0
            if made != state.tables.count { state.settings = nil }
            return state
        }
    }

    /// The evidence that the last crawl left for a table: a JSON document.
    ///
    /// - Throws: `notFound`.
    package func crawlEvidence(of name: TableName) throws(SluiceError) -> String {
        try read { db in
            let query = "SELECT evidence FROM crawl_tables WHERE database_name = ? AND table_name = ?"
            if let text = try String.fetchOne(db, sql: query, arguments: [name.database, name.table]) { return text }
            _ = try Self.requireTable(name, db)
            throw SluiceError(.notFound, "no crawler made the table \"\(name)\", so there is no evidence of its columns")
        }
    }

    /// Records that a crawl has begun.
    package func beginCrawl(_ crawler: String, settings: String) throws(SluiceError) -> Int64 {
        let now = clock.nowMicros()
        let process = ProcessIdentity.current
        return try write { db in
            try db.execute(
                sql: """
                    INSERT INTO crawl_runs (crawler, settings, state, started, process_id, process_started, report)
                    VALUES (?, ?, 'running', ?, ?, ?, '{}')
                    """,
                arguments: [crawler, settings, now, process.processID, process.started])
            return db.lastInsertedRowID
        }
    }

    /// Ends a crawl that changed nothing because it failed or was stopped.
    package func failCrawl(_ id: Int64, _ error: SluiceError) throws(SluiceError) {
        let now = clock.nowMicros()
        let state: CrawlRun.State = error.code == .interrupted ? .interrupted : .failed
        try write { db in
            try db.execute(
                sql: "UPDATE crawl_runs SET state = ?, ended = ?, error = ? WHERE id = ? AND state = 'running'",
                arguments: [state.rawValue, now, error.message, id])
        }
    }

    /// Makes all changes of a crawl in one transaction, and ends it.
    package func commitCrawl(_ commit: CrawlCommit, id: Int64) throws(SluiceError) {
        let now = clock.nowMicros()
        try write { db in
            guard let crawler = try String.fetchOne(db, sql: "SELECT crawler FROM crawl_runs WHERE id = ?", arguments: [id]) else {
                throw SluiceError(.notFound, "there is no crawl \(id)")
            }
            for table in commit.tables { try Self.record(table, crawler: crawler, now: now, db) }
            for name in commit.dropped {
                if let table = try Self.tableID(name, db) { try db.execute(sql: "DELETE FROM tables WHERE id = ?", arguments: [table]) }
                try db.execute(
                    sql: "DELETE FROM crawl_tables WHERE database_name = ? AND table_name = ?", arguments: [name.database, name.table])
            }
            try Self.recordFiles(commit, crawler: crawler, db)
            try db.execute(
                sql: "UPDATE crawl_runs SET state = 'done', ended = ?, report = ? WHERE id = ?", arguments: [now, commit.report, id])
            try Self.pruneCrawls(crawler, db)
        }
    }

    // MARK: History

    /// Crawls, newest first.
    package func crawlRuns(crawler: String? = nil, limit: Int = CatalogLimits.listedRuns) throws(SluiceError) -> [CrawlRun] {
        try read { db in
            try Row.fetchAll(
                db, sql: "SELECT * FROM crawl_runs WHERE ?1 IS NULL OR crawler = ?1 ORDER BY id DESC LIMIT ?2", arguments: [crawler, limit]
            )
            .map(crawlRun)
        }
    }

    /// A crawl that says it is running and whose process is gone was interrupted.
    private func crawlRun(_ row: Row) throws -> CrawlRun {
        guard var state = CrawlRun.State(rawValue: row["state"]) else {
            throw SluiceError(.stateCorrupt, "the catalog holds a crawl in the state \((row["state"] as String).quotedForMessage)")
        }
        if state == .running {
            let process = ProcessIdentity(processID: row["process_id"], started: row["process_started"])
            if !hooks.isRunning(process) { state = .interrupted }
        }
        return CrawlRun(
            id: row["id"], crawler: row["crawler"], state: state, startedMicros: row["started"], endedMicros: row["ended"],
            report: row["report"], error: row["error"])
    }

    /// Forgets the oldest crawls of a crawler beyond `CatalogLimits.crawlRuns`.
    private static func pruneCrawls(_ crawler: String, _ db: GRDB.Database) throws {
        let oldest = try Int64.fetchOne(
            db, sql: "SELECT id FROM crawl_runs WHERE crawler = ? ORDER BY id DESC LIMIT 1 OFFSET ?",
            arguments: [crawler, CatalogLimits.crawlRuns])
        if let oldest { try db.execute(sql: "DELETE FROM crawl_runs WHERE crawler = ? AND id <= ?", arguments: [crawler, oldest]) }
    }
}
