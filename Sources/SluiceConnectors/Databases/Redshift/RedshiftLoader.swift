#if PostgreSQL
package import SluiceCore
package import SluicePostgreSQL

/// A COPY statement, with the credentials in it: it is carried out and never shown.
package struct RedshiftCopy: Sendable {
    package let statement: String
}

/// Carries out COPY from an object store. No server but Redshift does, so that tests put something in its place.
package protocol RedshiftLoader: Sendable {
    /// Loads in the connection's open transaction.
    func load(_ copy: RedshiftCopy, in connection: PostgreSQLConnection) throws(SluiceError)
}

/// The server itself reads the store.
package struct ServerLoader: RedshiftLoader {
    package init() {}

    package func load(_ copy: RedshiftCopy, in connection: PostgreSQLConnection) throws(SluiceError) {
        try connection.execute(copy.statement)
    }
}
#endif
