import SluiceCore
import SluicePipelines
import SluiceStreams
import Synchronization

/// The records behind the positions, which are the numbers of the last records read; a shard is read once its parents were read to their ends.
extension BackendSource: IncrementalSource {
    func slice(after positions: SourcePositions, _ request: SliceRequest) async throws -> SourceSlice? {
        let shards = try await stream.backend.listShards(stream.name, .fromTrimHorizon)
        var parts: [BackendSlice.Part] = []
        var unread = Set(shards.map(\.id))
        for shard in shards {
            // A shard whose parents are read in this slice comes with a later one.
            guard unread.isDisjoint(with: [shard.parent, shard.adjacentParent].compactMap(\.self)) else { continue }
            let position = try position(of: shard, positions)
            if let position, let end = shard.endingSequence, position >= end {
                unread.remove(shard.id)
                continue
            }
            let reader = try await reader(shard, after: position)
            var probe = reader
            if try await probe.next() != nil {
                parts.append(BackendSlice.Part(shard: shard, reader: reader))
            } else if !shard.isOpen {
                unread.remove(shard.id)
            }
        }
        guard !parts.isEmpty else { return nil }
        let waits = shards.contains { !unread.isDisjoint(with: [$0.parent, $0.adjacentParent].compactMap(\.self)) }
        let slice = BackendSlice(source: self, parts: parts, budget: max(1, request.limitBytes / Int64(parts.count)))
        return SourceSlice(
            source: slice, openSplits: try openSplits(of: shards, positions, reading: Set(parts.map(\.shard.id))), isLast: !waits,
            reached: { [name = stream.name, places = slice.places] in
                Dictionary(uniqueKeysWithValues: places.all.map { (Self.key(name, $0.key), Array($0.value.description.utf8)) })
            })
    }

    /// The shards that may go on. One that was split or merged counts until all that came of it have begun: it holds the watermark back for them.
    ///
    /// - Parameter current: Shards of which something is read now.
    private func openSplits(
        of shards: [ShardSummary], _ positions: SourcePositions, reading current: Set<ShardID>
    ) throws(SluiceError) -> Set<String> {
        var open: Set<String> = []
        for shard in shards {
            let children = shards.filter { [$0.parent, $0.adjacentParent].contains(shard.id) }
            var hasHandedOver = !children.isEmpty
            for child in children where !current.contains(child.id) {
                if try position(of: child, positions) == nil { hasHandedOver = false }
            }
            if !hasHandedOver { open.insert(shard.id.description) }
        }
        return open
    }

    private static func key(_ stream: String, _ shard: ShardID) -> ExactText { ExactText("\(stream)/\(shard)") }

    private func position(of shard: ShardSummary, _ positions: SourcePositions) throws(SluiceError) -> SequenceNumber? {
        guard let stored = positions[Self.key(stream.name, shard.id)] else { return nil }
        if let number = SequenceNumber(parsing: String(decoding: stored, as: UTF8.self)) { return number }
        throw SluiceError(.stateCorrupt, "the bookmark of shard \(shard.id) is no sequence number", remedy: "begin anew with --reset")
    }

    private func reader(_ shard: ShardSummary, after position: SequenceNumber?) async throws(SluiceError) -> BackendShardReader {
        let end = try await stream.backend.shardEnd(stream.name, shard.id)
        do throws(SluiceError) {
            return try await BackendShardReader(
                stream, shard, from: position.map { .afterSequenceNumber($0) } ?? start, to: end)
        } catch {
            guard position != nil, error.code == .invalidArgument else { throw error }
            throw SluiceError(
                .stateMismatch, "\(stream) has no record \(position?.description ?? ""), up to which shard \(shard.id) was read",
                remedy: "if the stream was deleted and made anew, begin anew with --reset", underlying: error)
        }
    }
}

/// Some records of a stream's shards.
struct BackendSlice: Source {
    struct Part: Sendable {
        var shard: ShardSummary
        var reader: BackendShardReader
    }

    /// How far the shards were read: the last record, or the number that ends a closed shard.
    final class Places: Sendable {
        private let places = Mutex<[ShardID: SequenceNumber]>([:])

        var all: [ShardID: SequenceNumber] { places.withLock { $0 } }

        func note(_ shard: ShardID, _ number: SequenceNumber) { places.withLock { $0[shard] = number } }
    }

    let source: BackendSource
    let parts: [Part]
    /// Payload bytes of a shard after which reading stops.
    let budget: Int64
    let places = Places()

    var schema: Schema { source.schema }
    var notices: [String] { source.notices }

    func splits() async throws -> [SourceSplit] { parts.map { SourceSplit(id: $0.shard.id.description, bytes: nil) } }

    func open(_ split: SourceSplit, _ request: SourceRequest) async throws -> any SplitReader {
        guard let part = parts.first(where: { $0.shard.id.description == split.id }) else {
            throw SluiceError(.notFound, "the slice has no shard \(split.id.quotedForMessage)")
        }
        return BackendSplitReader(source, shard: part.shard, request: request, reader: part.reader, budget: budget) {
            [places, shard = part.shard] number, isAtEnd in
            if isAtEnd, let end = shard.endingSequence { places.note(shard.id, end) } else if let number { places.note(shard.id, number) }
        }
    }
}
