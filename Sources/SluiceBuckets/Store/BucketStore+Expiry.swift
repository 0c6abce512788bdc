import SluiceCore

extension BucketStore {
    /// Removes what the rules say of a bucket, in pages, so that requests go on meanwhile.
    ///
    /// - Returns: How many versions and uploads are gone.
    package func expire(_ name: String, _ rules: [ExpiryRule]) async throws(BucketFailure) -> Int {
        var count = 0
        for rule in rules {
            if rule.days != nil || rule.epochDay != nil { count += try await expireObjects(name, rule) }
            if rule.olderDays != nil || rule.removesLoneMarkers { count += try await expireVersions(name, rule) }
            if rule.uploadDays != nil { count += try await expireUploads(name, rule) }
        }
        return count
    }

    private func expireObjects(_ name: String, _ rule: ExpiryRule) async throws(BucketFailure) -> Int {
        let now = clock.nowMicros()
        var request = ListingRequest()
        request.prefix = rule.prefix
        var count = 0
        while true {
            let page = try list(name, request)
            for case .object(let version) in page.entries where rule.holds(for: version) {
                let isOver =
                    rule.days.map { ExpiryRule.isOver(version.modifiedMicros, days: $0, nowMicros: now) } ?? false
                    || rule.epochDay.map { now / ExpiryRule.dayMicros >= Int64($0) } ?? false
                guard isOver else { continue }
                // Unless somebody wrote the key meanwhile.
                var condition = WriteCondition()
                condition.matches = version.etag
                condition.modifiedSeconds = version.modifiedMicros / 1_000_000
                count += try await removed { () throws(BucketFailure) in
                    _ = try await delete(name, version.key, if: condition, isExpiry: true)
                }
            }
            guard page.isTruncated, let last = page.entries.last else { return count }
            request.after = last.name
        }
    }

    private func expireVersions(_ name: String, _ rule: ExpiryRule) async throws(BucketFailure) -> Int {
        let now = clock.nowMicros()
        var request = ListingRequest()
        request.prefix = rule.prefix
        var after: String?
        var count = 0
        /// The version before in the listing, and how many older ones of its key came before.
        var newer: ObjectVersion?
        var older = 0
        while true {
            let page = try listVersions(name, request, afterVersion: after)
            for case .object(let version) in page.entries {
                let follows = newer?.key == version.key ? newer : nil
                newer = version
                if version.isCurrent {
                    older = 0
                    guard version.isMarker, rule.removesLoneMarkers, try isAlone(name, version) else { continue }
                } else {
                    older += 1
                    guard let days = rule.olderDays, older > rule.keptOlder, rule.holds(for: version), let follows,
                        ExpiryRule.isOver(follows.modifiedMicros, days: days, nowMicros: now)
                    else { continue }
                }
                count += try await removed { () throws(BucketFailure) in
                    _ = try await delete(name, version.key, version: version.versionID, isExpiry: true)
                }
            }
            guard page.isTruncated, case .object(let last)? = page.entries.last else { return count }
            request.after = last.key.bytes
            after = last.versionID
        }
    }

    private func isAlone(_ name: String, _ marker: ObjectVersion) throws(BucketFailure) -> Bool {
        var request = ListingRequest()
        request.prefix = marker.key.bytes
        request.limit = 2
        return try listVersions(name, request).entries.filter { $0.name == marker.key.bytes }.count == 1
    }

    private func expireUploads(_ name: String, _ rule: ExpiryRule) async throws(BucketFailure) -> Int {
        let now = clock.nowMicros()
        var count = 0
        for upload in try uploads(name, limit: .max) {
            guard let end = rule.abortMicros(of: upload), end <= now else { continue }
            count += try await removed { () throws(BucketFailure) in try await abort(name, upload.key, upload.id) }
        }
        return count
    }

    /// 1, or 0 where the key was changed meanwhile.
    private func removed(_ body: () async throws(BucketFailure) -> Void) async throws(BucketFailure) -> Int {
        do throws(BucketFailure) {
            try await body()
            return 1
        } catch {
            switch error {
            case .preconditionFailed, .noSuchKey, .noSuchUpload: return 0
            default: throw error
            }
        }
    }
}
