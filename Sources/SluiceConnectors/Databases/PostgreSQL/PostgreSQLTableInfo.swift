#if PostgreSQL
import SluiceCore
import SluicePostgreSQL

/// What a database says about one of its tables.
struct PostgreSQLTableInfo: Sendable {
    let oid: String
    /// `r` for a table, `v` for a view, … (`pg_class.relkind`).
    let kind: String
    var columns: [ExistingColumn]
    /// Column sets that are unique.
    var uniqueKeys: [Set<String>]
    /// Whether it may refuse rows for reasons other than nulls and its unique keys.
    let hasRules: Bool

    /// Nil where there is none of the name.
    init?(_ name: PostgreSQLName, in connection: PostgreSQLConnection) throws(SluiceError) {
        let found = try connection.rows(
            """
            SELECT c.oid, c.relkind,
                EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype NOT IN ('p', 'u', 'n'))
                OR EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal)
                OR EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisunique AND (i.indpred IS NOT NULL OR i.indexprs IS NOT NULL))
                OR EXISTS (
                    SELECT FROM pg_attribute a JOIN pg_type y ON y.oid = a.atttypid
                    WHERE a.attrelid = c.oid AND a.attnum > 0 AND y.typtype = 'd')
            FROM pg_class c WHERE c.oid = to_regclass($1)
            """, [name.quoted])
        guard let row = found.first, let oid = row[0], let kind = row[1] else { return nil }
        self.oid = oid
        self.kind = kind
        hasRules = row[2] == "t"
        columns = try connection.rows(
            """
            SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.atthasdef OR a.attidentity <> '', a.attgenerated <> ''
            FROM pg_attribute a WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
            """, [oid]
        ).map { row in
            ExistingColumn(
                name: row[0] ?? "", declaration: row[1] ?? "", needsValue: row[2] == "t" && row[3] != "t", takesNull: row[2] != "t",
                isGenerated: row[4] == "t")
        }
        var keys: [String: Set<String>] = [:]
        for row in try connection.rows(
            """
            SELECT i.indexrelid, a.attname FROM pg_index i
            JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey[0:i.indnkeyatts - 1])
            WHERE i.indrelid = $1::oid AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
            """, [oid])
        {
            keys[row[0] ?? "", default: []].insert(row[1] ?? "")
        }
        uniqueKeys = Array(keys.values)
    }

    /// How many pages of its own it has, which can be read apart; nil where that is not so. Waits for whoever has locked the table.
    func pages(_ connection: PostgreSQLConnection) throws(SluiceError) -> Int64? {
        guard kind == "r", connection.serverVersion >= 140_000 else { return nil }
        let size = try connection.rows("SELECT pg_relation_size($1::oid) / current_setting('block_size')::bigint", [oid])
        return size.first?.first.flatMap(\.self).flatMap { Int64($0) }
    }

    var takesRows: Bool { ["r", "p", "f"].contains(kind) }
}
#endif
