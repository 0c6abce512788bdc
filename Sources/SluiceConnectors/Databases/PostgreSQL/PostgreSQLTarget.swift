#if PostgreSQL
import SluiceCatalog
import SluiceCore
import SluiceLog
import SluicePipelines
import SluicePostgreSQL

/// Puts the staged rows of a publication into a table, with the mark that they are there, in one transaction.
struct PostgreSQLTarget: PublicationTarget {
    /// Where the database keeps the last publication of each state, pipeline and table; in the schema of the table.
    static let marks = "sluice_commits"

    private let settings: PostgreSQLTargetSettings
    private let access: PostgreSQLAccess
    private let marks: PostgreSQLName

    init(_ settings: String, catalog: Catalog?) throws(SluiceError) {
        let settings = try SettingsText.value(PostgreSQLTargetSettings.self, settings.utf8, of: "target")
        self.settings = settings
        access = PostgreSQLAccess(settings.place, catalog: catalog)
        var marks = settings.table
        marks.table = Self.marks
        self.marks = marks
    }

    func put(_ pending: PendingPublication, _ support: PublicationSupport) async throws {
        let connection = try access.connect()
        let key = [try support.state(), pending.pipeline, settings.table.table]
        try prepareMarks(connection)
        // A connection that goes away takes its open transaction with it.
        try connection.execute("BEGIN")
        if try support.isDone(pending, mark: try lockMark(key, connection)) { return }
        try write(pending.publication, to: connection) { chunk throws(SluiceError) in
            if Task.isCancelled { throw SluiceError(.interrupted, "the rows of a run are not in \(pending.publication.target) yet") }
            try support.reached(.published(chunk: chunk))
        }
        _ = try connection.rows(
            "UPDATE \(marks.quoted) SET publication = $4, run = $5 WHERE state = $1 AND pipeline = $2 AND target = $3",
            key + [String(pending.id), pending.run.text])
        try connection.execute("COMMIT")
        try support.reached(.landed)
    }

    /// Writes and takes back, so that the rows' own faults are known before anything is committed.
    func rehearse(_ publication: Publication) throws(SluiceError) {
        let connection = try access.connect()
        try connection.execute("BEGIN")
        try write(publication, to: connection) { _ throws(SluiceError) in }
        try connection.execute("SET CONSTRAINTS ALL IMMEDIATE; ROLLBACK")
    }

    // MARK: Marks

    private func prepareMarks(_ connection: PostgreSQLConnection) throws(SluiceError) {
        guard try connection.rows("SELECT to_regclass($1)", [marks.quoted]).first?.first.flatMap(\.self) == nil else { return }
        // Two that make it at the same time would be in each other's way.
        try connection.execute(
            """
            BEGIN; SELECT pg_advisory_xact_lock(hashtext('\(Self.marks)'));
            CREATE TABLE IF NOT EXISTS \(marks.quoted) (
                state text, pipeline text, target text, publication bigint NOT NULL, run text NOT NULL, PRIMARY KEY (state, pipeline, target));
            COMMIT
            """)
    }

    /// The last publication; the mark is this transaction's until it ends, so that nobody else puts the same rows there.
    private func lockMark(_ key: [String], _ connection: PostgreSQLConnection) throws(SluiceError) -> Int64? {
        _ = try connection.rows("INSERT INTO \(marks.quoted) VALUES ($1, $2, $3, 0, '') ON CONFLICT DO NOTHING", key)
        let found = try connection.rows(
            "SELECT publication FROM \(marks.quoted) WHERE state = $1 AND pipeline = $2 AND target = $3 FOR UPDATE", key)
        return found.first?.first.flatMap(\.self).flatMap { Int64($0) }
    }

    // MARK: Rows

    private func write(
        _ publication: Publication, to connection: PostgreSQLConnection, _ reached: (Int) throws(SluiceError) -> Void
    ) throws(SluiceError) {
        try prepareTable(connection)
        if settings.mode == .overwrite { try connection.execute("DELETE FROM \(settings.table.quoted)") }
        if settings.mode == .upsert { try connection.execute(settings.stagingStatement) }
        var reader = try OutboxReader(publication)
        var ordinal = 0
        try connection.beginCopyIn(settings.copyStatement)
        while let chunk = try reader.next() {
            var lines: [UInt8] = []
            for row in 0..<chunk.count {
                if settings.mode == .upsert {
                    ordinal += 1
                    lines.append(contentsOf: "\(ordinal)\t".utf8)
                }
                lines.append(contentsOf: chunk.payloads[row])
                lines.append(UInt8(ascii: "\n"))
                guard lines.count >= PostgreSQLLimits.sendBytes else { continue }
                try connection.put(lines)
                lines.removeAll(keepingCapacity: true)
            }
            if !lines.isEmpty { try connection.put(lines) }
            try reached(reader.number - 1)
        }
        try connection.endCopyIn()
        if settings.mode == .upsert { try connection.execute(settings.mergeStatement) }
    }

    /// Makes the table, or gives it the columns that it may be given.
    private func prepareTable(_ connection: PostgreSQLConnection) throws(SluiceError) {
        guard let info = try PostgreSQLTableInfo(settings.table, in: connection) else {
            return try connection.execute(settings.createStatement)
        }
        let known = Set(info.columns.map(\.name))
        for column in settings.columns where !known.contains(column.name) {
            let add = "ALTER TABLE \(settings.table.quoted) ADD COLUMN \(PostgreSQLConnection.quoted(column.name)) \(column.declaration)"
            guard column.mayBeAdded else {
                throw SluiceError(
                    .schemaMismatch, "table \(settings.table.shown) of \(access.name) has no column \"\(column.name)\" any more",
                    remedy: "add it again: \(add)")
            }
            try connection.execute(add)
        }
    }
}
#endif
