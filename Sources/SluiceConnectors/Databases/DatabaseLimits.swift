/// Bounds of the connectors for databases.
enum DatabaseLimits {
    /// Rows of a batch that is read.
    static let batchRows = 8_192
    /// Bytes of texts after which a batch that is read is handed on.
    static let batchBytes = 4 << 20
    /// Parts of a table that are read side by side, each through a connection of its own.
    static let splits = 4
    /// Rows that a part has at least.
    static let splitRows: Int64 = 100_000
    /// Pages of a table that a part has at least, where parts are ranges of pages.
    static let splitPages: Int64 = 2_000
    /// Rows that are looked at to infer the type of a column that has none.
    static let sampledRows = 1_000
    /// Rows with the last value of a cursor column, which bookmarks tell apart.
    static let tiedRows = 65_536
    /// Rows behind a bookmark that are counted, to tell how far a run is behind.
    static let countedRows: Int64 = 1_000_000
    /// How long a server may count them.
    static let countingMillis = 2_000
    /// How long it is not asked again, where that was not enough.
    static let countingRest = Duration.seconds(60)
    /// Attempts to open connections between two changes of a database.
    static let snapshotAttempts = 100
    /// Characters of a row in messages.
    static let shownRowCharacters = 400
}
