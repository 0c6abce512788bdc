import SluiceCore
import SluiceSQLite

/// What a database says about one of its tables or views.
struct SQLiteTableInfo: Sendable {
    struct Column: Sendable {
        var name: String
        var declared: String
        var isNotNull: Bool
        var hasDefault: Bool
        /// Place in the primary key from 1; 0 outside of it.
        var keyPlace: Int64
        var isGenerated: Bool
    }

    /// As the database spells it.
    var name: String
    var columns: [Column]
    /// The name under which the row's number can be asked for; nil for views and tables without one.
    var rowid: String?
    /// Column sets that are unique, each sorted; those of partial indexes are not among them.
    var uniqueKeys: [Set<String>] = []
    /// Whether it may refuse rows for reasons other than nulls and its unique keys.
    var hasRules = false
    var isView = false

    /// Nil where there is none of the name.
    init?(_ table: String, in connection: SQLiteConnection) throws(SluiceError) {
        let found = try connection.prepare("SELECT name, type, coalesce(sql, '') FROM sqlite_master WHERE lower(name) = lower(?)")
        try found.bind(.text(table), at: 0)
        guard try found.step(), let name = found.text(0), let type = found.text(1), ["table", "view"].contains(type) else { return nil }
        self.name = name
        isView = type == "view"
        let sql = found.text(2)?.uppercased() ?? ""
        columns = []
        let list = try connection.prepare("SELECT name, type, \"notnull\", dflt_value IS NOT NULL, pk, hidden FROM pragma_table_xinfo(?)")
        try list.bind(.text(name), at: 0)
        while try list.step() {
            // A hidden column of a virtual table is none of its data.
            guard list.integer(5) != 1 else { continue }
            columns.append(
                Column(
                    name: list.text(0) ?? "", declared: list.text(1) ?? "", isNotNull: list.integer(2) != 0,
                    hasDefault: list.integer(3) != 0,
                    keyPlace: list.integer(4), isGenerated: list.integer(5) >= 2))
        }
        guard !isView else { return }
        rowid = try Self.rowid(name, columns, in: connection)
        let key = columns.filter { $0.keyPlace > 0 }
        if !key.isEmpty { uniqueKeys.append(Set(key.map { $0.name.lowercased() })) }
        try addIndexes(connection)
        let triggers = try connection.integer(
            "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND lower(tbl_name) = lower(?)", [.text(name)])
        let partial = try connection.integer(
            """
            SELECT count(*) FROM pragma_index_list(?) AS i WHERE i."unique" = 1
                AND (i.partial = 1 OR EXISTS (SELECT 1 FROM pragma_index_info(i.name) AS m WHERE m.name IS NULL))
            """, [.text(name)])
        hasRules = partial != 0 || sql.contains("CHECK") || sql.contains("STRICT") || triggers != 0
    }

    /// A column may bear the name; then another stands for the row's number.
    private static func rowid(_ table: String, _ columns: [Column], in connection: SQLiteConnection) throws(SluiceError) -> String? {
        let taken = Set(columns.map { $0.name.lowercased() })
        guard let name = ["rowid", "_rowid_", "oid"].first(where: { !taken.contains($0) }) else { return nil }
        do throws(SluiceError) {
            _ = try connection.prepare("SELECT \(name) FROM \(SQLiteConnection.quoted(table))")
            return name
        } catch {
            guard error.code == .databaseStatement else { throw error }
            return nil
        }
    }

    private mutating func addIndexes(_ connection: SQLiteConnection) throws(SluiceError) {
        let indexes = try connection.prepare("SELECT name FROM pragma_index_list(?) WHERE \"unique\" = 1 AND partial = 0")
        try indexes.bind(.text(name), at: 0)
        var names: [SQLiteValue] = []
        while try indexes.step() { names.append(indexes.value(0)) }
        for index in names {
            let members = try connection.prepare("SELECT name FROM pragma_index_info(?)")
            try members.bind(index, at: 0)
            var key: Set<String> = []
            // An index over an expression has a member without a name, and is no key.
            var isKey = true
            while try members.step() {
                if let member = members.text(0) { key.insert(member.lowercased()) } else { isKey = false }
            }
            if isKey, !uniqueKeys.contains(key) { uniqueKeys.append(key) }
        }
    }

    /// As a target of rows.
    var existing: [ExistingColumn] {
        let key = columns.filter { $0.keyPlace > 0 }
        return columns.map { column in
            // An INTEGER PRIMARY KEY that a row says nothing about is numbered by the database.
            let isNumbered = key.count == 1 && column.keyPlace == 1 && column.declared.uppercased() == "INTEGER" && rowid != nil
            return ExistingColumn(
                name: column.name, declaration: column.declared, needsValue: column.isNotNull && !column.hasDefault && !isNumbered,
                takesNull: !column.isNotNull, isGenerated: column.isGenerated)
        }
    }

    static func names(in connection: SQLiteConnection) throws(SluiceError) -> [String] {
        let list = try connection.prepare(
            "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' ORDER BY name")
        var names: [String] = []
        while try list.step() { names.append(list.text(0) ?? "") }
        return names
    }
}
