package import SluiceCore
package import SluiceStreams
import Synchronization

extension RecordStream {
    /// Closes a shard and gives its range to two new ones, the lower hashes to the first. Records stay where they are.
    ///
    /// - Parameter hashKey: First hash of the second one, strictly inside the shard's range.
    /// - Throws: `invalidArgument`, also for a stream on demand; `limitExceeded`; `resourceInUse` while another change is under way.
    package func split(_ shard: Int, at hashKey: UInt128) async throws(SluiceError) {
        try requireProvisioned()
        try beginUpdate()
        defer { endUpdate() }
        try await splitNow(shard, at: hashKey)
    }

    /// Closes two shards whose ranges touch and gives both to a new one.
    ///
    /// - Throws: as `split`.
    package func merge(_ shard: Int, _ adjacent: Int) async throws(SluiceError) {
        try requireProvisioned()
        try beginUpdate()
        defer { endUpdate() }
        try await mergeNow(shard, adjacent)
    }

    /// Splits and merges until there are `target` open shards of equal ranges.
    ///
    /// - Throws: `invalidArgument` for more than twice or less than half of what there is; otherwise as `split`.
    package func updateShardCount(to target: Int) async throws(SluiceError) {
        try requireProvisioned()
        try beginUpdate()
        defer { endUpdate() }
        let count = openShards.count
        guard target >= 1, target <= 2 * count, 2 * target >= count else {
            throw SluiceError(
                .invalidArgument, "a stream of \(count) open shards cannot be brought to \(target) at once",
                remedy: "choose from \((count + 1) / 2) to \(2 * count)")
        }
        while let step = UniformScaling.step(openRanges, to: target) { try await perform(step) }
    }

    /// Performs splits and merges that a policy asks for, one after another.
    package func reshard(_ actions: [ReshardAction]) async throws(SluiceError) {
        try beginUpdate()
        defer { endUpdate() }
        for action in actions { try await perform(action) }
    }

    /// Open shards with their ranges, by hash.
    var openRanges: [(shard: Int, range: HashRange)] {
        metadata.openShards.map { ($0.id.number, $0.range) }.sorted { $0.1.first < $1.1.first }
    }

    private func perform(_ action: ReshardAction) async throws(SluiceError) {
        switch action {
        case .split(let shard, let hashKey): try await splitNow(shard.number, at: hashKey)
        case .merge(let shard, let adjacent): try await mergeNow(shard.number, adjacent.number)
        }
    }

    /// Kinesis: the shards of an on-demand stream are not changed by hand.
    private func requireProvisioned() throws(SluiceError) {
        guard configuration.mode == .onDemand else { return }
        throw SluiceError(
            .invalidArgument, "the shards of stream \"\(name)\" follow its load",
            remedy: "make it provisioned first, with `stream set \(name) --no-on-demand`")
    }

    /// Only one change of the shards at a time.
    private func beginUpdate() throws(SluiceError) {
        try requireWriting()
        let isFree = table.withLock { table in
            defer { table.isUpdating = true }
            return !table.isUpdating
        }
        guard isFree else {
            throw SluiceError(
                .resourceInUse, "the shards of stream \"\(name)\" are being changed already", remedy: "try again when it is active",
                isRetriable: true)
        }
    }

    private func endUpdate() { table.withLock { $0.isUpdating = false } }

    private func splitNow(_ shard: Int, at hashKey: UInt128) async throws(SluiceError) {
        let record = try openRecord(shard)
        guard hashKey > record.range.first, hashKey < record.range.last else {
            throw SluiceError(
                .invalidArgument, "hash key \(hashKey) is not inside the range of \(record.id)",
                remedy: record.range.last - record.range.first < 2
                    ? "it has too few hashes to be split"
                    : "choose from \(record.range.first + 1) to \(record.range.last - 1)")
        }
        try await replace(
            [record],
            by: [
                HashRange(first: record.range.first, last: hashKey - 1), HashRange(first: hashKey, last: record.range.last),
            ])
    }

