import SluiceCore
import SluiceSQLite

extension BucketIndex {
    static let versionColumns = "key, stamp, file_time, size, place, version, marker, modified, etag, traits"

    static func version(_ row: SQLiteStatement, isCurrent: Bool) -> ObjectVersion {
        let file = StoredFile(
            stamp: row.integer(1), fileTime: row.integer(2), byteCount: row.integer(3),
            place: StoredFile.Place(rawValue: row.integer(4)) ?? .nameless)
        return ObjectVersion(
            key: ObjectKey(stored: Array(row.bytes(0))), versionID: row.text(5) ?? "", isMarker: row.integer(6) != 0,
            byteCount: file.byteCount, modifiedMicros: row.integer(7), etag: row.text(8) ?? "",
            traits: ObjectTraits(decoding: row.bytes(9)) ?? ObjectTraits(), isCurrent: isCurrent, file: file)
    }

    /// What a key stands for, unless that is nothing or a delete marker.
    func object(_ bucket: BucketInfo, _ key: ObjectKey) throws(SluiceError) -> ObjectVersion? {
        try first(
            "SELECT \(Self.versionColumns) FROM objects WHERE bucket = ? AND key = ?", [.integer(bucket.id), .blob(key.bytes)]
        ) { Self.version($0, isCurrent: true) }
    }

    /// The newest of the versions that `objects` does not have.
    func newestOlder(_ bucket: BucketInfo, _ key: ObjectKey) throws(SluiceError) -> ObjectVersion? {
        try first(
            "SELECT \(Self.versionColumns) FROM older WHERE bucket = ? AND key = ? ORDER BY stamp DESC LIMIT 1",
            [.integer(bucket.id), .blob(key.bytes)]
        ) { Self.version($0, isCurrent: false) }
    }

    func version(_ bucket: BucketInfo, _ key: ObjectKey, _ id: String) throws(SluiceError) -> ObjectVersion? {
        let current = try object(bucket, key)
        if let current, current.versionID == id { return current }
        var older = try first(
            "SELECT \(Self.versionColumns) FROM older WHERE bucket = ? AND key = ? AND version = ?",
            [.integer(bucket.id), .blob(key.bytes), .text(id)]
        ) { Self.version($0, isCurrent: false) }
        if current == nil, let stamp = older?.file.stamp { older?.isCurrent = try newestOlder(bucket, key)?.file.stamp == stamp }
        return older
    }

    /// Writes a version into `objects`, or beside the newer ones.
    func insert(_ version: ObjectVersion, _ bucket: BucketInfo, isObject: Bool) throws(SluiceError) {
        try run(
            "INSERT OR REPLACE INTO \(isObject ? "objects" : "older")(bucket, \(Self.versionColumns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                .integer(bucket.id), .blob(version.key.bytes), .integer(version.file.stamp), .integer(version.file.fileTime),
                .integer(version.byteCount), .integer(version.file.place.rawValue), .text(version.versionID),
                .integer(version.isMarker ? 1 : 0), .integer(version.modifiedMicros), .text(version.etag), .blob(version.traits.encoded),
            ])
    }

    func deleteObject(_ bucket: BucketInfo, _ key: ObjectKey) throws(SluiceError) {
        try run("DELETE FROM objects WHERE bucket = ? AND key = ?", [.integer(bucket.id), .blob(key.bytes)])
    }

    func deleteOlder(_ bucket: BucketInfo, _ key: ObjectKey, stamp: Int64) throws(SluiceError) {
        try run(
            "DELETE FROM older WHERE bucket = ? AND key = ? AND stamp = ?", [.integer(bucket.id), .blob(key.bytes), .integer(stamp)])
    }

    /// Notes where a file is after all.
    func setPlace(_ stamp: Int64, _ bucket: BucketInfo, _ key: ObjectKey, _ place: StoredFile.Place) throws(SluiceError) {
        for table in ["objects", "older"] {
            try run(
                "UPDATE \(table) SET place = ? WHERE bucket = ? AND key = ? AND stamp = ?",
                [.integer(place.rawValue), .integer(bucket.id), .blob(key.bytes), .integer(stamp)])
        }
    }
}
