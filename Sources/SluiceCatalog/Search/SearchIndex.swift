import GRDB
import SluiceCore

/// The words of tables: one row for each table, under the table's id.
///
/// An FTS5 table where SQLite has FTS5, else a plain one with the same columns, which is read from end to end.
enum SearchIndex {
    /// What a search can be narrowed to, and how much a match there counts.
    static let fields: [(name: String, weight: Double)] = [
        ("name", 10), ("database", 4), ("comment", 2), ("columns", 3), ("tags", 5), ("owner", 4),
    ]

    private static var names: String { fields.map { "\"\($0.name)\"" }.joined(separator: ", ") }

    static func create(isFullText: Bool? = nil, _ db: GRDB.Database) throws {
        if try isFullText ?? hasFullText(db) {
            try db.execute(
                sql: """
                    CREATE VIRTUAL TABLE table_search USING fts5(\(names), tokenize = "unicode61 remove_diacritics 2", prefix = '2 3');
                    CREATE VIRTUAL TABLE table_search_words USING fts5vocab(table_search, 'row');
                    """)
        } else {
            try db.execute(sql: "CREATE TABLE table_search (\(names));")
        }
        try db.execute(
            sql: """
                CREATE TRIGGER table_search_drop AFTER DELETE ON tables BEGIN DELETE FROM table_search WHERE rowid = old.id; END;
                """)
        try fill(db)
    }

    /// Makes the index anew from the tables.
    static func rebuild(_ db: GRDB.Database) throws {
        try db.execute(
            sql: "DROP TRIGGER IF EXISTS table_search_drop; DROP TABLE IF EXISTS table_search_words; DROP TABLE IF EXISTS table_search;")
        try create(db)
    }

    private static func hasFullText(_ db: GRDB.Database) throws -> Bool {
        try Bool.fetchOne(db, sql: "SELECT sqlite_compileoption_used('ENABLE_FTS5')") ?? false
    }

    /// Whether the index of this database is an FTS5 table.
    static func isFullText(_ db: GRDB.Database) throws -> Bool {
        try String.fetchOne(db, sql: "SELECT sql FROM sqlite_master WHERE name = 'table_search'")?.contains("fts5") == true
    }

    /// Takes in the tables that were there before the index.
    private static func fill(_ db: GRDB.Database) throws {
        let rows = try Row.fetchAll(
            db, sql: "SELECT t.id, d.name AS database, t.name FROM tables t JOIN databases d ON d.id = t.database_id")
        for row in rows {
            try put(try Catalog.table(TableName(stored: row["database"], row["name"]), db).definition, table: row["id"], db)
        }
    }

    static func put(_ definition: TableDefinition, table: Int64, _ db: GRDB.Database) throws {
        let columns = definition.columns + definition.partitionKeys
        let words = columns.flatMap { [split($0.name), $0.comment] }.filter { !$0.isEmpty }
        let tags = definition.tags.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        try db.execute(
            sql: "INSERT OR REPLACE INTO table_search (rowid, \(names)) VALUES (?, ?, ?, ?, ?, ?, ?)",
            arguments: [
                table, split(definition.name.table), definition.name.database, definition.comment, words.joined(separator: "\n"),
                tags.joined(separator: "\n"), definition.owner,
            ])
    }

    /// A name, and behind it its words where they are told apart by letter case only: `customerId customer Id`.
    private static func split(_ name: String) -> String {
        var words: [String] = [""]
        var before: Character?
        for character in name {
            if character.isUppercase, before?.isLowercase == true { words.append("") }
            words[words.count - 1].append(character)
            before = character
        }
        return words.count == 1 ? name : name + " " + words.joined(separator: " ")
    }
}
