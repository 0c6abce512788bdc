import GRDB
import SluiceCore

/// Where backfills stand in the database.
enum BackfillTables {
    static let schema = """
        CREATE TABLE backfills (
            id TEXT PRIMARY KEY, pipeline TEXT NOT NULL, range_from TEXT NOT NULL, range_to TEXT NOT NULL, manner TEXT NOT NULL,
            definition_hash TEXT NOT NULL, started INTEGER NOT NULL, updated INTEGER NOT NULL, is_over INTEGER NOT NULL,
            process_id INTEGER NOT NULL, process_started TEXT NOT NULL, UNIQUE (pipeline, range_from, range_to, manner)) WITHOUT ROWID;

        CREATE TABLE backfill_units (
            backfill_id TEXT NOT NULL REFERENCES backfills(id) ON DELETE CASCADE, name TEXT NOT NULL, place INTEGER NOT NULL,
            state TEXT NOT NULL, fingerprint TEXT NOT NULL, input_count INTEGER NOT NULL, byte_count INTEGER, run_id TEXT,
            error TEXT, outputs TEXT NOT NULL, updated INTEGER, PRIMARY KEY (backfill_id, name)) WITHOUT ROWID;
        """

    static func record(_ row: Row, _ isRunning: (ProcessIdentity) -> Bool, _ db: GRDB.Database) throws -> BackfillRecord {
        let process = ProcessIdentity(processID: row["process_id"], started: row["process_started"])
        let isAtWork = !(row["is_over"] as Bool) && isRunning(process)
        let query = """
            SELECT u.*, r.rows_in, r.rows_out, r.dead_letters FROM backfill_units u LEFT JOIN runs r ON r.id = u.run_id
            WHERE u.backfill_id = ? ORDER BY u.place, u.name
            """
        let units = try Row.fetchAll(db, sql: query, arguments: [row["id"] as String]).map { try unit($0, isAtWork: isAtWork) }
        return BackfillRecord(
            id: RunID(row["id"]),
            key: BackfillKey(pipeline: row["pipeline"], from: row["range_from"], to: row["range_to"], manner: row["manner"]),
            definitionHash: row["definition_hash"], startedMicros: row["started"], updatedMicros: row["updated"], isRunning: isAtWork,
            units: units)
    }

    private static func unit(_ row: Row, isAtWork: Bool) throws -> BackfillUnitRecord {
        var unit = BackfillUnitRecord(
            name: row["name"], fingerprint: row["fingerprint"], inputCount: row["input_count"], byteCount: row["byte_count"])
        unit.state = BackfillUnitState(rawValue: row["state"]) ?? .pending
        if unit.state == .running, !isAtWork { unit.state = .interrupted }
        unit.run = (row["run_id"] as String?).map { RunID($0) }
        unit.rowsIn = row["rows_in"] ?? 0
        unit.rowsOut = row["rows_out"] ?? 0
        unit.deadLetters = row["dead_letters"] ?? 0
        unit.failure = try (row["error"] as String?).map { try StoredText.decode($0) }
        unit.outputs = try StoredText.decode(row["outputs"])
        unit.updatedMicros = row["updated"]
        return unit
    }
}
