import SluiceCatalog
import SluiceCore
import SluiceLog
import SluicePipelines
import SluiceStreams

extension StreamSource: SharedSource {
    func membership(of pipeline: String, _ options: MembershipOptions, in catalog: Catalog) throws -> any SourceMembership {
        let settings = try GroupSettings(failoverMillis: options.failoverMillis ?? GroupLimits.defaultFailoverMillis)
        let group = try GroupID(stream: stream.name, name: Catalog.group(sharing: pipeline))
        let member = try GroupMember(
            of: group, name: options.member, settings: settings, store: CatalogLeaseStore(catalog), clock: ContinuousClock()
        ) { [stream] () throws(SluiceError) in try stream.groupShards() }
        return StreamMembership(self, member)
    }
}

/// The shards of a stream that this process was given by its consumer group.
///
/// A lease says who reads a shard, and its counter fences off whoever did before; how far a shard was read, the pipeline's bookmark says, which
/// is committed in the same transaction. So runs that share a stream and runs that do not go on where the others were.
actor StreamMembership: SourceMembership {
    private let source: StreamSource
    private let member: GroupMember
    /// Shards to read, by number.
    private var held: Set<Int> = []
    /// Shards that are to be given up.
    private var stopped: Set<Int> = []
    private var wasGiven = false
    private var isLeaving = false
    /// What the commit at work records.
    private var issued: [LeaseCheckpoint] = []
    private var failure: (any Error)?

    init(_ source: StreamSource, _ member: GroupMember) {
        self.source = source
        self.member = member
    }

    private var stream: RecordStream { source.stream }

    func run() async throws {
        do {
            async let work: Void = member.run()
            for await order in member.orders { await obey(order) }
            try await work
        } catch {
            failure = error
            throw error
        }
    }

    private func obey(_ order: GroupOrder) async {
        switch order {
        case .start(let assignment):
            guard let shard = ShardID(parsing: assignment.shard)?.number else { return }
            held.insert(shard)
            wasGiven = true
        case .stop(let shard, _):
            guard let number = ShardID(parsing: shard)?.number else { return }
            // The epoch at work is done with it first, unless there will be none.
            if isLeaving { await giveUp([number]) } else { stopped.insert(number) }
        }
    }

    private func giveUp(_ shards: Set<Int>) async {
        held.subtract(shards)
        stopped.subtract(shards)
        await member.stopped(shards.sorted().map { ShardID($0).description })
    }

    func leave() async {
        isLeaving = true
        // Nobody hears any more what the member orders.
        if failure != nil { return }
        if !stopped.isEmpty { await giveUp(stopped) }
        await member.leave()
    }

    func settle(_ positions: SourcePositions) async throws -> Bool {
        if let failure { throw failure }
        if !stopped.isEmpty { await giveUp(stopped) }
        if wasGiven {
            wasGiven = false
            return true
        }
        try await finishEnded(positions)
        return false
    }

    /// Says of closed shards of which nothing is left that they were read, so that those behind them can be given to somebody.
    private func finishEnded(_ positions: SourcePositions) async throws {
        for shard in held.sorted() where try stream.hasEnded(shard, at: try source.position(of: shard, positions) ?? 0) {
            do throws(SluiceError) {
                try await member.checkpoint([try await member.checkpoint(of: ShardID(shard).description, at: .shardEnd)])
                held.remove(shard)
            } catch {
                // Whoever has it finishes it.
                guard error.code == .leaseLost || error.isRetriable else { throw error }
            }
        }
    }

    func slice(after positions: SourcePositions, _ request: SliceRequest) throws -> SourceSlice? {
        held.isEmpty ? nil : try source.slice(of: held, after: positions, request)
    }

    func checkpoints(at reached: SourcePositions) async throws -> [StoredCheckpoint] {
        issued = []
        var seen = 0
        for shard in held.sorted() {
            guard let place = try source.position(of: shard, reached) else { continue }
            seen += 1
            let position: GroupPosition
            if try stream.hasEnded(shard, at: place) {
                position = .shardEnd
            } else if place > 0 {
                position = .after(SequenceNumber(shard: shard, offset: place - 1))
            } else {
                continue
            }
            issued.append(try await member.checkpoint(of: ShardID(shard).description, at: position))
        }
        guard seen == reached.count else { throw SluiceError(.leaseLost, "the epoch has rows of a shard that was given up") }
        return issued.map(\.stored)
    }

    func committed() async {
        let done = issued
        issued = []
        for checkpoint in done where checkpoint.position == .shardEnd {
            if let shard = ShardID(parsing: checkpoint.shard)?.number { held.remove(shard) }
        }
        await member.committed(done)
    }

    func refused() async {
        let refused = issued
        issued = []
        await member.refused(refused, SluiceError(.leaseLost, "the commit was refused"))
    }
}

extension RecordStream {
    /// The shards as a consumer group sees them.
    fileprivate func groupShards() throws(SluiceError) -> [GroupShard] {
        try refresh()
        try enforceRetention()
        var found: [GroupShard] = []
        for shard in shards(.fromTrimHorizon) {
            var known = GroupShard(shard)
            do throws(SluiceError) {
                known.contents = try contents(of: shard.id.number)
            } catch {
                // Its last record has expired since it was listed.
                if error.code == .notFound { continue }
                throw error
            }
            found.append(known)
        }
        return found
    }
}
