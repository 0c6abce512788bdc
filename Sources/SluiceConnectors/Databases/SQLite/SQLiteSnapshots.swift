import SluiceCore
import SluiceSQLite
import Synchronization

/// Connections of which those for one reading see one state of the database, whoever writes to it meanwhile.
final class SQLiteSnapshots: Sendable {
    private struct State {
        /// Splits of the next reading.
        var expected = 1
        var connections: [SQLiteConnection] = []
    }

    private let path: String
    private let state = Mutex(State())

    init(_ path: String) { self.path = path }

    /// A reading of so many splits follows.
    func expect(_ splits: Int) {
        state.withLock { state in
            state.expected = max(1, splits)
            state.connections = []
        }
    }

    /// A connection in a transaction that has begun to read.
    ///
    /// - Throws: `databaseBusy` where the database changes all the time.
    func take() throws(SluiceError) -> SQLiteConnection {
        try state.withLock { state throws(SluiceError) in
            if state.connections.isEmpty { state.connections = try Self.open(path, state.expected) }
            return state.connections.removeLast()
        }
    }

    /// Opened between two changes: as long as the version that another connection sees stays the same, nothing was committed.
    private static func open(_ path: String, _ count: Int) throws(SluiceError) -> [SQLiteConnection] {
        let watcher = try SQLiteConnection(path, .read)
        for _ in 0..<DatabaseLimits.snapshotAttempts {
            let version = try watcher.integer("PRAGMA data_version")
            var connections: [SQLiteConnection] = []
            for _ in 0..<count {
                let connection = try SQLiteConnection(path, .read)
                try connection.execute("BEGIN")
                _ = try connection.integer("SELECT count(*) FROM sqlite_master")
                connections.append(connection)
            }
            let now = try watcher.integer("PRAGMA data_version")
            if count == 1 || now == version { return connections }
        }
        throw SluiceError(
            .databaseBusy, "the database \(path.quotedForMessage) is changed too often to read it in parts", at: .file(path: path),
            remedy: "read it with a query, which is one part", isRetriable: true)
    }
}
