package import SluiceCatalog
package import SluiceCore

/// What a crawler looks at: a directory or file, objects of a store, a system that has tables, or a table of the catalog.
///
/// As texts: `data/lake`, `s3://bucket/prefix`, `sqlite:shop.db`, `postgresql://host/shop` or `postgresql:host=… dbname=…`,
/// `stream:clicks` or `stream:*`, `table:flights.lake`. A file whose name begins so is named with its folder: `./table:x`.
package enum CrawlTarget: Hashable, Sendable {
    case path(String)
    /// Objects whose names begin so; the URL of a store and a prefix.
    case objects(String)
    /// The name of the connector that knows the system, and where it is.
    case system(connector: String, place: String)
    case table(TableName)

    package static let stream = "stream"
    private static let systems = ["sqlite", "postgresql", stream]

    /// Whether tables of the catalog with this format are those of a system.
    static func isSystem(_ format: String) -> Bool { systems.contains(format) }

    /// - Throws: `invalidArgument` for a scheme that nobody knows, and for a password.
    package init(_ text: String) throws(SluiceError) {
        guard let colon = text.firstIndex(of: ":"), !text[..<colon].contains("/") else {
            self = .path(text)
            return
        }
        let scheme = String(text[..<colon])
        let rest = String(text[text.index(after: colon)...])
        switch scheme {
        case "sqlite", Self.stream: self = .system(connector: scheme, place: rest)
        case "postgresql", "postgres":
            try Self.refusePassword(rest)
            self = .system(connector: "postgresql", place: rest.hasPrefix("//") ? "postgresql:" + rest : rest)
        case "table": self = .table(try TableName(parsing: rest))
        case "s3": self = .objects(text)
        default:
            guard rest.hasPrefix("//") else {
                self = .path(text)
                return
            }
            let known = Self.systems.map { $0 + ":…" } + ["table:…", "s3://…"]
            throw SluiceError(
                .wrongArgument, "no crawler knows targets such as \(text.quotedForMessage)", at: .file(path: text),
                remedy: "a target is a directory, a file, or one of \(known.joined(separator: ", "))")
        }
        if case .system(_, let place) = self, place.isEmpty, scheme != "postgresql" {
            throw SluiceError(
                .wrongArgument, "\(text.quotedForMessage) does not say which \(scheme)", at: .file(path: text),
                remedy: "for example: \(scheme):NAME")
        }
    }

    /// A target is kept with the history of crawls, where no password is to stand.
    private static func refusePassword(_ connection: String) throws(SluiceError) {
        let place = connection.hasPrefix("//") ? connection.dropFirst(2).prefix { $0 != "/" && $0 != "?" } : ""
        let user = place.lastIndex(of: "@").map { place[..<$0] } ?? ""
        guard user.contains(":") || connection.contains("password") else { return }
        throw SluiceError(
            .wrongArgument, "a target has a password, which the history of crawls would keep",
            remedy: "store it with `sluice secrets set NAME` and give --password-secret NAME, or put it into PGPASSWORD or PGPASSFILE")
    }

    /// The file or folder that has to be there; nil for what is none.
    package var path: String? {
        switch self {
        case .path(let path): path
        case .system("sqlite", let place): place
        default: nil
        }
    }

    /// The text of a target with its path placed by `place`.
    package static func placed(_ text: String, _ place: (String) -> String) -> String {
        switch try? CrawlTarget(text) {
        case .path(let path): place(path)
        case .system("sqlite", let path): "sqlite:" + place(path)
        default: text
        }
    }
}
