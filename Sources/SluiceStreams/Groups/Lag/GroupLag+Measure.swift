package import SluiceCore

extension GroupLag {
    /// Asks a backend what its shards hold, and for the next record of those where the position alone does not tell how far it is behind.
    ///
    /// - Throws: `notFound` for an unknown stream, and what reading throws.
    package static func measure(_ group: GroupSnapshot, of stream: String, on backend: any StreamBackend) async throws(SluiceError)
        -> GroupLag
    {
        let shards = try await backend.groupShards(of: stream, withTimes: true)
        var upcoming: [String: Upcoming] = [:]
        for shard in shards {
            guard let lease = group.lease(shard.id), needsLook(lease, shard.contents), let id = ShardID(parsing: shard.id) else { continue }
            upcoming[shard.id] = try await look(backend, stream, id, lease.position)
        }
        return GroupLag(group, shards, step: backend.sequenceStep, upcoming: upcoming)
    }

    private static func needsLook(_ lease: GroupLease, _ contents: ShardContents) -> Bool {
        if lease.isFinished || contents == .empty { return false }
        switch lease.position {
        case .trimHorizon, .latest, .shardEnd: return contents == .unknown
        case .time, .at: return true
        case .after: return contents == .unknown || lease.reachedMicros == nil
        }
    }

    /// Nil where the place is not there any more, or not there yet.
    private static func look(
        _ backend: any StreamBackend, _ stream: String, _ shard: ShardID, _ position: GroupPosition
    ) async throws(SluiceError) -> Upcoming? {
        do throws(SluiceError) {
            let page = try await backend.getRecords(backend.shardIterator(stream, shard, position.iterator), limit: 1)
            let first = page.batches.first.map { Upcoming.Record(sequence: $0.sequenceNumber(0), micros: $0.arrivalMicros(0)) }
            return Upcoming(record: first, millisBehind: page.millisBehindLatest)
        } catch {
            if [.invalidArgument, .notFound].contains(error.code) { return nil }
            throw error
        }
    }
}

extension GroupPosition {
    /// Where a backend begins to read: of a record that was read in part, at its beginning. The end of a shard has no such place, and begins at
    /// its newest record.
    package var iterator: IteratorPosition {
        switch self {
        case .trimHorizon: .trimHorizon
        case .latest, .shardEnd: .latest
        case .time(let micros): .atTimestamp(micros: micros)
        case .at(let sequence), .after(let sequence, _?): .atSequenceNumber(sequence)
        case .after(let sequence, nil): .afterSequenceNumber(sequence)
        }
    }
}
