import SluiceServer

/// Where a PostgreSQL database is: what a JDBC address says of it, and how libpq is told.
struct DatabasePlace: Hashable, Sendable {
    var host = ""
    var port: String?
    var database = ""
    var user: String?
    /// libpq's `sslmode`.
    var mode: String?

    init() {}

    /// Reads `jdbc:postgresql://HOST[:PORT]/DATABASE[?sslmode=MODE]`.
    ///
    /// - Throws: `InvalidInputException` for another engine, and for parameters that would be passed over.
    init(url: String) throws(ServiceFault) {
        let scheme = "jdbc:postgresql://"
        guard url.hasPrefix(scheme) else {
            throw Faults.invalid("JDBC_CONNECTION_URL does not begin with \(scheme): there is a connector to PostgreSQL only.")
        }
        let parts = url.dropFirst(scheme.count).split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
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

    /// As libpq takes it: keywords with values in quotes.
    ///
    /// - Throws: `InvalidInputException` for a port that is none.
    var text: String {
        get throws(ServiceFault) {
            if let port, UInt16(port).map({ $0 > 0 }) != true { throw Faults.invalid("The port is no number from 1 to 65535.") }
            guard !host.isEmpty, !host.contains(",") else { throw Faults.invalid("The host is missing, or there are several.") }
            let pairs = [("host", host), ("port", port), ("dbname", database), ("user", user), ("sslmode", mode)]
            return pairs.compactMap { name, value in value.map { "\(name)=\(Self.quoted($0))" } }.joined(separator: " ")
        }
    }

    private static func quoted(_ value: String) -> String {
        let isPlain = !value.isEmpty && value.utf8.allSatisfy { $0 > 0x20 && $0 != 0x27 && $0 != 0x5C && $0 < 0x7F }
        return isPlain ? value : "'" + value.replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
    }
}
