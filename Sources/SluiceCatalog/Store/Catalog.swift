package import SluiceCore
import GRDB

/// The one state of a home directory, `<home>/sluice.sqlite`: databases, tables, versions, partitions, files, runs and bookmarks.
///
/// Every method is one transaction and blocks for as long as SQLite works (microseconds to read, a disk sync to write) on it and on those of this
/// process that came before; `reading` waits for none of them. Several processes may use one catalog; a writer waits up to
/// `CatalogLimits.busySeconds` for another. Opening finishes what a crash interrupted.
package final class Catalog: Sendable {
    package let home: String
    package let clock: WallClock
    /// What opening found unfinished and finished or removed.
    package let recovery: RecoveredWork
    let queue: DatabaseQueue
    let readers: CatalogReaders
    let hooks: Hooks

    /// What tests put in place of the world.
    package struct Hooks: Sendable {
        /// Called after each step of a commit; an error stops it there, as a crash would.
        package var reached: @Sendable (CommitStep) throws(SluiceError) -> Void = { _ in }
        /// Whether the process that started a run still runs.
        package var isRunning: @Sendable (ProcessIdentity) -> Bool = { $0.isRunning }

        package init() {}
    }

    /// Opens the catalog of a home directory, and creates both where there is none.
    ///
    /// - Throws: `stateTooNew` if a later Sluice changed the database, `stateCorrupt` if it is no SQLite database or damaged, `diskFull`,
    ///   `unreadable`.
    package init(home: String, clock: WallClock = .system, hooks: Hooks = Hooks()) throws(SluiceError) {
        self.home = home
        self.clock = clock
        self.hooks = hooks
        try DiskFiles.createDirectories(home)
        let path = Self.databasePath(home: home)
        queue = try Self.openDatabase(path)
        readers = CatalogReaders(path: path)
        recovery = try Recovery(queue: queue, home: home, now: clock.nowMicros(), hooks: hooks).run()
    }

    /// Processes that find no database, or an old one, take turns: the first makes it, the others find it made.
    private static func openDatabase(_ path: String) throws(SluiceError) -> DatabaseQueue {
        var setup: FileLock?
        defer { setup?.release() }
        if DiskFiles.kind(of: path) == nil { setup = try FileLock.wait(path + ".lock") }
        let queue = try SluiceError.catching(path) {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            try queue.inDatabase { db in
                // WAL lets others read during a commit. GRDB's own way to it makes a table and drops it again at each start.
                guard try String.fetchOne(db, sql: "PRAGMA journal_mode = WAL") == "wal" else {
                    throw SluiceError(.ioFailure, "\(path.quotedForMessage) cannot have a write-ahead log", at: .file(path: path))
                }
                // The usual choice for WAL leaves commits to a later sync: a power cut would undo some of them.
                try db.execute(sql: "PRAGMA synchronous = FULL")
            }
            return queue
        }
        if try SluiceError.catching(path, { try Migrations.isCurrent(queue, path: path) }) { return queue }
        if setup == nil { setup = try FileLock.wait(path + ".lock") }
        try SluiceError.catching(path) { try Migrations.apply(to: queue, path: path) }
        return queue
    }

    package static func databasePath(home: String) -> String { home + "/sluice.sqlite" }

    /// Whether a home directory has a catalog, without creating one.
    package static func exists(home: String) -> Bool { DiskFiles.kind(of: databasePath(home: home)) == .file }

    var path: String { Self.databasePath(home: home) }

    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.busyMode = .timeout(CatalogLimits.busySeconds)
        return configuration
    }

    func read<Result>(_ body: (Database) throws -> Result) throws(SluiceError) -> Result {
        try SluiceError.catching(path) { try queue.read(body) }
    }

    func write<Result>(_ body: (Database) throws -> Result) throws(SluiceError) -> Result {
        try SluiceError.catching(path) { try queue.write(body) }
    }

    /// A transaction without a sync of its own: a power cut may undo it until the next synced one, of whichever process, makes both durable. A
    /// crash of the process undoes nothing.
    func writeUnsynced<Result>(_ body: (Database) throws -> Result) throws(SluiceError) -> Result {
        try SluiceError.catching(path) {
            try queue.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA synchronous = NORMAL")
                defer { try? db.execute(sql: "PRAGMA synchronous = FULL") }
                var result: Result?
                try db.inTransaction(.immediate) {
                    result = try body(db)
                    return .commit
                }
                guard let result else { throw SluiceError(.ioFailure, "a transaction ended without its result") }
                return result
            }
        }
    }

    /// Closes the database; later calls fail. Otherwise it closes with the last reference.
    package func close() throws(SluiceError) {
        readers.close()
        try SluiceError.catching(path) { try queue.close() }
    }
}

/// Bounds of the catalog.
package enum CatalogLimits {
    /// How long a transaction waits for another process's.
    package static let busySeconds = 10.0
    /// Characters of a database's or table's name (Glue: 1 to 255).
    package static let nameCharacters = 255
    /// Characters of an expression over partitions (Glue: 2,048).
    package static let partitionExpressionCharacters = 2_048
    /// Parentheses and NOTs of such an expression inside one another.
    package static let partitionExpressionNesting = 64
    /// Names of tables that a name which is not there is compared with.
    static let suggestedNames = 20_000
    /// Characters of a search, and its words.
    package static let searchCharacters = 1_024
    static let searchWords = 32
    /// Tables that a search matches and ranks; of more, only those whose names match are ranked.
    package static let rankedTables = 20_000
    /// Words of the index that a word which nothing matches is compared with.
    static let comparedWords = 100_000
    /// Problems that a check of the database lists.
    static let listedProblems = 100
    /// Connections that wait for the next read; more are made while more threads read, and closed behind it.
    static let idleReaders = 8
    /// Bytes of the rows of tables that reads have understood.
    static let knownTableBytes = 4 << 20
    /// Runs that a list returns unless asked otherwise.
    package static let listedRuns = 100
    /// Results that are kept of one rule set over one subject, the newest.
    package static let qualityResults = 10_000
    /// Crawls that are kept of one crawler, the newest.
    static let crawlRuns = 1_000
}
