import SluiceCore
import SluiceSQLite

extension BucketIndex {
    /// Whoever watches a bucket.
    func watches(_ bucket: BucketInfo) throws(SluiceError) -> [BucketWatch] {
        try rows("SELECT id, target, kinds, prefix, suffix FROM watches WHERE bucket = ? ORDER BY id", [.integer(bucket.id)]) { row in
            BucketWatch(
                id: row.text(0) ?? "", target: row.text(1) ?? "",
                kinds: Set((row.text(2) ?? "").split(separator: " ").compactMap { ObjectEvent.Kind(rawValue: String($0)) }),
                prefix: Array(row.bytes(3)), suffix: Array(row.bytes(4)))
        }
    }

    /// Puts other watches in the place of a bucket's.
    func setWatches(_ bucket: BucketInfo, _ watches: [BucketWatch]) throws(SluiceError) {
        try run("DELETE FROM watches WHERE bucket = ?", [.integer(bucket.id)])
        for watch in watches {
            try run(
                "INSERT INTO watches(bucket, id, target, kinds, prefix, suffix) VALUES (?, ?, ?, ?, ?, ?)",
                [
                    .integer(bucket.id), .text(watch.id), .text(watch.target),
                    .text(watch.kinds.map(\.rawValue).sorted().joined(separator: " ")), .blob(watch.prefix), .blob(watch.suffix),
                ])
        }
    }

    // MARK: Events that wait

    private static let eventColumns = "number, kind, micros, bucket, owner, region, key, version, size, etag, watch, target"

    func insert(_ event: ObjectEvent) throws(SluiceError) {
        try run(
            "INSERT INTO events(\(Self.eventColumns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                .integer(event.number), .text(event.kind.rawValue), .integer(event.micros), .text(event.bucket), .text(event.owner),
                .text(event.region), .blob(event.key.bytes), event.versionID.map { .text($0) } ?? .null, .integer(event.byteCount),
                .text(event.etag), .text(event.watch), .text(event.target),
            ])
    }

    /// The oldest events that wait, in their order.
    func events(limit: Int) throws(SluiceError) -> [ObjectEvent] {
        try rows("SELECT \(Self.eventColumns) FROM events ORDER BY number LIMIT ?", [.integer(Int64(limit))]) { row in
            ObjectEvent(
                number: row.integer(0), kind: ObjectEvent.Kind(rawValue: row.text(1) ?? "") ?? .put, micros: row.integer(2),
                bucket: row.text(3) ?? "", owner: row.text(4) ?? "", region: row.text(5) ?? "",
                key: ObjectKey(stored: Array(row.bytes(6))), versionID: row.text(7), byteCount: row.integer(8), etag: row.text(9) ?? "",
                watch: row.text(10) ?? "", target: row.text(11) ?? "")
        }
    }

    func forgetEvent(_ number: Int64) throws(SluiceError) { try run("DELETE FROM events WHERE number = ?", [.integer(number)]) }
}
