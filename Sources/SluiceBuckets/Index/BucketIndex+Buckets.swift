import SluiceCore
import SluiceSQLite

extension BucketIndex {
    private static let columns = """
        id, name, owner, region, created, versioning, EXISTS (SELECT 1 FROM watches WHERE watches.bucket = buckets.id),
        EXISTS (SELECT 1 FROM settings WHERE settings.bucket = buckets.id AND kind = '\(BucketInfo.lifecycle)')
        """

    private static func bucket(_ row: SQLiteStatement) -> BucketInfo {
        BucketInfo(
            id: row.integer(0), name: row.text(1) ?? "", owner: row.text(2) ?? "", region: row.text(3) ?? "", createdMicros: row.integer(4),
            versioning: BucketInfo.Versioning(rawValue: row.integer(5)) ?? .never, isWatched: row.integer(6) != 0,
            hasLifecycle: row.integer(7) != 0)
    }

    func bucket(_ name: String) throws(SluiceError) -> BucketInfo? {
        try first("SELECT \(Self.columns) FROM buckets WHERE name = ?", [.text(name)], Self.bucket)
    }

    func existingBucket(_ name: String) throws(BucketFailure) -> BucketInfo {
        guard let bucket = try BucketFailure.onDisk({ () throws(SluiceError) in try bucket(name) }) else { throw .noSuchBucket(name) }
        return bucket
    }

    func buckets() throws(SluiceError) -> [BucketInfo] { try rows("SELECT \(Self.columns) FROM buckets ORDER BY name", [], Self.bucket) }

    func insertBucket(_ name: String, owner: String, region: String, _ createdMicros: Int64) throws(SluiceError) {
        try run(
            "INSERT INTO buckets(name, owner, region, created, versioning) VALUES (?, ?, ?, ?, 0)",
            [.text(name), .text(owner), .text(region), .integer(createdMicros)])
    }

    func setVersioning(_ bucket: BucketInfo, _ versioning: BucketInfo.Versioning) throws(SluiceError) {
        try run("UPDATE buckets SET versioning = ? WHERE id = ?", [.integer(versioning.rawValue), .integer(bucket.id)])
    }

    /// Whether a bucket has no version of any object.
    func isEmpty(_ bucket: BucketInfo) throws(SluiceError) -> Bool {
        for table in ["objects", "older"] {
            if try first("SELECT 1 FROM \(table) WHERE bucket = ? LIMIT 1", [.integer(bucket.id)], { _ in true }) != nil { return false }
        }
        return true
    }

    func deleteBucket(_ bucket: BucketInfo) throws(SluiceError) {
        for table in ["settings", "completions", "watches"] { try run("DELETE FROM \(table) WHERE bucket = ?", [.integer(bucket.id)]) }
        try run("DELETE FROM buckets WHERE id = ?", [.integer(bucket.id)])
    }

    // MARK: Settings

    func setting(_ bucket: BucketInfo, _ kind: String) throws(SluiceError) -> [UInt8]? {
        try first("SELECT value FROM settings WHERE bucket = ? AND kind = ?", [.integer(bucket.id), .text(kind)]) { Array($0.bytes(0)) }
    }

    func set(_ bucket: BucketInfo, _ kind: String, _ value: [UInt8]?) throws(SluiceError) {
        if let value {
            try run(
                "INSERT OR REPLACE INTO settings(bucket, kind, value) VALUES (?, ?, ?)", [.integer(bucket.id), .text(kind), .blob(value)])
        } else {
            try run("DELETE FROM settings WHERE bucket = ? AND kind = ?", [.integer(bucket.id), .text(kind)])
        }
    }
}
