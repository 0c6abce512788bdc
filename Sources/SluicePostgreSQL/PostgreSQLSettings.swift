#if PostgreSQL
import CLibPQ
package import SluiceCore

/// How a server is reached. What is not said comes from libpq's environment (`PGHOST`, `PGUSER`, `PGPASSFILE`, …).
package struct PostgreSQLSettings: Sendable {
    /// Keyword and value, as libpq knows them; no password.
    package private(set) var keywords: [String: String]
    /// Never printed.
    package var password: String?
    package var dialect = PostgreSQLDialect.postgresql

    /// - Parameter keywords: As libpq knows them; no password.
    package init(keywords: [String: String], password: String?, _ dialect: PostgreSQLDialect) {
        self.keywords = keywords
        self.password = password
        self.dialect = dialect
    }

    /// - Parameter connection: `host=… dbname=…` or `postgresql://…`; empty for libpq's environment alone.
    /// - Throws: `invalidOption`; also for a password, which stands in no definition.
    package init(_ connection: String) throws(SluiceError) {
        var message: UnsafeMutablePointer<CChar>?
        // The library's message may quote the text, and with it a password.
        guard let options = PQconninfoParse(connection, &message) else {
            PQfreemem(message)
            throw SluiceError(
                .invalidOption, "the connection is neither keywords nor a URI of libpq",
                remedy: "for example: \"host=db.example.com dbname=shop user=etl\"")
        }
        defer { PQconninfoFree(options) }
        keywords = [:]
        var place = options
        while let keyword = place.pointee.keyword {
            if let value = place.pointee.val { keywords[String(cString: keyword)] = String(cString: value) }
            place += 1
        }
        guard keywords["password"] == nil, keywords["sslpassword"] == nil else {
            throw SluiceError(
                .invalidOption, "the connection has a password, which no definition holds",
                remedy:
                    "make a connection with it (sluice connections add NAME postgresql … --secret password) and write connection: NAME; or put it into "
                    + "PGPASSWORD or PGPASSFILE")
        }
    }

    /// As messages name the database: `shop` or `shop at db.example.com`.
    package var name: String {
        let database = keywords["dbname"] ?? keywords["service"] ?? "the default database"
        return keywords["host"].map { "\(database) at \($0)" } ?? database
    }

    /// Keywords and values of a connection.
    var arguments: [(String, String)] {
        var all = [
            "application_name": "sluice", "connect_timeout": String(PostgreSQLLimits.connectSeconds), "keepalives": "1",
            "keepalives_idle": "30", "keepalives_interval": "10", "keepalives_count": "3",
        ].merging(keywords) { $1 }
        all["client_encoding"] = "UTF8"
        if let password { all["password"] = password }
        return all.sorted { $0.key < $1.key }
    }
}
#endif
