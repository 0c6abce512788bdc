#if PostgreSQL
import SluicePostgreSQL

/// The statements of a load, in the part of SQL that Redshift and PostgreSQL share; COPY alone is Redshift's own.
struct RedshiftStatements: Sendable {
    /// The rows of an upsert as they were loaded, numbered, and the last one of each key.
    static let rows = "sluice_rows"
    static let last = "sluice_last"
    static let ordinal = "sluice_ordinal"

    private let settings: RedshiftTargetSettings
    private let table: String

    init(_ settings: RedshiftTargetSettings) {
        self.settings = settings
        table = settings.table.quoted
    }

    private static func quoted(_ name: String) -> String { PostgreSQLConnection.quoted(name) }

    private func list(_ names: [String], of relation: String? = nil) -> String {
        names.map { (relation.map { $0 + "." } ?? "") + Self.quoted($0) }.joined(separator: ", ")
    }

    private var names: [String] { settings.columns.map(\.name) }

    // MARK: The table

    /// The key is for the optimizer: Redshift enforces none.
    var create: String {
        let defined = settings.columns.map { "\(Self.quoted($0.name)) \($0.declaration)" + ($0.isRequired ? " NOT NULL" : "") }
        let key = settings.keys.isEmpty ? [] : ["PRIMARY KEY (\(list(settings.keys)))"]
        return "CREATE TABLE \(table) (" + (defined + key).joined(separator: ", ") + ")"
    }

    func add(_ column: RedshiftTargetSettings.Column) -> String {
        "ALTER TABLE \(table) ADD COLUMN \(Self.quoted(column.name)) \(column.declaration)"
    }

    /// TRUNCATE would commit.
    var clear: String { "DELETE FROM \(table)" }

    // MARK: Loading

    var stage: String {
        "CREATE TEMPORARY TABLE \(Self.rows) AS SELECT CAST(0 AS bigint) AS \(Self.quoted(Self.ordinal)), \(list(names)) FROM \(table) WHERE 1 = 0"
    }

    /// Loads what a manifest names: into the table, or into what an upsert has in its place.
    func copy(_ manifest: String, _ authorization: RedshiftAuthorization) -> RedshiftCopy {
        let isStaged = settings.mode == .upsert
        let target = isStaged ? "\(Self.rows) (\(list([Self.ordinal] + names)))" : "\(table) (\(list(names)))"
        let region = settings.staging.region.map { " REGION '\($0)'" } ?? ""
        return RedshiftCopy(
            statement: "COPY \(target) FROM '\(manifest)' \(authorization.clause)\(region) MANIFEST GZIP FORMAT AS JSON 'auto' "
                + "TIMEFORMAT 'auto' DATEFORMAT 'auto'" + (isStaged ? " COMPUPDATE OFF STATUPDATE OFF" : ""))
    }

    /// Puts the last row of each key into the table.
    ///
    /// - Parameter all: Columns of the table. Where the rows have all of them, rows with their keys are replaced; otherwise they are changed, so
    ///   that the other columns keep what they have.
    func merge(into all: [String]) -> [String] {
        let numbered =
            "SELECT \(list(names)), ROW_NUMBER() OVER (PARTITION BY \(list(settings.keys)) ORDER BY \(Self.quoted(Self.ordinal)) DESC) AS sluice_place FROM \(Self.rows)"
        let first = "CREATE TEMPORARY TABLE \(Self.last) AS SELECT \(list(names)) FROM (\(numbered)) AS numbered WHERE sluice_place = 1"
        if Set(all).isSubset(of: names) {
            return [
                first, "DELETE FROM \(table) USING \(Self.last) WHERE \(match)",
                "INSERT INTO \(table) (\(list(names))) SELECT \(list(names)) FROM \(Self.last)",
            ]
        }
        let changed = names.filter { !settings.keys.contains($0) }.map { "\(Self.quoted($0)) = \(Self.last).\(Self.quoted($0))" }
        let change = changed.isEmpty ? [] : ["UPDATE \(table) SET \(changed.joined(separator: ", ")) FROM \(Self.last) WHERE \(match)"]
        let own = Self.quoted(settings.table.table)
        return [first] + change + [
            "INSERT INTO \(table) (\(list(names))) SELECT \(list(names, of: Self.last)) FROM \(Self.last) LEFT JOIN \(table) ON \(match) "
                + "WHERE \(own).\(Self.quoted(settings.keys[0])) IS NULL"
        ]
    }

    private var match: String {
        let own = Self.quoted(settings.table.table)
        return settings.keys.map { "\(own).\(Self.quoted($0)) = \(Self.last).\(Self.quoted($0))" }.joined(separator: " AND ")
    }
}
#endif
