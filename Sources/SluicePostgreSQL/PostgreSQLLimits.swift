/// Bounds of connections to PostgreSQL.
package enum PostgreSQLLimits {
    /// How long a connection may take to be made.
    static let connectSeconds = 10
    /// How long a statement waits for a lock that somebody else has.
    static let lockMillis = 5_000
    /// Bytes that a sink collects before it sends them.
    package static let sendBytes = 256 << 10
}
