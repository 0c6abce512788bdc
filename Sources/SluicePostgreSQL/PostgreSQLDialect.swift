/// What a server that speaks the protocol is.
package enum PostgreSQLDialect: Sendable {
    case postgresql
    /// Knows few of a session's settings, and no way to bound the wait for a lock.
    case redshift

    /// Texts of values have one form, whatever the server, the user and the environment prefer.
    var session: String {
        switch self {
        case .postgresql:
            """
            SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'; SET IntervalStyle = 'iso_8601'; SET extra_float_digits = 1;
            SET bytea_output = 'hex'; SET standard_conforming_strings = on; SET lock_timeout = \(PostgreSQLLimits.lockMillis)
            """
        case .redshift: "SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'"
        }
    }
}
