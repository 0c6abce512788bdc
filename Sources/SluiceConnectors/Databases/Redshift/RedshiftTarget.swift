#if PostgreSQL
import SluiceCatalog
import SluiceCore
import SluiceLog
import SluicePipelines
import SluicePostgreSQL

/// Loads the staged rows of a publication into a table of Redshift, once.
///
/// The rows go into files of the bucket, and one COPY reads these, in one transaction with the mark that the rows are there. Whoever is cut off
/// before that transaction's end leaves files that the next one writes over; behind it, the mark says that they are to be removed.
struct RedshiftTarget: PublicationTarget {
    private let settings: RedshiftTargetSettings
    private let statements: RedshiftStatements
    private let access: PostgreSQLAccess
    private let catalog: Catalog
    private let loader: any RedshiftLoader
    private let fileBytes: Int

    init(_ settings: String, _ catalog: Catalog, _ loader: any RedshiftLoader, fileBytes: Int) throws(SluiceError) {
        self.settings = try SettingsText.value(RedshiftTargetSettings.self, settings.utf8, of: "target")
        statements = RedshiftStatements(self.settings)
        access = PostgreSQLAccess(self.settings.place, catalog: catalog, .redshift)
        self.catalog = catalog
        self.loader = loader
        self.fileBytes = fileBytes
    }

    func put(_ pending: PendingPublication, _ support: PublicationSupport) async throws {
        let key = [try support.state(), pending.pipeline, settings.table.shown]
        let marks = RedshiftMarks(beside: settings.table, key)
        let files = try RedshiftFiles(settings.staging, key, publication: pending.id, fileBytes: fileBytes)
        let connection = try access.connect()
        try marks.prepare(connection)
        if try !support.isDone(pending, mark: try marks.last(connection)) {
            let count = try await files.write(
                pending.publication, ordinal: settings.mode == .upsert ? RedshiftStatements.ordinal : nil
            ) { number throws(SluiceError) in
                if Task.isCancelled { throw SluiceError(.interrupted, "the rows of a run are not in \(pending.publication.target) yet") }
                try support.reached(.published(chunk: number))
            }
            // A connection that goes away takes its open transaction with it.
            try connection.execute("BEGIN")
            // Somebody else may have put them there meanwhile; nobody does from here on.
            try marks.lock(connection)
            if try support.isDone(pending, mark: try marks.last(connection)) {
                try connection.execute("ROLLBACK")
            } else {
                try load(count > 0 ? files.manifest : nil, connection)
                try marks.set(pending, connection)
                try connection.execute("COMMIT")
                try support.reached(.landed)
            }
        }
        if !settings.staging.keepsFiles { try await files.remove() }
    }

    /// - Parameter manifest: Nil where there are no rows.
    private func load(_ manifest: String?, _ connection: PostgreSQLConnection) throws(SluiceError) {
        let all = try prepareTable(connection)
        if settings.mode == .overwrite { try connection.execute(statements.clear) }
        guard let manifest else { return }
        if settings.mode == .upsert { try connection.execute(statements.stage) }
        try copy(manifest, connection)
        guard settings.mode == .upsert else { return }
        for statement in statements.merge(into: all) { try connection.execute(statement) }
    }

    private func copy(_ manifest: String, _ connection: PostgreSQLConnection) throws(SluiceError) {
        guard let connectionName = settings.place.named else {
            throw SluiceError(.stateCorrupt, "what is owed to \(settings.table.shown) names no connection")
        }
        let values = try ConnectionStore(catalog).values(connectionName, of: .redshift)
        let authorization = try RedshiftAuthorization(role: settings.staging.role, values)
        do throws(SluiceError) {
            try loader.load(statements.copy(manifest, authorization), in: connection)
        } catch {
            var explained = error
            explained.message += "; it was loading \(manifest)"
            explained.remedy = error.remedy ?? "what Redshift finds wrong with a file is in its view sys_load_error_detail"
            // A server may quote a part of the statement.
            throw KnownSecrets.masked(explained)
        }
    }

    /// Makes the table, or gives it the columns that it may be given.
    ///
    /// - Returns: Its columns.
    private func prepareTable(_ connection: PostgreSQLConnection) throws(SluiceError) -> [String] {
        guard let info = try RedshiftTableInfo(settings.table, in: connection) else {
            try connection.execute(statements.create)
            return settings.columns.map(\.name)
        }
        let known = Set(info.columns.map(\.name))
        var names = info.columns.map(\.name)
        for column in settings.columns where !known.contains(column.name) {
            let add = statements.add(column)
            guard column.mayBeAdded else {
                throw SluiceError(
                    .schemaMismatch, "table \(settings.table.shown) of \(access.name) has no column \"\(column.name)\" any more",
                    remedy: "add it again: \(add)")
            }
            try connection.execute(add)
            names.append(column.name)
        }
        return names
    }
}

/// Where Redshift keeps the last publication of each state, pipeline and table; in the schema of the table.
struct RedshiftMarks: Sendable {
    private let table: PostgreSQLName
    private let key: [String]

    init(beside target: PostgreSQLName, _ key: [String]) {
        var table = target
        table.table = PostgreSQLTarget.marks
        self.table = table
        self.key = key
    }

    private static let isOwn = "WHERE state = $1 AND pipeline = $2 AND target = $3"

    func prepare(_ connection: PostgreSQLConnection) throws(SluiceError) {
        guard try RedshiftTableInfo(table, in: connection) == nil else { return }
        do throws(SluiceError) {
            try connection.execute(
                """
                CREATE TABLE IF NOT EXISTS \(table.quoted) (
                    state varchar(64) NOT NULL, pipeline varchar(1024) NOT NULL, target varchar(1024) NOT NULL, publication bigint NOT NULL,
                    run varchar(256) NOT NULL, PRIMARY KEY (state, pipeline, target))
                """)
        } catch {
            // Somebody else has made it at the same time.
            guard try RedshiftTableInfo(table, in: connection) != nil else { throw error }
        }
    }

    /// Keeps others from loading beside this transaction: rows are not locked in Redshift, tables are.
    func lock(_ connection: PostgreSQLConnection) throws(SluiceError) { try connection.execute("LOCK TABLE \(table.quoted)") }

    func last(_ connection: PostgreSQLConnection) throws(SluiceError) -> Int64? {
        let found = try connection.rows("SELECT publication FROM \(table.quoted) \(Self.isOwn)", key)
        return found.first?.first.flatMap(\.self).flatMap { Int64($0) }
    }

    func set(_ pending: PendingPublication, _ connection: PostgreSQLConnection) throws(SluiceError) {
        let values = key + [String(pending.id), pending.run.text]
        if try last(connection) == nil {
            let columns = "(state, pipeline, target, publication, run)"
            _ = try connection.rows("INSERT INTO \(table.quoted) \(columns) VALUES ($1, $2, $3, $4, $5)", values)
        } else {
            _ = try connection.rows("UPDATE \(table.quoted) SET publication = $4, run = $5 \(Self.isOwn)", values)
        }
    }
}
#endif
