/// Bounds of connections to SQLite databases.
package enum SQLiteLimits {
    /// How long one statement waits for a database that somebody else has locked.
    package static let busyMillis = 1_000
    /// Bytes of a database's name in messages that SQLite makes.
    static let messageBytes = 2_000
}
