import SluiceCore
import SluiceSQLite

extension BucketStore {
    /// All versions and delete markers, by key, newest first.
    ///
    /// - Parameter afterVersion: Where the listing goes on among the versions of the key `request.after`; nil: behind them.
    /// - Complexity: as `list`.
    package func listVersions(
        _ name: String, _ request: ListingRequest, afterVersion: String? = nil
    ) throws(BucketFailure) -> ListingPage {
        let bucket = try bucket(name)
        return try readTogether { index throws(SluiceError) in
            var page = ListingPage()
            var seek = Self.start(request)
            var behind: Int64?
            if let afterVersion, let key = ObjectKey(request.after) {
                // Who lists and removes what was listed removes the version that leads on, too. Where the null version stood nobody knows then: all
                // versions of the key that are left are listed.
                seek = request.after
                behind = try index.version(bucket, key, afterVersion)?.file.stamp ?? ObjectVersion.stamp(ofID: afterVersion)
            }
            var lastKey: ObjectKey?
            while true {
                let statement = try index.statement(Self.allVersions, [.integer(bucket.id), .blob(seek), .integer(bucket.id), .blob(seek)])
                defer { statement.reset() }
                var next: [UInt8]?
                while next == nil, try statement.step() {
                    var version = BucketIndex.version(statement, isCurrent: false)
                    version.isCurrent = version.key != lastKey
                    lastKey = version.key
                    if let behind, version.key.bytes == request.after, version.file.stamp >= behind { continue }
                    switch page.take(version, for: request) {
                    case .next: break
                    case .behind(let key): next = key
                    case .end: return page
                    }
                }
                guard let next else { return page }
                seek = next
            }
        }
    }

    /// Two ranges that the index has in order, merged.
    private static let allVersions = """
        SELECT \(BucketIndex.versionColumns) FROM objects WHERE bucket = ? AND key >= ?
        UNION ALL SELECT \(BucketIndex.versionColumns) FROM older WHERE bucket = ? AND key >= ? ORDER BY key, stamp DESC
        """
}
