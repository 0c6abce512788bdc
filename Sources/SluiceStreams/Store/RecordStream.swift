package import SluiceCore

/// An opened stream: the writer of its shards, or a reader beside a writer in another process.
///
/// Any number of tasks may append and read through one value. The stream stays locked for other writers until `close` or the last use.
package final class RecordStream: Sendable {
    package enum Mode: Sendable { case writing, reading }

    package let name: String
    package let directory: String
    package let mode: Mode
    /// What opening found and put right.
    package let recovery: RecoveryReport
    package let ranges: [HashRange]
    package let retentionHours: Int
    private let metadata: StreamMetadata
    private let views: [any ShardView]
    private let writers: [ShardLog]
    private let lock: FileLock?
    private let files: any LogFiles

    init(
        directory: String, metadata: StreamMetadata, views: [any ShardView], writers: [ShardLog], lock: FileLock?, files: any LogFiles,
        recovery: RecoveryReport
    ) {
        self.directory = directory
        self.metadata = metadata
        self.views = views
        self.writers = writers
        self.lock = lock
        self.files = files
        self.recovery = recovery
        name = metadata.name
        ranges = metadata.ranges
        retentionHours = metadata.retentionHours
        mode = lock == nil ? .reading : .writing
    }

    package var shardCount: Int { ranges.count }

    /// A router with a memory of its own; each task that appends by key keeps one.
    package func router() -> KeyRouter { KeyRouter(ranges) }

    /// Appends records, in order, to one shard.
    ///
    /// - Parameters:
    ///   - rows: Which of the records, in which order; nil for all.
    ///   - shard: The shard's index, from `KeyRouter`.
    /// - Returns: Their sequence numbers; empty for no records.
    /// - Throws: `recordTooLarge` (nothing is appended), `diskFull`, `ioFailure`; the records then count as not written.
    @discardableResult
    package func append(
        _ records: NewRecords, rows: [Int32]? = nil, to shard: Int, _ durability: Durability = .synced
    ) async throws(SluiceError) -> Range<UInt64> {
        let writer = try writer(shard)
        let frames = try FrameEncoder.encode(records, rows: rows ?? (0..<Int32(records.count)).map { $0 }, tag: metadata.tag)
        return frames.isEmpty ? 0..<0 : try await writer.append(frames, durability)
    }

    /// Makes buffered records of a shard durable and visible.
    ///
    /// - Throws: what lost them; nothing of a buffered append counts as written then, back to the last successful `sync`.
    package func sync(shard: Int) async throws(SluiceError) { try await writer(shard).sync() }

    /// `sync` for every shard, one after another.
    package func sync() async throws(SluiceError) {
        for shard in 0..<shardCount { try await sync(shard: shard) }
    }

    package func reader(shard: Int, from start: StartPosition) throws(SluiceError) -> ShardReader {
        try ShardReader(stream: name, shard: shard, view: views[shard], tag: metadata.tag, from: start)
    }

    /// One past the newest durable record.
    package func endSequence(shard: Int) throws(SluiceError) -> UInt64 { try views[shard].durableEnd() }

    /// Tells readers of this process that no more is appended: at the durable end, `ShardReader.waitForRecords` returns false. Sync before.
    package func finishAppending() {
        for writer in writers { writer.finishAppending() }
    }

    /// Hides the records of a shard before `sequence`, for good, and frees their segments.
    package func trim(shard: Int, before sequence: UInt64) async throws(SluiceError) { try await writer(shard).trim(before: sequence) }

    /// Removes segments whose records are all older than the retention; opening and rolling do it as well.
    package func enforceRetention() throws(SluiceError) {
        for writer in writers { try writer.removeExpired() }
    }

    /// Reads every closed segment, sets damage aside, and says what was found. The last segment of a shard is verified by opening.
    package func verify() throws(SluiceError) -> RecoveryReport {
        var report = RecoveryReport()
        for writer in writers {
            var recovery = ShardRecovery(shard: ShardID(writer.number), paths: writer.paths, tag: metadata.tag, files: files)
            let bases = writer.segmentBases()
            for (base, next) in zip(bases, bases.dropFirst()) { try recovery.verify(base, next: next) }
            report.findings += recovery.findings
        }
        return report
    }

    package func describe() throws(SluiceError) -> StreamDescription {
        var shards: [StreamDescription.Shard] = []
        for (number, view) in views.enumerated() {
            let bases = try view.segmentBases()
            shards.append(
                StreamDescription.Shard(
                    id: ShardID(number), range: ranges[number], firstSequence: max(try view.trimPoint(), bases.first ?? 0),
                    endSequence: try view.durableEnd(), segmentCount: bases.count,
                    byteCount: bases.reduce(0) { $0 + (DiskFiles.byteCount(of: view.paths.segment($1)) ?? 0) }))
        }
        return StreamDescription(
            name: name, directory: directory, createdMicros: metadata.createdMicros, retentionHours: retentionHours, shards: shards)
    }

    /// Ends writing and lets other processes write. What was buffered and not synced is not durable.
    package func close() {
        for writer in writers { writer.close() }
        lock?.release()
    }

    private func writer(_ shard: Int) throws(SluiceError) -> ShardLog {
        guard writers.indices.contains(shard) else {
            let why = writers.isEmpty ? "stream \"\(name)\" was opened for reading" : "stream \"\(name)\" has no shard \(shard)"
            throw SluiceError(.invalidArgument, why)
        }
        return writers[shard]
    }
}
