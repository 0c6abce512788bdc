import SluiceCatalog
import SluiceCore
import SluiceLog
import SluicePipelines
import SluiceSQLite

/// Puts the staged rows of a publication into a table, with the mark that they are there, in one transaction.
struct SQLiteTarget: PublicationTarget {
    /// Where the database keeps the last publication of each state, pipeline and table.
    static let marks = "sluice_commits"

    private let settings: SQLiteTargetSettings

    init(_ settings: String) throws(SluiceError) {
        self.settings = try SettingsText.value(SQLiteTargetSettings.self, settings.utf8, of: "target")
    }

    func put(_ pending: PendingPublication, _ support: PublicationSupport) async throws {
        let connection = try open()
        let state = try support.state()
        let isNew = try connection.writing { () throws(SluiceError) -> Bool in
            if try support.isDone(pending, mark: try mark(of: pending, state, connection)) { return false }
            try write(pending.publication, to: connection) { chunk throws(SluiceError) in
                if Task.isCancelled { throw SluiceError(.interrupted, "the rows of a run are not in \(pending.publication.target) yet") }
                try support.reached(.published(chunk: chunk))
            }
            try setMark(of: pending, state, connection)
            return true
        }
        if isNew { try support.reached(.landed) }
    }

    /// Writes and takes back, so that the rows' own faults are known before anything is committed.
    func rehearse(_ publication: Publication) throws(SluiceError) {
        let connection = try open()
        try connection.execute("BEGIN IMMEDIATE")
        defer { connection.rollBack() }
        try write(publication, to: connection) { _ throws(SluiceError) in }
    }

    private func open() throws(SluiceError) -> SQLiteConnection {
        let connection = try SQLiteConnection(settings.path, .create)
        // What was committed is not put there again, so it has to outlive a loss of power.
        try connection.execute("PRAGMA synchronous = FULL")
        return connection
    }

    // MARK: Marks

    private func mark(of pending: PendingPublication, _ state: String, _ connection: SQLiteConnection) throws(SluiceError) -> Int64? {
        try connection.execute(
            """
            CREATE TABLE IF NOT EXISTS \(Self.marks) (
                state TEXT NOT NULL, pipeline TEXT NOT NULL, target TEXT NOT NULL, publication INTEGER NOT NULL, run TEXT NOT NULL,
                PRIMARY KEY (state, pipeline, target)) WITHOUT ROWID
            """)
        return try connection.integer(
            "SELECT publication FROM \(Self.marks) WHERE state = ? AND pipeline = ? AND target = ?",
            [.text(state), .text(pending.pipeline), .text(settings.table.lowercased())])
    }

    private func setMark(of pending: PendingPublication, _ state: String, _ connection: SQLiteConnection) throws(SluiceError) {
        let statement = try connection.prepare(
            "INSERT OR REPLACE INTO \(Self.marks) (state, pipeline, target, publication, run) VALUES (?, ?, ?, ?, ?)")
        let values: [SQLiteValue] = [
            .text(state), .text(pending.pipeline), .text(settings.table.lowercased()), .integer(pending.id), .text(pending.run.text),
        ]
        for (index, value) in values.enumerated() { try statement.bind(value, at: index) }
        try statement.run()
    }

    // MARK: Rows

    private func write(
        _ publication: Publication, to connection: SQLiteConnection, _ reached: (Int) throws(SluiceError) -> Void
    ) throws(SluiceError) {
        try prepareTable(connection)
        if settings.mode == .overwrite { try connection.execute("DELETE FROM \(SQLiteConnection.quoted(settings.table))") }
        var reader = try OutboxReader(publication)
        let insert = try connection.prepare(settings.insertStatement)
        while let chunk = try reader.next() {
            for row in 0..<chunk.count {
                try chunk.payloads.withRowBytes(row) { bytes throws(SluiceError) in try put(bytes, with: insert) }
            }
            try reached(reader.number - 1)
        }
    }

    private func put(_ row: UnsafeRawBufferPointer, with insert: SQLiteStatement) throws(SluiceError) {
        try SQLiteRowBinder.bind(row, columns: settings.columns.count, to: insert)
        do throws(SluiceError) {
            try insert.run()
        } catch {
            guard error.code == .databaseConstraint else { throw error }
            var explained = error
            explained.message += "; the row is \(shown(row))"
            explained.remedy =
                settings.mode == .upsert
                ? "change the rows with a step, or the rule of the table"
                : "write with mode: upsert and keys to replace rows that are there, or change the rows with a step"
            throw explained
        }
    }

    /// Makes the table, or gives it the columns that it may be given.
    private func prepareTable(_ connection: SQLiteConnection) throws(SluiceError) {
        guard let info = try SQLiteTableInfo(settings.table, in: connection) else {
            return try connection.execute(settings.createStatement)
        }
        let known = Set(info.columns.map { $0.name.lowercased() })
        for column in info.columns {
            guard let own = settings.columns.first(where: { $0.name.lowercased() == column.name.lowercased() }),
                SQLiteTypes.affinity(own.declaration) == .text, ![.text, .blob].contains(SQLiteTypes.affinity(column.declared))
            else { continue }
            throw SluiceError(
                .schemaMismatch,
                "column \"\(column.name)\" of table \(settings.table) of \(settings.path.quotedForMessage) is \(column.declared) now, and would "
                    + "change texts that look like numbers",
                remedy: "make the column anew as \(own.declaration); the rows wait for it")
        }
        for column in settings.columns where !known.contains(column.name.lowercased()) {
            guard column.mayBeAdded else {
                throw SluiceError(
                    .schemaMismatch,
                    "table \(settings.table) of \(settings.path.quotedForMessage) has no column \"\(column.name)\" any more",
                    remedy: "add it again: ALTER TABLE \(SQLiteConnection.quoted(settings.table)) ADD COLUMN "
                        + "\(SQLiteConnection.quoted(column.name)) \(column.declaration)")
            }
            try connection.execute(
                "ALTER TABLE \(SQLiteConnection.quoted(settings.table)) ADD COLUMN \(SQLiteConnection.quoted(column.name)) \(column.declaration)"
            )
        }
    }

    private func shown(_ row: UnsafeRawBufferPointer) -> String {
        let values = (try? SQLiteRowBinder.values(row, columns: settings.columns.count)) ?? []
        let json = Value.structure(zip(settings.columns, values).map { Value.Member($0.name, $1) }).json
        return json.count <= DatabaseLimits.shownRowCharacters ? json : json.prefix(DatabaseLimits.shownRowCharacters) + "…"
    }
}
