#if PostgreSQL
import SluiceCore
import SluicePostgreSQL

/// What Redshift says about one of its tables, in words that PostgreSQL 8 had already.
struct RedshiftTableInfo: Sendable {
    /// `r` for a table, `v` for a view.
    let kind: String
    let columns: [ExistingColumn]

    /// Nil where there is none of the name.
    init?(_ name: PostgreSQLName, in connection: PostgreSQLConnection) throws(SluiceError) {
        let rows = try connection.rows(
            """
            SELECT c.relkind, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.atthasdef
            FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = $1 AND c.relname = $2 AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
            """, [name.schema ?? "public", name.table])
        guard let kind = rows.first?[0] else { return nil }
        self.kind = kind
        columns = rows.map { row in
            ExistingColumn(
                name: row[1] ?? "", declaration: row[2] ?? "", needsValue: row[3] == "t" && row[4] != "t", takesNull: row[3] != "t")
        }
    }
}
#endif
