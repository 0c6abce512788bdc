import SluiceCatalog
import SluiceCore
import SluiceJSON

/// The SELECT of a view of the catalog, whoever put it there.
///
/// Sluice, Hive and Spark keep it as text. Athena and Presto keep `/* Presto View: … */` around base64 of JSON, in which `originalSql` is the
/// SELECT and `schema` the database of names without one (Trino's `ViewReaderUtil`).
struct StoredView {
    /// As a query.
    let sql: String
    /// Where names without a database are looked for first, as it was given.
    let database: String

    private static let opening = "/* Presto View: "
    private static let closing = " */"
    /// What Athena puts in the place of the text with all names.
    private static let placeholder = "/* Presto View */"

    /// - Throws: `invalidOption` for a text of Presto that is none.
    init(_ view: ViewText, of name: TableName) throws(SluiceError) {
        let written = view.sql.trimmingBlanks
        let text = written == Self.placeholder || written.isEmpty ? view.original?.trimmingBlanks ?? written : written
        guard text.hasPrefix(Self.opening) else {
            sql = text
            database = name.database
            return
        }
        let code = text.dropFirst(Self.opening.count)
        guard code.hasSuffix(Self.closing), let bytes = Base64.decode(code.dropLast(Self.closing.count).utf8),
            let document = try? JSONParser.parse(bytes), let original = document["originalSql"]?.string
        else {
            throw SluiceError(
                .invalidOption,
                "view \"\(name)\" is kept as Presto and Athena do, and cannot be read: \(String(text.prefix(60)).quotedForMessage)",
                at: .file(path: "view \(name)"), remedy: "make it again, with its SELECT as `originalSql` in base64 of JSON")
        }
        sql = original
        database = document["schema"]?.string ?? name.database
    }
}

extension String {
    /// Without blanks and ends of lines around it.
    fileprivate var trimmingBlanks: String {
        let scalars = unicodeScalars.drop { $0.properties.isWhitespace }
        guard let last = scalars.lastIndex(where: { !$0.properties.isWhitespace }) else { return "" }
        return String(scalars[...last])
    }
}
