import SluiceCore

/// A column as SQLite knows it.
struct SQLColumn: Hashable, Sendable {
    /// Unlike every other of the table without regard to letter case.
    var name: String
    var field: Field

    /// The columns of a schema; where names differ by letter case alone, which SQLite does not see, later ones get a number.
    static func list(_ schema: Schema) -> [SQLColumn] {
        var seen: Set<String> = []
        return schema.fields.map { field in
            var name = field.name
            var number = 2
            while !seen.insert(folded(name)).inserted {
                name = "\(field.name)_\(number)"
                number += 1
            }
            return SQLColumn(name: name, field: field)
        }
    }

    /// SQLite folds the letters of ASCII.
    static func folded(_ name: String) -> String {
        String(decoding: name.utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    }
}

/// Names and texts as SQL writes them.
enum SQLQuote {
    static func name(_ name: String) -> String { "\"" + name.replacing("\"", with: "\"\"") + "\"" }
    static func text(_ text: String) -> String { "'" + text.replacing("'", with: "''") + "'" }
}
