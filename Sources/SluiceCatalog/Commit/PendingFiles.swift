import GRDB
import Glibc
import SluiceCore

/// Renames and removals that committed runs still owe; doing them twice is the same as once.
struct PendingFiles {
    private var renames: [OutputCommit.Rename] = []
    private var removals: [String] = []
    /// Where the committed runs staged; what is left there is not needed.
    private var staging: [String] = []
    private var lastID: Int64 = 0
    /// Runs whose staging is not needed any more.
    private var ended: Set<String> = []

    var isEmpty: Bool { lastID == 0 && ended.isEmpty }
    var count: Int { renames.count + removals.count }

    static func all(_ db: GRDB.Database) throws -> PendingFiles {
        var work = PendingFiles()
        for row in try Row.fetchAll(db, sql: "SELECT * FROM pending_files ORDER BY id") {
            if let target = row["target"] as String? {
                work.renames.append(OutputCommit.Rename(staged: row["source"], final: target))
            } else {
                work.removals.append(row["source"])
            }
            work.lastID = row["id"]
        }
        let query = "SELECT s.run_id, s.path FROM staging s JOIN runs r ON r.id = s.run_id WHERE r.state = 'succeeded'"
        for row in try Row.fetchAll(db, sql: query) {
            work.staging.append(row["path"])
            work.ended.insert(row["run_id"])
        }
        return work
    }

    /// - Returns: Final paths whose staged file is gone although it was never put in place: somebody removed it.
    func carryOut(_ reached: (CommitStep) throws(SluiceError) -> Void) throws(SluiceError) -> [String] {
        var lost: [String] = []
        for (index, move) in renames.enumerated() {
            if try !Self.rename(move) { lost.append(move.final) }
            try reached(.renamed(index))
        }
        for directory in Set(renames.map { ExactText(DiskFiles.parent(of: $0.final)) })
        where DiskFiles.kind(of: directory.text) == .directory {
            try DiskFiles.syncDirectory(directory.text)
        }
        for (index, path) in removals.enumerated() {
            try DiskFiles.removeTree(path)
            Self.removeEmptyDirectory(DiskFiles.parent(of: path))
            try reached(.removed(index))
        }
        for path in staging { try DiskFiles.removeTree(path) }
        return lost
    }

    /// Strikes what was carried out off the list.
    func clear(_ db: GRDB.Database) throws {
        try db.execute(sql: "DELETE FROM pending_files WHERE id <= ?", arguments: [lastID])
        for run in ended { try Catalog.forgetStaging(RunID(run), db) }
    }

    /// - Returns: Whether the file is in place.
    private static func rename(_ move: OutputCommit.Rename) throws(SluiceError) -> Bool {
        if Glibc.rename(move.staged, move.final) == 0 { return true }
        let number = errno
        guard number == ENOENT, DiskFiles.kind(of: move.staged) == nil else { throw .system(number, cannot: "put in place", move.final) }
        // Done before a crash, or removed by somebody.
        return DiskFiles.kind(of: move.final) != nil
    }

    /// A partition's directory goes with its last file; one that still has others stays.
    private static func removeEmptyDirectory(_ path: String) { rmdir(path) }
}
