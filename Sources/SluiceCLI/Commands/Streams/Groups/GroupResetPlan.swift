import SluiceCore
import SluiceLog
import SluiceStreams

/// What a person's `--to` and `--shard` mean for a group.
struct GroupResetPlan {
    let stream: String
    let to: StreamPlace
    let shard: ShardArgument?

    /// - Throws: `usage` for a sequence number without a shard, or one that the shard does not hold; `notFound` and `invalidArgument` for a
    ///   shard that the group cannot be set in.
    func reset(_ group: GroupSnapshot, _ shards: [GroupShard]) throws(SluiceError) -> GroupReset {
        if case .sequence(let offset) = to {
            let id = try only(shards)
            return try .shard(
                id, to: try position(offset, in: shards.first { $0.id == id }), shards, in: group
            )
        }
        guard let start = to.groupStart else { preconditionFailure("only a sequence number is no start") }
        guard let shard else { return try .group(to: start, shards) }
        return try .shard(ShardID(shard.number).description, to: start, shards, in: group)
    }

    /// The shard that a sequence number is meant in.
    private func only(_ shards: [GroupShard]) throws(SluiceError) -> String {
        if let shard { return ShardID(shard.number).description }
        if let shard = shards.first, shards.count == 1 { return shard.id }
        throw SluiceError(
            .usage, "sequence numbers count in a shard, and stream \(stream.quotedForMessage) has \(shards.count)",
            remedy: "say which one with --shard: \(shards.prefix(10).map { GroupPlace.shard($0.id) }.joined(separator: ", "))")
    }

    private func position(_ place: SequenceNumber, in shard: GroupShard?) throws(SluiceError) -> GroupPosition {
        // Without the shard, the check for its lease says more.
        guard let shard, let number = ShardID(parsing: shard.id)?.number else { return .trimHorizon }
        if let position = try servicePosition(place, in: shard, number) { return position }
        guard case .records(let oldest, let newest, _, _) = shard.contents, let first = oldest.position?.offset,
            let last = newest.position?.offset
        else {
            throw SluiceError(
                .usage, "shard \(number) of stream \(stream.quotedForMessage) holds no records", remedy: "say --to start or --to end")
        }
        guard let offset = place.value.flatMap({ UInt64(exactly: $0) }), offset >= first, offset <= last + 1 else {
            throw SluiceError(
                .usage, "shard \(number) of stream \(stream.quotedForMessage) holds the records \(first) to \(last), not \(place)",
                remedy: "choose one of these, or \(last + 1) for the next one")
        }
        return offset > last ? .after(newest) : .at(SequenceNumber(shard: number, offset: offset))
    }

    /// Where the numbers are not those of the embedded log: as they are, within what the shard is known to hold; nil for an embedded stream.
    private func servicePosition(_ place: SequenceNumber, in shard: GroupShard, _ number: Int) throws(SluiceError) -> GroupPosition? {
        switch shard.contents {
        case .unknown: return .at(place)
        case .empty: return nil
        case .records(let oldest, _, _, _) where oldest.position != nil: return nil
        case .records(let oldest, let newest, _, _):
            if place >= oldest, place <= newest { return .at(place) }
            if let next = newest.value, place.value == next + 1 { return .after(newest) }
            throw SluiceError(
                .usage, "shard \(number) of stream \(stream.quotedForMessage) holds the records \(oldest) to \(newest), not \(place)",
                remedy: "choose one of these, or the number behind the last for the next one")
        }
    }
}
