import SluiceConnectors
import SluiceServer

/// Where a database is: what a JDBC address says of it, and as settings of a connection.
struct DatabasePlace: Hashable, Sendable {
    var engine = DatabaseEngine.postgresql
    var host = ""
    var port: String?
    var database = ""
    var user: String?
    /// libpq's `sslmode`.
    var mode: String?

    init() {}

    /// Reads `jdbc:postgresql://HOST[:PORT]/DATABASE[?sslmode=MODE]`, and the same of Redshift.
    ///
    /// - Throws: `InvalidInputException` for another engine, and for parameters that would be passed over.
    init(url: String) throws(ServiceFault) {
        guard let engine = DatabaseEngine.allCases.first(where: { url.hasPrefix(Self.scheme($0)) }) else {
            let known = DatabaseEngine.allCases.map(Self.scheme).joined(separator: " or ")
            throw Faults.invalid(
                "JDBC_CONNECTION_URL does not begin with \(known): there are connectors to PostgreSQL and Redshift only.")
        }
        self.engine = engine
        let rest = url.dropFirst(Self.scheme(engine).count)
        let parts = rest.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let path = parts[0].split(separator: "/", omittingEmptySubsequences: false)
        guard path.count == 2, !path[1].isEmpty else { throw Faults.invalid("JDBC_CONNECTION_URL names no database.") }
        var host = path[0]
        if let colon = host.lastIndex(of: ":"), !host.hasSuffix("]") {
            port = String(host[host.index(after: colon)...])
            host = host[..<colon]
        }
        self.host = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : String(host)
        database = String(path[1])
        for parameter in parts.count > 1 ? parts[1].split(separator: "&") : [] {
            let pair = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            switch (pair[0], pair.count == 2) {
            case ("sslmode", true): mode = String(pair[1])
            case ("ssl", true) where pair[1] == "true": mode = mode ?? "require"
            // The value may be a password.
            default: throw Faults.invalid("The parameter \(pair[0]) of JDBC_CONNECTION_URL is not supported; sslmode is.")
            }
        }
    }

    /// What the settings of a connection say.
    init(_ engine: DatabaseEngine, _ settings: [String: String]) {
        self.engine = engine
        (host, port, database) = (settings["host"] ?? "", settings["port"], settings["database"] ?? "")
        (user, mode) = (settings["user"], settings["sslmode"])
    }

    private static func scheme(_ engine: DatabaseEngine) -> String { "jdbc:\(engine.rawValue)://" }

    /// As a JDBC address; the user is no part of it.
    var url: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return Self.scheme(engine) + name + (port.map { ":" + $0 } ?? "") + "/" + database + (mode.map { "?sslmode=" + $0 } ?? "")
    }

    /// As the settings of a connection.
    ///
    /// - Throws: `InvalidInputException` for a port that is none.
    var settings: [String: String] {
        get throws(ServiceFault) {
            if let port, UInt16(port).map({ $0 > 0 }) != true { throw Faults.invalid("The port is no number from 1 to 65535.") }
            guard !host.isEmpty, !host.contains(",") else { throw Faults.invalid("The host is missing, or there are several.") }
            var settings = ["host": host, "database": database]
            (settings["port"], settings["user"], settings["sslmode"]) = (port, user, mode)
            return settings
        }
    }
}
