package import SluiceCore
package import SluiceStreams
import Synchronization

extension RecordStream {
    /// What there is in the stream, shard by shard.
    package func describe() throws(SluiceError) -> StreamDescription {
        let metadata = self.metadata
        let views = table.withLock { $0.views }
        var shards: [StreamDescription.Shard] = []
        for record in metadata.shards {
            guard let view = views[record.id.number] else { continue }
            let bases = try view.segmentBases()
            shards.append(
                StreamDescription.Shard(
                    id: record.id, range: record.range, firstSequence: max(try view.trimPoint(), bases.first ?? record.start),
                    endSequence: try view.durableEnd(), segmentCount: bases.count,
                    byteCount: bases.reduce(0) { $0 + (DiskFiles.byteCount(of: view.paths.segment($1)) ?? 0) },
                    isOpen: record.isOpen, parents: record.parents, missing: try missing(shard: record.id.number)))
        }
        return StreamDescription(
            name: name, directory: directory, createdMicros: metadata.createdMicros, configuration: metadata.configuration, shards: shards)
    }

    /// The stream as a whole, without its shards.
    package var summary: StreamSummary {
        let metadata = self.metadata
        return StreamSummary(
            name: name, status: isUpdating ? .updating : .active, createdMicros: metadata.createdMicros,
            openShardCount: metadata.openShards.count, configuration: metadata.configuration)
    }

    /// The shards that a filter lets through, by number; a closed one only until its last record has expired, whoever still has it open.
    package func shards(_ filter: ShardFilter = .fromTrimHorizon) -> [ShardSummary] {
        let metadata = self.metadata
        let horizon = settings.clock.nowMicros() - Int64(metadata.configuration.retentionHours) * ShardLog.microsPerHour
        return metadata.shards.filter { shard in
            guard !shard.hasExpired(horizonMicros: horizon) else { return false }
            return switch filter {
            case .afterShard(let id): shard.id.number > id.number
            case .fromTrimHorizon: true
            case .atTrimHorizon: shard.wasOpen(at: max(horizon, metadata.createdMicros))
            case .atLatest: shard.isOpen
            case .at(let micros): shard.wasOpen(at: max(micros, horizon, metadata.createdMicros))
            case .from(let micros): shard.closed.map { $0.micros >= micros } ?? true
            }
        }.map(\.summary)
    }
}

extension ShardRecord {
    fileprivate func wasOpen(at micros: Int64) -> Bool {
        createdMicros <= micros && (closed.map { $0.micros > micros } ?? true)
    }
}
