package import SluiceCore
import SluiceStreams

extension RecordStream {
    /// Records that damage took from a shard, by their numbers, as far as they would still be kept.
    package func missing(shard: Int) throws(SluiceError) -> [Range<UInt64>] {
        let view = try view(shard)
        let first = max(try view.trimPoint(), try view.segmentBases().first ?? 0)
        let end = try view.durableEnd()
        return first < end ? MissingRecords(path: view.paths.missing).clamped(to: first..<end) : []
    }

    /// Records of all shards that damage took, as a report names them.
    package func losses() throws(SluiceError) -> [RecoveryReport.Finding] {
        var found: [RecoveryReport.Finding] = []
        for shard in shardNumbers { found += try losses(shard: shard, from: 0, to: .max).findings }
        return found
    }

    /// What damage took from a part of a shard.
    package func losses(shard: Int, from first: UInt64, to end: UInt64) throws(SluiceError) -> RecoveryReport {
        let directory = try view(shard).paths.directory
        var report = RecoveryReport()
        for range in try missing(shard: shard) where range.upperBound > first && range.lowerBound < end {
            report.findings.append(RecoveryReport.Finding(shard: ShardID(shard), segment: directory, kind: .missing(range)))
        }
        return report
    }

    /// Segments with damage that were set aside and lie there still.
    package func setAside() throws(SluiceError) -> [RecoveryReport.Finding] {
        var found: [RecoveryReport.Finding] = []
        for shard in shardNumbers {
            for path in try view(shard).paths.damagedSegments() {
                let bytes = DiskFiles.byteCount(of: path) ?? 0
                found.append(RecoveryReport.Finding(shard: ShardID(shard), segment: path, kind: .lying(bytes: bytes)))
            }
        }
        return found
    }
}
