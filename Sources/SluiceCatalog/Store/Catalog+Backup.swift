import GRDB
import Glibc
package import SluiceCore

/// What a backup has, or what a restore brought back.
package struct BackupSummary: Hashable, Sendable {
    package var path: String
    package var byteCount: Int
    package var databases: Int
    package var tables: Int
    package var runs: Int
    /// When the newest run of it began, in microseconds since 1970; nil before the first.
    package var newestRunMicros: Int64?

    package var json: Value {
        .structure([
            .init("path", .string(path)), .init("bytes", .integer(Int64(byteCount))), .init("databases", .integer(Int64(databases))),
            .init("tables", .integer(Int64(tables))), .init("runs", .integer(Int64(runs))),
            .init("newest_run_at", newestRunMicros.map { .timestamp($0, zoned: true) } ?? .null),
        ])
    }
}

extension Catalog {
    /// Copies the database to a file, as it is at one moment: with SQLite's backup, which lets others write meanwhile. The copy is checked, and
    /// put in place whole or not at all.
    ///
    /// - Throws: `alreadyExists` for a file that is there unless it is to be replaced, `stateCorrupt` for a copy that is not whole.
    package func backUp(to path: String, replacing: Bool = false) throws(SluiceError) -> BackupSummary {
        if !replacing, DiskFiles.kind(of: path) != nil {
            throw SluiceError(
                .alreadyExists, "\(path.quotedForMessage) is there already", at: .file(path: path),
                remedy: "name another file, or say --force")
        }
        try DiskFiles.createDirectories(DiskFiles.parent(of: path))
        let staged = path + ".part"
        try DiskFiles.removeTree(staged)
        do throws(SluiceError) {
            let summary = try copy(to: staged, named: path)
            try DiskFiles.syncFile(staged)
            guard rename(staged, path) == 0 else { throw .system(errno, cannot: "put in place", path) }
            try DiskFiles.syncDirectory(DiskFiles.parent(of: path))
            return summary
        } catch {
            try? DiskFiles.removeTree(staged)
            throw error
        }
    }

    private func copy(to staged: String, named path: String) throws(SluiceError) -> BackupSummary {
        try SluiceError.catching(staged) {
            let copy = try DatabaseQueue(path: staged)
            try queue.backup(to: copy)
            // One file, without a write-ahead log beside it.
            try copy.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA journal_mode = DELETE") }
            let summary = try copy.read { db in try Self.summary(db, path, staged) }
            try copy.close()
            return summary
        }
    }

    /// - Throws: `stateCorrupt`.
    private static func summary(_ db: GRDB.Database, _ path: String, _ file: String) throws -> BackupSummary {
        let problems = try String.fetchAll(db, sql: "PRAGMA integrity_check(5)").filter { $0 != "ok" }
        guard problems.isEmpty else {
            throw SluiceError(
                .stateCorrupt, "\(path.quotedForMessage) is damaged: \(problems.joined(separator: "; "))", at: .file(path: path),
                remedy: "use another backup")
        }
        func count(_ table: String) throws -> Int { try Int.fetchOne(db, sql: "SELECT count(*) FROM \(table)") ?? 0 }
        return BackupSummary(
            path: path, byteCount: DiskFiles.byteCount(of: file) ?? 0, databases: try count("databases"), tables: try count("tables"),
            runs: try count("runs"), newestRunMicros: try Int64.fetchOne(db, sql: "SELECT max(started) FROM runs"))
    }

    /// Runs of other processes that have not ended; they would go on with what a restore takes away.
    package func openRuns() throws(SluiceError) -> [RunRecord] {
        try read { [hooks] db in
            try Row.fetchAll(db, sql: "SELECT * FROM runs WHERE state = 'running' ORDER BY id").map { try Self.run($0, hooks.isRunning) }
                .filter { $0.state == .running }
        }
    }

    /// Puts the content of a backup in the place of the database's, in one transaction that other processes see whole or not at all.
    ///
    /// The backup is copied, checked and brought to this version first, so that one which cannot be used changes nothing. What the database held
    /// is kept as a backup beside it. Data files of tables and streams are not touched.
    ///
    /// - Returns: What was brought back, and where the former content is.
    /// - Throws: `alreadyRunning` while runs write, `fileNotFound`, `stateCorrupt`, `stateTooNew`, `invalidArgument` for a database that is no
    ///   catalog.
    package func restore(from path: String) throws(SluiceError) -> (summary: BackupSummary, former: String) {
        let lock = try Self.commitLock(home)
        defer { lock.release() }
        if let run = try openRuns().first {
            throw SluiceError(
                .alreadyRunning, "pipeline \(run.pipeline.quotedForMessage) runs in process \(run.process.processID)",
                remedy: "wait until it ends, or stop it; a run that goes on would write into what was restored", isRetriable: true)
        }
        guard DiskFiles.kind(of: path) == .file else {
            throw SluiceError(.fileNotFound, "there is no backup \(path.quotedForMessage)", at: .file(path: path))
        }
        let staged = self.path + ".restore"
        try Self.removeDatabase(staged)
        defer { try? Self.removeDatabase(staged) }
        let former = try unusedName(self.path + ".before-restore")
        let summary = try SluiceError.catching(path) {
            let prepared = try Self.prepared(path, staged)
            let summary = try prepared.read { db in try Self.summary(db, path, path) }
            _ = try backUp(to: former)
            try prepared.backup(to: queue)
            try prepared.close()
            return summary
        }
        return (summary, former)
    }

    /// A copy of a backup, brought to this version.
    private static func prepared(_ path: String, _ staged: String) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.readonly = true
        let source = try DatabaseQueue(path: path, configuration: configuration)
        let isCatalog = try source.read { db in try db.tableExists("grdb_migrations") && db.tableExists("tables") }
        guard isCatalog else {
            throw SluiceError(
                .invalidArgument, "\(path.quotedForMessage) is a database, but no catalog", at: .file(path: path),
                remedy: "give a file that `catalog backup` wrote")
        }
        let copy = try DatabaseQueue(path: staged)
        try source.backup(to: copy)
        try source.close()
        try copy.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA journal_mode = DELETE") }
        _ = try copy.read { db in try summary(db, path, staged) }
        try Migrations.apply(to: copy, path: path)
        return copy
    }

    private static func removeDatabase(_ path: String) throws(SluiceError) {
        for file in [path, path + "-journal", path + "-wal", path + "-shm"] { try DiskFiles.removeTree(file) }
    }

    private func unusedName(_ base: String) throws(SluiceError) -> String {
        var number = 1
        while DiskFiles.kind(of: "\(base)-\(number)") != nil { number += 1 }
        return "\(base)-\(number)"
    }
}
