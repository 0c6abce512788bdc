package import SluiceCore

extension StreamConfiguration {
    /// - Parameter bounds: Hours that records may be kept.
    /// - Throws: `invalidOption` naming what is out of its bounds, `limitExceeded` for too many tags.
    package func check(retentionHours bounds: ClosedRange<Int> = StreamLimits.retentionHours) throws(SluiceError) {
        guard (1...StreamLimits.shards).contains(shards) else {
            throw SluiceError(.invalidOption, "a stream cannot have \(shards) shards", remedy: "choose from 1 to \(StreamLimits.shards)")
        }
        guard bounds.contains(retentionHours) else {
            throw SluiceError(
                .invalidOption, "records cannot be kept for \(retentionHours) hours",
                remedy: "choose from \(bounds.lowerBound) to \(bounds.upperBound)")
        }
        if let retentionBytes, retentionBytes < 1 {
            throw SluiceError(.invalidOption, "a shard cannot be kept within \(retentionBytes) bytes", remedy: "choose 1 or more")
        }
        guard StreamLimits.recordBytes.contains(recordBytes) else {
            throw SluiceError(
                .invalidOption, "records cannot be limited to \(recordBytes) bytes",
                remedy: "choose from \(StreamLimits.recordBytes.lowerBound) to \(StreamLimits.recordBytes.upperBound)")
        }
        guard tags.count <= StreamLimits.tags else {
            throw SluiceError(.limitExceeded, "a stream has at most \(StreamLimits.tags) tags, not \(tags.count)")
        }
        for (key, value) in tags
        where !(1...StreamLimits.tagKeyCharacters).contains(key.count) || value.count > StreamLimits.tagValueCharacters {
            throw SluiceError(
                .invalidOption, "tag \(key.quotedForMessage) is too long or empty",
                remedy: "keys have 1 to \(StreamLimits.tagKeyCharacters) characters, values up to \(StreamLimits.tagValueCharacters)")
        }
    }
}
