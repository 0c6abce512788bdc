import SluiceAWS
import SluiceCore
import SluiceSQLite

extension BucketIndex {
    private static let uploadColumns = "id, key, started, algorithm, composite, traits"

    private static func upload(_ row: SQLiteStatement) -> BucketUpload {
        BucketUpload(
            id: row.text(0) ?? "", key: ObjectKey(stored: Array(row.bytes(1))), startedMicros: row.integer(2),
            algorithm: row.text(3).flatMap(ObjectChecksum.Algorithm.init), isComposite: row.integer(4) != 0,
            traits: ObjectTraits(decoding: row.bytes(5)) ?? ObjectTraits())
    }

    /// - Throws: `noSuchUpload` also for one of another key.
    func upload(_ bucket: BucketInfo, _ key: ObjectKey, _ id: String) throws(BucketFailure) -> BucketUpload {
        let found = try BucketFailure.onDisk { () throws(SluiceError) in
            try first(
                "SELECT \(Self.uploadColumns) FROM uploads WHERE id = ? AND bucket = ? AND key = ?",
                [.text(id), .integer(bucket.id), .blob(key.bytes)], Self.upload)
        }
        guard let found else { throw .noSuchUpload(id) }
        return found
    }

    /// By key and id.
    func uploads(
        _ bucket: BucketInfo, from key: [UInt8] = [], after id: String? = nil, limit: Int = .max
    ) throws(SluiceError) -> [BucketUpload] {
        // Row values compare by their first difference, and an empty key is before all.
        try rows(
            "SELECT \(Self.uploadColumns) FROM uploads WHERE bucket = ? AND (key, id) > (?, ?) ORDER BY key, id LIMIT ?",
            [.integer(bucket.id), .blob(key), .text(id ?? ""), .integer(Int64(limit))], Self.upload)
    }

    func insert(_ upload: BucketUpload, _ bucket: BucketInfo) throws(SluiceError) {
        try run(
            "INSERT INTO uploads(bucket, \(Self.uploadColumns)) VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                .integer(bucket.id), .text(upload.id), .blob(upload.key.bytes), .integer(upload.startedMicros),
                .text(upload.algorithm?.rawValue ?? ""), .integer(upload.isComposite ? 1 : 0), .blob(upload.traits.encoded),
            ])
    }

    func deleteUpload(_ id: String) throws(SluiceError) {
        try run("DELETE FROM parts WHERE upload = ?", [.text(id)])
        try run("DELETE FROM uploads WHERE id = ?", [.text(id)])
    }

    // MARK: Parts

    private static func part(_ row: SQLiteStatement) -> BucketPart {
        BucketPart(
            number: Int(row.integer(0)), byteCount: row.integer(1), etag: row.text(2) ?? "", modifiedMicros: row.integer(3),
            checksum: row.text(4) ?? "", stamp: row.integer(5))
    }

    /// By number.
    func parts(_ upload: String, after number: Int = 0, limit: Int = .max) throws(SluiceError) -> [BucketPart] {
        try rows(
            "SELECT number, size, etag, modified, checksum, stamp FROM parts WHERE upload = ? AND number > ? ORDER BY number LIMIT ?",
            [.text(upload), .integer(Int64(number)), .integer(Int64(limit))], Self.part)
    }

    func insert(_ part: BucketPart, _ upload: String) throws(SluiceError) {
        try run(
            "INSERT OR REPLACE INTO parts(upload, number, size, etag, modified, checksum, stamp) VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                .text(upload), .integer(Int64(part.number)), .integer(part.byteCount), .text(part.etag), .integer(part.modifiedMicros),
                .text(part.checksum), .integer(part.stamp),
            ])
    }

    // MARK: Completions

    /// What an upload that is completed became.
    func completion(_ bucket: BucketInfo, _ key: ObjectKey, _ id: String) throws(SluiceError) -> BucketStore.Completion? {
        try first(
            "SELECT etag, version, algorithm, checksum, composite FROM completions WHERE id = ? AND bucket = ? AND key = ?",
            [.text(id), .integer(bucket.id), .blob(key.bytes)]
        ) { row in
            let checksum = row.text(2).flatMap(ObjectChecksum.Algorithm.init).map { algorithm in
                ObjectTraits.Checksum(ObjectChecksum(algorithm, row.text(3) ?? ""), isComposite: row.integer(4) != 0)
            }
            return BucketStore.Completion(etag: row.text(0) ?? "", versionID: row.text(1) ?? "", checksum: checksum)
        }
    }

    func insertCompletion(_ id: String, _ version: ObjectVersion, _ bucket: BucketInfo) throws(SluiceError) {
        let checksum = version.traits.checksum
        try run(
            """
            INSERT INTO completions(id, bucket, key, stamp, etag, version, algorithm, checksum, composite)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .text(id), .integer(bucket.id), .blob(version.key.bytes), .integer(version.file.stamp), .text(version.etag),
                .text(version.versionID), .text(checksum?.value.algorithm.rawValue ?? ""), .text(checksum?.value.value ?? ""),
                .integer(checksum?.isComposite == true ? 1 : 0),
            ])
        try run(
            "DELETE FROM completions WHERE stamp < (SELECT stamp FROM completions ORDER BY stamp DESC LIMIT 1 OFFSET ?)",
            [.integer(Int64(BucketLimits.rememberedCompletions))])
    }
}
