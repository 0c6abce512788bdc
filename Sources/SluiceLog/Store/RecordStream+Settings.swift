package import SluiceCore
package import SluiceStreams
import Synchronization

extension RecordStream {
    /// Changes what the stream keeps and allows.
    ///
    /// - Throws: `invalidOption` naming what is out of its bounds, `limitExceeded` for tags; nothing is changed then.
    package func update(_ change: StreamChange) throws(SluiceError) {
        try requireWriting()
        var changed = configuration
        changed.apply(change)
        try changed.check(retentionHours: LogLimits.retentionHours)
        if change.retentionBytes != nil { try changed.check(segmentBytes: settings.segmentBytes) }
        if changed.retentionHours != retentionHours {
            // What has expired under the shorter of the two is gone for good.
            for writer in writers { try writer.trimExpired() }
        }
        let cipher = changed.isEncrypted ? try keyring.forWriting() : nil
        try save { $0.configuration.apply(change) }
        settings.set(
            ShardSettings.Changing(
                retentionHours: changed.retentionHours, retentionBytes: changed.retentionBytes, durability: changed.durability,
                cipher: cipher))
        startTicker()
        try enforceRetention()
    }

    /// Removes what has expired: segments whose records all have, and closed shards without any record left. A stream that is open for writing
    /// does so again and again, its shards whenever they close a segment. Readers leave it to the writer.
    package func enforceRetention() throws(SluiceError) {
        if mode == .reading { return }
        for writer in writers { try writer.removeExpired() }
        try expiring.withLock { _ throws(SluiceError) in try removeExpiredShards() }
    }

    private func removeExpiredShards() throws(SluiceError) {
        let cutoff = settings.clock.nowMicros() - Int64(retentionHours) * ShardLog.microsPerHour
        let expired = table.withLock { table in
            table.metadata.shards.filter { $0.hasExpired(horizonMicros: cutoff) }.map(\.id)
        }
        guard !expired.isEmpty else { return }
        try save { metadata in metadata.shards.removeAll { expired.contains($0.id) } }
        for id in expired {
            let writer = table.withLock { table in
                table.views[id.number] = nil
                return table.writers.removeValue(forKey: id.number)
            }
            writer?.retire()
            try DiskFiles.removeTree(ShardFiles(stream: directory, shard: id.number).directory)
        }
    }

    /// Writes the metadata with a change, and then holds it in memory too.
    func save(_ change: (inout StreamMetadata) -> Void) throws(SluiceError) {
        try saving.withLock { _ throws(SluiceError) in
            if table.withLock({ $0.isClosed }) { throw SluiceError(.ioFailure, "stream \"\(name)\" was closed") }
            var metadata = table.withLock { $0.metadata }
            change(&metadata)
            metadata.configuration.shards = metadata.openShards.count
            try DiskFiles.writeAtomically(metadata.text.utf8, to: directory + "/" + StreamMetadata.fileName)
            table.withLock { $0.metadata = metadata }
        }
    }

    func requireWriting() throws(SluiceError) {
        if mode == .reading { throw SluiceError(.invalidArgument, "stream \"\(name)\" was opened for reading") }
    }
}

extension StreamConfiguration {
    /// Records are removed by whole segments, so a shard cannot be kept within less than one.
    ///
    /// - Throws: `invalidOption`.
    func check(segmentBytes: Int) throws(SluiceError) {
        guard let retentionBytes, retentionBytes < segmentBytes else { return }
        throw SluiceError(
            .invalidOption, "a shard cannot be kept within \(retentionBytes) bytes: its records go by whole segments of \(segmentBytes)",
            remedy: "choose \(segmentBytes) or more")
    }
}
