package import SluiceCore
package import SluiceStreams
import Synchronization

/// An opened stream: the writer of its shards, or a reader beside a writer in another process.
///
/// Any number of tasks may append and read through one value. The stream stays locked for other writers until `close` or the last use. Shards
/// go by their numbers, which are never reused; a new stream's are 0 up to its count.
package final class RecordStream: Sendable {
    package enum Mode: Sendable { case writing, reading }

    package let name: String
    package let directory: String
    package let mode: Mode
    /// What opening found and put right.
    package let recovery: RecoveryReport
    let settings: ShardSettings
    let keyring: Keyring
    let table: Mutex<ShardTable>
    /// Held while the metadata are changed.
    let saving = Mutex(())
    /// Held while expired shards are removed.
    let expiring = Mutex(())
    let load = Mutex(LoadWatch())
    /// Where another process may write the stream.
    let remote: RemoteMetadata?
    /// Nil for a reader.
    let gate: StreamGate?
    private let lock: FileLock?
    private let syncTicker = Ticker()
    let loadTicker = Ticker()
    private let retentionTicker = Ticker()

    /// The stream's shards and settings at a time.
    struct ShardTable {
        var metadata: StreamMetadata
        /// By number; those whose last record has expired are gone.
        var views: [Int: any ShardView]
        var writers: [Int: ShardLog]
        var router: KeyRouter
        var isUpdating = false
        /// Another process may be writing.
        var isClosed = false
        /// Of the metadata that another process writes.
        var version = 0
    }

    init(
        directory: String, metadata: StreamMetadata, views: [Int: any ShardView], writers: [Int: ShardLog], lock: FileLock?,
        remote: RemoteMetadata? = nil, gate: StreamGate? = nil, settings: ShardSettings, keyring: Keyring, recovery: RecoveryReport
    ) {
        self.directory = directory
        self.lock = lock
        self.remote = remote
        self.gate = gate
        self.settings = settings
        self.keyring = keyring
        self.recovery = recovery
        name = metadata.name
        mode = lock == nil ? .reading : .writing
        table = Mutex(ShardTable(metadata: metadata, views: views, writers: writers, router: metadata.router))
        startTicker()
        startRetention()
    }

    /// What is known of the stream now; a reader looks at what the writer has changed, and keeps to what it knew of a stream that was deleted.
    var metadata: StreamMetadata {
        try? refresh()
        return table.withLock { $0.metadata }
    }

    package var configuration: StreamConfiguration { metadata.configuration }
    package var retentionHours: Int { configuration.retentionHours }
    /// Ranges of the open shards, by their numbers.
    package var ranges: [HashRange] { metadata.openShards.map(\.range) }
    /// Numbers of the open shards.
    package var openShards: [Int] { metadata.openShards.map(\.id.number) }
    /// Numbers of all shards that can be read, parents before their children.
    package var shardNumbers: [Int] { metadata.shards.map(\.id.number) }
    /// One more than the highest number of a shard: how many there are, as long as none was split, merged or expired.
    package var shardCount: Int { metadata.nextShard }
    /// Numbers of the shards that were split or merged into a shard, as far as they can still be read.
    package func parents(of shard: Int) -> [Int] {
        let shards = metadata.shards
        let known = Set(shards.map(\.id.number))
        return shards.first { $0.id.number == shard }?.parents.map(\.number).filter(known.contains) ?? []
    }

    /// Whether shards are being split or merged right now.
    package var isUpdating: Bool { table.withLock { $0.isUpdating } }

    /// A router with a memory of its own; each task that appends by key keeps one.
    package func router() -> KeyRouter { metadata.router }

    /// Appends records, in order, to one shard.
    ///
    /// - Parameters:
    ///   - rows: Which of the records, in which order; nil for all.
    ///   - shard: The shard's number, from `KeyRouter`.
    /// - Returns: Their places in the shard; empty for no records.
    /// - Throws: `recordTooLarge` (nothing is appended), `shardClosed`, `diskFull`, `ioFailure`; the records then count as not written.
    @discardableResult
    package func append(
        _ records: NewRecords, rows: [Int32]? = nil, to shard: Int, _ durability: Durability = .synced
    ) async throws(SluiceError) -> Range<UInt64> {
        let writer = try writer(shard)
        let context = FrameContext(tag: settings.tag, cipher: settings.now.cipher)
        let frames = try FrameEncoder.encode(records, rows: rows ?? (0..<Int32(records.count)).map { $0 }, context)
        guard !frames.isEmpty, case .placed(let range) = try await writer.append(frames, durability) else { return 0..<0 }
        return range
    }

    /// Makes buffered records of a shard durable and visible.
    ///
    /// - Throws: what lost them; nothing of a buffered append counts as written then, back to the last successful `sync`.
    package func sync(shard: Int) async throws(SluiceError) { try await writer(shard).sync() }

    /// `sync` for every open shard.
    package func sync() async throws(SluiceError) {
        for shard in openShards { try await sync(shard: shard) }
    }

    /// Makes buffered records of all shards visible and as durable as the stream promises: `sync` where it promises `always`.
    ///
    /// - Throws: as `sync(shard:)`.
    package func commit() async throws(SluiceError) {
        for shard in openShards { try await writer(shard).commit() }
    }

    package func reader(shard: Int, from start: StartPosition) throws(SluiceError) -> ShardReader {
        try ShardReader(stream: name, shard: shard, view: view(shard), keyring: keyring, from: start)
    }

    /// One past the newest record that readers see.
    package func endSequence(shard: Int) throws(SluiceError) -> UInt64 { try view(shard).durableEnd() }

    /// Tells readers of this process that no more is appended: at the durable end, `ShardReader.waitForRecords` returns false. Sync before.
    package func finishAppending() {
        for writer in writers { writer.finishAppending() }
    }

    /// Hides the records of a shard before `sequence`, for good, and frees their segments.
    package func trim(shard: Int, before sequence: UInt64) async throws(SluiceError) { try await writer(shard).trim(before: sequence) }

    /// Reads every closed segment, sets damage aside, and says what was found. The last segment of a shard is verified by opening.
    package func verify() throws(SluiceError) -> RecoveryReport {
        IndexMemory.shared.forget(tag: settings.tag)
        defer { IndexMemory.shared.forget(tag: settings.tag) }
        var report = RecoveryReport()
        for writer in writers {
            var recovery = ShardRecovery(
                shard: ShardID(writer.number), paths: writer.paths, tag: settings.tag, files: settings.files)
            let bases = writer.segmentBases()
            for (base, next) in zip(bases, bases.dropFirst()) { try recovery.verify(base, next: next) }
            report.findings += recovery.findings
        }
        return report
    }

    /// Ends writing and lets other processes write. What was buffered and not synced is not durable.
    package func close() {
        syncTicker.stop()
        loadTicker.stop()
        retentionTicker.stop()
        // A change of the shards that is under way does not save anything from here on.
        saving.withLock { _ in table.withLock { $0.isClosed = true } }
        for writer in writers {
            // Nobody else comes after the interval; what fails here is found by the next recovery.
            if settings.now.durability == .interval { try? writer.syncNow() }
            writer.close()
        }
        gate?.close()
        lock?.release()
    }

    /// Begins to sync by time if the stream's durability asks for it now.
    func startTicker() {
        guard mode == .writing, settings.now.durability == .interval else { return }
        syncTicker.start(every: .milliseconds(StreamLimits.syncIntervalMillis)) { [weak self] in
            guard let writers = self?.writers else { return false }
            // A failure stays with the shard, which goes on in a new segment.
            for writer in writers where writer.state.withLock({ $0.isDirty }) { try? await writer.sync() }
            return true
        }
    }

    /// Begins to look for what has expired.
    private func startRetention() {
        guard mode == .writing else { return }
        retentionTicker.start(every: settings.retentionInterval) { [weak self] in
            // What cannot be removed now is tried again.
            await BlockingThreads.syncs.answer { [weak self] in
                guard let self else { return false }
                try? self.enforceRetention()
                return true
            }
        }
    }

    /// The writers, by number.
    var writers: [ShardLog] { table.withLock { table in table.writers.sorted { $0.key < $1.key }.map(\.value) } }

    func view(_ shard: Int) throws(SluiceError) -> any ShardView {
        if let view = table.withLock({ $0.views[shard] }) { return view }
        if metadata.shards.contains(where: { $0.id.number == shard }), let view = table.withLock({ $0.views[shard] }) { return view }
        throw .unknownShard(shard, of: name)
    }

    func writer(_ shard: Int) throws(SluiceError) -> ShardLog {
        if mode == .reading { throw SluiceError(.invalidArgument, "stream \"\(name)\" was opened for reading") }
        if let writer = table.withLock({ $0.writers[shard] }) { return writer }
        throw .unknownShard(shard, of: name)
    }
}

extension StreamMetadata {
    var router: KeyRouter { KeyRouter(openShards.map(\.range), numbers: openShards.map(\.id.number)) }
}
