import SluiceCore
import SluiceSQLite

/// A change of files that belongs to a change of the index.
struct FileChange: Sendable {
    enum Kind: Hashable, Sendable { case settle, remove }

    var kind: Kind
    var file: StoredFile
    var bucket: String
    var key: ObjectKey
    /// Bytes of a file that is not on the disk yet.
    var content: [UInt8]?
}

/// What is left to be done with files after a crash.
extension BucketIndex {
    /// Notes a change before it is carried out.
    func note(_ change: FileChange, round: Int64) throws(SluiceError) {
        let file = change.file
        switch change.kind {
        case .settle:
            // Content that is noted already stays until the file is on the disk.
            try run(
                """
                INSERT INTO moves(stamp, file_time, size, bucket, key, place, round, content) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT(stamp) DO UPDATE SET place = excluded.place, round = excluded.round
                """,
                [
                    .integer(file.stamp), .integer(file.fileTime), .integer(file.byteCount), .text(change.bucket), .blob(change.key.bytes),
                    .integer(file.place.rawValue), .integer(round), change.content.map { .blob($0) } ?? .null,
                ])
        case .remove:
            try run("DELETE FROM moves WHERE stamp = ?", [.integer(file.stamp)])
            try run(
                "INSERT OR REPLACE INTO removals(stamp, file_time, size, bucket, key, round) VALUES (?, ?, ?, ?, ?, ?)",
                [
                    .integer(file.stamp), .integer(file.fileTime), .integer(file.byteCount), .text(change.bucket), .blob(change.key.bytes),
                    .integer(round),
                ])
        }
    }

    /// The bytes of a file that is not on the disk for certain.
    func content(_ stamp: Int64) throws(SluiceError) -> [UInt8]? {
        try first("SELECT content FROM moves WHERE stamp = ? AND content IS NOT NULL", [.integer(stamp)]) { Array($0.bytes(0)) }
    }

    /// Forgets the changes of rounds whose files are on the disk.
    func forget(through round: Int64) throws(SluiceError) {
        try run("DELETE FROM moves WHERE round <= ?", [.integer(round)])
        try run("DELETE FROM removals WHERE round <= ?", [.integer(round)])
    }

    /// All that is left to be done, in the order in which it can be done: files that leave names to others, removals, files that get names.
    func changesLeft() throws(SluiceError) -> [FileChange] {
        func change(_ row: SQLiteStatement, _ kind: FileChange.Kind) -> FileChange {
            let file = StoredFile(
                stamp: row.integer(0), fileTime: row.integer(1), byteCount: row.integer(2),
                place: StoredFile.Place(rawValue: row.integer(5)) ?? .nameless)
            return FileChange(
                kind: kind, file: file, bucket: row.text(3) ?? "", key: ObjectKey(stored: Array(row.bytes(4))),
                content: row.kind(6) == .blob ? Array(row.bytes(6)) : nil)
        }
        let moves = "SELECT stamp, file_time, size, bucket, key, place, content FROM moves WHERE place = ? ORDER BY stamp"
        let toNameless = try rows(moves, [.integer(StoredFile.Place.nameless.rawValue)]) { change($0, .settle) }
        let removals = try rows("SELECT stamp, file_time, size, bucket, key, 0, NULL FROM removals ORDER BY stamp", []) {
            change($0, .remove)
        }
        return toNameless + removals + (try rows(moves, [.integer(StoredFile.Place.folder.rawValue)]) { change($0, .settle) })
    }

    // MARK: Numbers that only grow

    func state(_ name: String) throws(SluiceError) -> Int64 {
        try first("SELECT value FROM state WHERE name = ?", [.text(name)]) { $0.integer(0) } ?? 0
    }

    func setState(_ name: String, _ value: Int64) throws(SluiceError) {
        try run("INSERT OR REPLACE INTO state(name, value) VALUES (?, ?)", [.text(name), .integer(value)])
    }
}
