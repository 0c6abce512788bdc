import SluiceCore
package import SluicePipelines
#if PostgreSQL
import SluiceCatalog
import SluiceFormats
import SluicePostgreSQL
#endif

/// A database of this kind says the types of its values itself, so that no rows are read.
extension PostgreSQLConnector: TableLister {
    #if PostgreSQL
    package func tables(at place: String, _ request: ListingRequest) async throws -> [ListedTable] {
        let access = PostgreSQLAccess(
            PostgreSQLPlace(target: place, secret: request.passwordSecret), catalog: request.context.catalog)
        let keywords = try access.settings().keywords
        var options: [String: String] = [:]
        if let name = access.place.named {
            (options["connection"], options[Self.name]) = (name, "")
        } else {
            (options[Self.name], options["password_secret"]) = (place, request.passwordSecret)
        }
        let database = [keywords["host"], keywords["port"], keywords["dbname"] ?? keywords["service"]].compactMap(\.self)
        return try access.connect().rows(Self.listing).map { row in
            let (schema, name) = (row[0] ?? "", row[1] ?? "")
            options["table"] = "\(schema).\(name)"
            return ListedTable(
                name: name, schema: schema == "public" ? nil : schema,
                location: "postgresql:\(database.joined(separator: "/"))#\(schema).\(name)", connector: Self.name, options: options,
                kind: row[2] == "v" || row[2] == "m" ? "view" : "table", state: row.map { $0 ?? "" }.joined(separator: "\n"))
        }
    }

    /// Tables that the user may read, with all that is remembered of them.
    private static let listing = """
        SELECT n.nspname, c.relname, c.relkind, greatest(c.reltuples, 0)::bigint, coalesce(obj_description(c.oid, 'pg_class'), ''),
            (SELECT string_agg(
                concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, col_description(c.oid, a.attnum)), E'\\n'
                ORDER BY a.attnum)
             FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
            (SELECT string_agg(pg_get_constraintdef(k.oid), E'\\n' ORDER BY k.oid) FROM pg_constraint k WHERE k.conrelid = c.oid)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f') AND NOT c.relispartition AND n.nspname <> 'information_schema'
            AND n.nspname !~ '^pg_' AND has_table_privilege(c.oid, 'SELECT') AND c.relname <> 'sluice_commits'
        ORDER BY 1, 2
        """

    package func look(at table: ListedTable, _ request: ListingRequest) async throws -> TableLook {
        let named = table.options["connection"].map { PostgreSQLPlace(named: $0) }
        let place = named ?? PostgreSQLPlace(connection: table.options[Self.name] ?? "", secret: request.passwordSecret)
        let access = PostgreSQLAccess(place, catalog: request.context.catalog)
        let text = table.options["table"] ?? ""
        guard (try? PostgreSQLName(text)) != nil else { return .unknown("its name has a point, which pipelines cannot write") }
        let source = try PostgreSQLSource(access, SourceSelection(table: text, declared: []))
        let connection = try access.connect()
        guard let oid = try connection.rows("SELECT to_regclass($1)::oid", [try PostgreSQLName(text).quoted]).first?.first.flatMap(\.self)
        else { return .unknown("it is not there any more") }
        var columns: [CatalogColumn] = []
        var reasons: [(String, DataType, String)] = []
        for row in try connection.rows(Self.columns, [oid]) {
            guard let name = row[0], let field = source.schema[name] else { continue }
            columns.append(CatalogColumn(name, field.type, isNullable: row[2] != "t", comment: row[3] ?? ""))
            reasons.append((name, field.type, "the database declares \(row[1] ?? "")"))
        }
        var seen = SeenTable(columns: columns)
        seen.notices = source.notices
        seen.evidence = RowEvidence(table.location).json(reasons)
        let facts = try connection.rows(
            "SELECT greatest(reltuples, 0)::bigint, coalesce(obj_description(oid, 'pg_class'), '') FROM pg_class WHERE oid = $1::oid", [oid]
        )
        seen.rowCount = facts.first?[0].flatMap { Int64($0) } ?? 0
        seen.comment = facts.first?[1] ?? ""
        for row in try connection.rows(Self.keys, [oid]) {
            seen.parameters[row[0] == "p" ? TableKeys.primary : TableKeys.foreign] = row[1]
        }
        return .table(seen)
    }

    private static let columns = """
        SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, coalesce(col_description(a.attrelid, a.attnum), '')
        FROM pg_attribute a WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
        """

    /// The primary key as a list of columns, foreign keys as `customer → customers(id)`.
    private static let keys = """
        SELECT 'p', string_agg(a.attname, ', ' ORDER BY array_position(k.conkey, a.attnum)) FROM pg_constraint k
        JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)
        WHERE k.conrelid = $1::oid AND k.contype = 'p' HAVING count(*) > 0
        UNION ALL
        SELECT 'f', string_agg(
            regexp_replace(pg_get_constraintdef(k.oid), '^FOREIGN KEY \\((.*?)\\) REFERENCES (.*?\\)).*$', '\\1 → \\2'), '; ' ORDER BY k.conname)
        FROM pg_constraint k WHERE k.conrelid = $1::oid AND k.contype = 'f' HAVING count(*) > 0
        """
    #else
    package func tables(at place: String, _ request: ListingRequest) async throws -> [ListedTable] { throw Self.missing(nil) }
    package func look(at table: ListedTable, _ request: ListingRequest) async throws -> TableLook { throw Self.missing(nil) }
    #endif
}
