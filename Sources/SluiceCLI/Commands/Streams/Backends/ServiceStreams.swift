import SluiceCore
import SluiceKinesis
import SluiceStreams

/// The stream commands on a backend that is a service: what `StreamBackend` offers, reported as the commands report it.
struct ServiceStreams: Sendable {
    let streams: any StreamBackend
    /// As `--backend` names it.
    let kind: String
    let address: String

    func list() async throws -> Report {
        let names = try await streams.listStreams()
        var table = TextTable([.init("stream", isWhole: true)])
        for name in names { table.add([name]) }
        let json = Value.object(["streams": .list(names.map { .object(["name": .string($0)]) })])
        return Report([names.isEmpty ? .line("No streams at \(address).") : .table(table)], json: json)
    }

    func create(_ name: String, _ configuration: StreamConfiguration) async throws -> Report {
        try await streams.createStream(name, configuration)
        return Report(
            [.line("Created \(kind) stream \(name) with \(HumanText.count(configuration.shards, "shard")).")],
            json: try await json(name))
    }

    func describe(_ name: String) async throws -> Report {
        let summary = try await streams.describeStream(name)
        let shards = try await streams.listShards(name, .fromTrimHorizon)
        var table = TextTable([
            .init("shard"), .init("state"), .init("first hash", .right, isWhole: true), .init("last hash", .right, isWhole: true),
            .init("parents"),
        ])
        for shard in shards {
            table.add([
                shard.id.description, shard.isOpen ? "open" : "closed", String(shard.range.first), String(shard.range.last),
                [shard.parent, shard.adjacentParent].compactMap { $0.map { String($0.number) } }.joined(separator: ", "),
            ])
        }
        let configuration = summary.configuration
        let facts = KeyValueBlock([
            "address": address, "state": summary.status.rawValue, "mode": configuration.mode.rawValue,
            "kept for": RetentionTime.text(hours: configuration.retentionHours),
            "kept within": configuration.retentionBytes.map { "\(HumanText.bytes($0)) a shard" },
            "encrypted": configuration.isEncrypted ? "yes" : "no",
            "longest record": HumanText.bytes(configuration.recordBytes),
            "created": summary.createdMicros == 0 ? nil : HumanText.time(micros: summary.createdMicros),
            "tags": configuration.tags.isEmpty
                ? nil : configuration.tags.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ", "),
        ])
        return Report(
            [.line("Stream \(name)", .heading), .pairs(facts), .blank, .table(table)], json: Self.json(summary, shards))
    }

    func delete(_ name: String, isSure: Bool) async throws -> Report {
        let summary = try await streams.describeStream(name)
        guard isSure else {
            throw SluiceError(
                .usage,
                "\(kind) stream \(name.quotedForMessage) has \(HumanText.count(summary.openShardCount, "open shard")); "
                    + "nothing was removed", remedy: "say --yes to remove it and its records for good")
        }
        try await streams.deleteStream(name)
        return Report(
            [.line("Removed \(kind) stream \(name).")], json: .object(["name": .string(name), "deleted": .boolean(true)]))
    }

    /// Shows or changes how long records are kept.
    ///
    /// - Parameter bytes: `.some(nil)` takes the bound of a shard away.
    func retention(_ name: String, _ time: RetentionTime?, bytes: Int??) async throws -> Report {
        if time != nil || bytes != nil {
            var change = StreamChange()
            change.retentionHours = time?.hours
            change.retentionBytes = bytes
            try await streams.updateStream(name, change)
        }
        let configuration = try await streams.describeStream(name).configuration
        return RetentionReport.report(name, configuration)
    }

    /// Takes back what following registered.
    func release() async throws(SluiceError) {
        if let kinesis = streams as? KinesisStreams { try await kinesis.deregisterConsumers() }
    }

    // MARK: Shards

    /// Splits a shard at a hash, or in the middle of its range.
    func split(_ name: String, _ shard: ShardArgument, at hash: UInt128?) async throws -> Report {
        let summary = try await shards(name, named: shard)[0]
        return try await reshard(name) {
            let middle = summary.range.first + (summary.range.last - summary.range.first) / 2 + 1
            try await streams.splitShard(name, summary.id, at: hash ?? middle)
        }
    }

    func merge(_ name: String, _ shard: ShardArgument, _ adjacent: ShardArgument) async throws -> Report {
        try await reshard(name) { try await streams.mergeShards(name, ShardID(shard.number), ShardID(adjacent.number)) }
    }

    /// Scales in steps: one at most doubles or halves the shards. Partitions of a topic are added at once, because each step moves keys.
    func scale(_ name: String, to count: Int) async throws -> Report {
        try await reshard(name) {
            var now = try await streams.describeStream(name).openShardCount
            while now != count {
                let step = kind == BackendOptions.Backend.kafka.rawValue ? count : min(max(count, (now + 1) / 2), 2 * now)
                try await streams.updateShardCount(name, to: step)
                let reached = try await streams.describeStream(name).openShardCount
                guard reached != now else {
                    throw SluiceError(.jobFailed, "\(kind) stream \(name.quotedForMessage) stays at \(HumanText.count(now, "open shard"))")
                }
                now = reached
            }
        }
    }

    private func reshard(_ name: String, _ body: () async throws -> Void) async throws -> Report {
        let before = Set(try await openShards(name))
        try await body()
        let after = Set(try await openShards(name))
        return ReshardReport.report(
            name, closed: before.subtracting(after).sorted(), opened: after.subtracting(before).sorted(), openCount: after.count)
    }

    private func openShards(_ name: String) async throws -> [Int] {
        try await streams.listShards(name, .fromTrimHorizon).filter(\.isOpen).map(\.id.number)
    }

    /// The shards that a command reads: all, or the one that was named.
    ///
    /// - Throws: `usage` for one that is not there.
    func shards(_ name: String, named shard: ShardArgument?) async throws -> [ShardSummary] {
        let all = try await streams.listShards(name, .fromTrimHorizon)
        guard let shard else { return all }
        let found = all.filter { $0.id.number == shard.number }
        if !found.isEmpty { return found }
        throw SluiceError(
            .usage, "stream \(name.quotedForMessage) has no shard \(shard.number)",
            remedy: "it has the shards \(all.map { String($0.id.number) }.joined(separator: ", "))")
    }

    // MARK: JSON

    private func json(_ name: String) async throws -> Value {
        Self.json(try await streams.describeStream(name), try await streams.listShards(name, .fromTrimHorizon))
    }

    private static func json(_ summary: StreamSummary, _ shards: [ShardSummary]) -> Value {
        let configuration = summary.configuration
        return .object([
            "name": .string(summary.name), "status": .string(summary.status.rawValue),
            "created_at": summary.createdMicros == 0 ? .null : .time(summary.createdMicros),
            "mode": .string(configuration.mode.rawValue), "retention_hours": .number(configuration.retentionHours),
            "retention_bytes": .number(configuration.retentionBytes),
            "record_bytes": .number(configuration.recordBytes), "encrypted": .boolean(configuration.isEncrypted),
            "open_shards": .number(summary.openShardCount),
            "tags": .structure(configuration.tags.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) }),
            "shards": .list(
                shards.map { shard in
                    .object([
                        "shard_id": .string(shard.id.description), "open": .boolean(shard.isOpen),
                        "first_hash": .string(String(shard.range.first)), "last_hash": .string(String(shard.range.last)),
                        "parent": .text(shard.parent?.description), "adjacent_parent": .text(shard.adjacentParent?.description),
                    ])
                }),
        ])
    }
}
