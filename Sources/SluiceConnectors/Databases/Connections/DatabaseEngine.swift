package import SluiceCore

/// A kind of database that connections lead to; its name is that of the connector.
package enum DatabaseEngine: String, CaseIterable, Sendable {
    case postgresql, redshift

    /// What a connection says, or hides.
    package struct Setting: Sendable {
        package var name: String
        package var description: String
        package var isSecret = false
        package var isOptional = true
        package var example: String?
        /// As libpq calls it; nil for what libpq is not told.
        var keyword: String?
    }

    package var summary: String {
        switch self {
        case .postgresql: "A PostgreSQL database."
        case .redshift: "An Amazon Redshift data warehouse."
        }
    }

    package var settings: [Setting] { self == .redshift ? Self.shared + Self.loading : Self.shared }

    private static let shared = [
        Setting(
            name: "host", description: "Where the server is: a name, an address, or the folder of its socket.", isOptional: false,
            example: "db.example.com", keyword: "host"),
        Setting(name: "port", description: "Its port; 5432 when absent, 5439 of Redshift.", example: "5433", keyword: "port"),
        Setting(name: "database", description: "The database.", isOptional: false, example: "shop", keyword: "dbname"),
        Setting(name: "user", description: "The user; PGUSER, or that of the system, when absent.", example: "etl", keyword: "user"),
        Setting(
            name: "password", description: "The user's password; PGPASSWORD, PGPASSFILE or ~/.pgpass when absent.", isSecret: true,
            keyword: "password"),
        Setting(
            name: "sslmode", description: "How TLS is used: \(modes.joined(separator: ", ")); prefer when absent.",
            example: "verify-full", keyword: "sslmode"),
        Setting(name: "sslrootcert", description: "The file of the authorities that are trusted.", keyword: "sslrootcert"),
        Setting(name: "sslcert", description: "The file of the client's certificate.", keyword: "sslcert"),
        Setting(name: "sslkey", description: "The file of the certificate's key.", keyword: "sslkey"),
    ]

    /// What COPY tells Redshift about itself.
    private static let loading = [
        Setting(
            name: "iam_role", description: "The role by which Redshift reads the staged files: its ARN, or default.",
            example: "arn:aws:iam::123456789012:role/load"),
        Setting(
            name: "access_key_id", description: "In place of a role: the key by which Redshift reads the staged files.", isSecret: true),
        Setting(name: "secret_access_key", description: "The secret of the key.", isSecret: true),
        Setting(name: "session_token", description: "The token of a key that ends.", isSecret: true),
    ]

    static let modes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]

    /// Looks at all settings of a connection.
    ///
    /// - Throws: `invalidOption` for one that is not known or has no such value, `missingKey` for one that has to be there.
    package func check(_ values: [String: String]) throws(SluiceError) {
        for name in values.keys.sorted() where !settings.contains(where: { $0.name == name }) {
            throw SluiceError(
                .invalidOption, "\(rawValue) has no setting \(name.quotedForMessage)",
                remedy: Suggestion.remedy(for: name, in: settings.map(\.name), noun: "settings"))
        }
        for setting in settings {
            guard let value = values[setting.name] else {
                if setting.isOptional { continue }
                throw SluiceError(
                    .missingKey, "the connection to \(rawValue) lacks the setting \"\(setting.name)\"",
                    remedy: "give it: --set \(setting.name)=\(setting.example ?? "…")")
            }
            if let fault = Self.fault(of: value, in: setting) {
                throw SluiceError(.invalidOption, "the setting \(setting.name) \(fault)", remedy: setting.description)
            }
        }
        guard (values["access_key_id"] == nil) == (values["secret_access_key"] == nil) else {
            throw SluiceError(.missingKey, "of access_key_id and secret_access_key one is missing", remedy: "give both, or iam_role")
        }
    }

    /// What is wrong with a value; secret ones are not repeated.
    private static func fault(of value: String, in setting: Setting) -> String? {
        if value.isEmpty || value.utf8.contains(0) { return "is empty, or has a zero byte" }
        switch setting.name {
        case "port": return UInt16(value).map { $0 > 0 } == true ? nil : "is no number from 1 to 65535"
        case "sslmode": return modes.contains(value) ? nil : "is none of \(modes.joined(separator: ", "))"
        // They stand in statements.
        case "iam_role", "access_key_id", "secret_access_key", "session_token":
            let isPlain = value.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "'") && $0 != UInt8(ascii: "\\") }
            return isPlain ? nil : "has a character that none has: a space, a quote or a backslash"
        default: return nil
        }
    }

    /// A connection as libpq is told of it, without the password.
    func keywords(_ values: [String: String]) -> [String: String] {
        var keywords: [String: String] = [:]
        for setting in settings where !setting.isSecret {
            if let keyword = setting.keyword, let value = values[setting.name] { keywords[keyword] = value }
        }
        if self == .redshift, keywords["port"] == nil { keywords["port"] = "5439" }
        return keywords
    }
}