    private func mergeNow(_ shard: Int, _ adjacent: Int) async throws(SluiceError) {
        let pair = [try openRecord(shard), try openRecord(adjacent)]
        let ordered = pair.sorted { $0.range.first < $1.range.first }
        guard shard != adjacent, ordered[0].range.last + 1 == ordered[1].range.first else {
            throw SluiceError(.invalidArgument, "the ranges of \(pair[0].id) and \(pair[1].id) do not touch")
        }
        try await replace(pair, by: [HashRange(first: ordered[0].range.first, last: ordered[1].range.last)])
    }

    private func openRecord(_ shard: Int) throws(SluiceError) -> ShardRecord {
        guard let record = table.withLock({ $0.metadata.shards.first { $0.id.number == shard } }) else {
            throw .unknownShard(shard, of: name)
        }
        guard record.isOpen else { throw SluiceError(.invalidArgument, "\(record.id) was split or merged already") }
        return record
    }

    /// Closes the parents, makes the children, and lets the metadata say both at once.
    private func replace(_ parents: [ShardRecord], by ranges: [HashRange]) async throws(SluiceError) {
        guard openShards.count - parents.count + ranges.count <= StreamLimits.shards else {
            throw SluiceError(.limitExceeded, "stream \"\(name)\" would have more than \(StreamLimits.shards) open shards")
        }
        var sealed: [ShardLog] = []
        do throws(SluiceError) {
            var end: UInt64 = 0
            var ends: [Int: UInt64] = [:]
            for parent in parents {
                let writer = try writer(parent.id.number)
                sealed.append(writer)
                let own = try await writer.seal()
                ends[writer.number] = own
                end = max(end, own)
            }
            let children = try makeChildren(ranges, parents, start: end)
            try publish(children, closing: ends)
        } catch {
            for writer in sealed { writer.unseal() }
            throw error
        }
    }

    /// Directories and writers of shards that nobody knows of yet.
    private func makeChildren(
        _ ranges: [HashRange], _ parents: [ShardRecord], start: UInt64
    ) throws(SluiceError) -> [(record: ShardRecord, writer: ShardLog)] {
        let next = shardCount
        var inherited: [Heritage] = []
        var lastArrival: Int64?
        for parent in parents {
            let log = try writer(parent.id.number)
            inherited += log.heritage(of: parent)
            lastArrival = [lastArrival, log.lastArrival].compactMap { $0 }.max()
        }
        var children: [(record: ShardRecord, writer: ShardLog)] = []
        for (index, range) in ranges.enumerated() {
            let id = ShardID(next + index)
            let paths = ShardFiles(stream: directory, shard: id.number)
            // A crash may have left one behind that the metadata never named.
            try DiskFiles.removeTree(paths.directory)
            try DiskFiles.createDirectories(paths.directory)
            try Heritage.write(inherited.compactMap { $0.narrowed(to: range) }, to: paths.heritage)
            var recovery = ShardRecovery(shard: id, paths: paths, tag: settings.tag, files: settings.files)
            var opened = try recovery.open(start: start, isNew: true)
            opened.lastArrivalMicros = lastArrival
            let writer = try ShardLog(number: id.number, paths: paths, settings: settings, opened: opened, isSealed: false)
            let record = ShardRecord(
                id: id, range: range, start: start, createdMicros: settings.clock.nowMicros(), parents: parents.map(\.id))
            children.append((record, writer))
        }
        return children
    }

    private func publish(
        _ children: [(record: ShardRecord, writer: ShardLog)], closing ends: [Int: UInt64]
    ) throws(SluiceError) {
        let now = settings.clock.nowMicros()
        try save { metadata in
            for index in metadata.shards.indices {
                if let end = ends[metadata.shards[index].id.number] {
                    metadata.shards[index].closed = ShardRecord.Closed(end: end, micros: now)
                }
            }
            metadata.shards += children.map(\.record)
            metadata.nextShard += children.count
        }
        table.withLock { table in
            for (record, writer) in children {
                table.writers[record.id.number] = writer
                table.views[record.id.number] = writer
            }
            table.router = table.metadata.router
        }
        for number in ends.keys { try writer(number).end() }
    }
}

extension ShardLog {
    /// Arrival of the last record, or nil before the first.
    var lastArrival: Int64? { state.withLock { $0.lastArrivalMicros == .min ? nil : $0.lastArrivalMicros } }
}
