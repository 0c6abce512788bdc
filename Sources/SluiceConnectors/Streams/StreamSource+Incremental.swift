import SluiceCore
import SluicePipelines
import SluiceLog
import SluiceStreams
import Synchronization

/// The records beyond the positions; a shard is read once its parents were read to their ends.
extension StreamSource: IncrementalSource {
    func slice(after positions: SourcePositions, _ request: SliceRequest) async throws -> SourceSlice? {
        try slice(of: nil, after: positions, request)
    }

    /// - Parameter own: The shards to read; nil for all.
    func slice(of own: Set<Int>?, after positions: SourcePositions, _ request: SliceRequest) throws(SluiceError) -> SourceSlice? {
        try stream.refresh()
        let shards = stream.shardNumbers.filter { own?.contains($0) ?? true }
        var ends: [Int: UInt64] = [:]
        var starts: [Int: StartPosition] = [:]
        var waits = false
        var notices: [String] = []
        for shard in shards {
            guard try isReadable(shard, positions) else {
                waits = true
                continue
            }
            let end = try stream.endSequence(shard: shard)
            if let reached = try position(of: shard, positions) {
                guard reached <= end else { throw foreign(shard, reached, end) }
                if reached == end { continue }
                let horizon = try stream.horizon(shard)
                if reached < horizon { notices.append(expired(shard, horizon - reached)) }
                starts[shard] = .sequence(max(reached, horizon))
                notices += try losses(shard, from: max(reached, horizon), to: end)
            } else {
                if end == 0 { continue }
                starts[shard] = start
                notices += try losses(shard, from: firstRead(shard), to: end)
            }
            ends[shard] = end
        }
        guard !ends.isEmpty else { return nil }
        let reached = ReachedPlaces()
        let slice = StreamSlice(
            source: self, starts: starts, ends: ends, budget: max(1, request.limitBytes / Int64(ends.count)), reached: reached)
        return SourceSlice(
            source: slice, openSplits: try openSplits(of: shards, positions, reading: Set(ends.keys)), isLast: !waits, notices: notices,
            reached: { [name = stream.name] in
                Dictionary(uniqueKeysWithValues: reached.all.map { (Self.key(name, $0.key), Array(String($0.value).utf8)) })
            })
    }

    /// The shards that may go on. One that was split or merged counts until all that came of it have begun: it holds the watermark back for them.
    ///
    /// - Parameter current: Shards of which something is read now.
    private func openSplits(of shards: [Int], _ positions: SourcePositions, reading current: Set<Int>) throws(SluiceError) -> Set<String> {
        var open: Set<String> = []
        let continued = Dictionary(
            grouping: shards.flatMap { child in stream.parents(of: child).map { (parent: $0, child: child) } }, by: \.parent)
        for shard in shards {
            var hasHandedOver = continued[shard] != nil
            for (_, child) in continued[shard] ?? [] where !current.contains(child) {
                if try position(of: child, positions) == nil { hasHandedOver = false }
            }
            if !hasHandedOver { open.insert(ShardID(shard).description) }
        }
        return open
    }

    /// The first record that a source without a bookmark reads of a shard.
    func firstRead(_ shard: Int) throws(SluiceError) -> UInt64 { try first(shard, from: start) }

    func first(_ shard: Int, from start: StartPosition) throws(SluiceError) -> UInt64 {
        switch start {
        case .start: try stream.horizon(shard)
        case .end: try stream.endSequence(shard: shard)
        case .sequence(let sequence): sequence
        case .time(let micros): try stream.firstSequence(shard, atMicros: micros)
        }
    }

    static func key(_ stream: String, _ shard: Int) -> ExactText { ExactText("\(stream)/\(ShardID(shard))") }

    /// Behind which record a shard was read; nil where nothing of it was.
    func position(of shard: Int, _ positions: SourcePositions) throws(SluiceError) -> UInt64? {
        guard let stored = positions[Self.key(stream.name, shard)] else { return nil }
        guard let number = UInt64(String(decoding: stored, as: UTF8.self)) else {
            throw SluiceError(
                .stateCorrupt, "the bookmark of shard \(ShardID(shard)) is no sequence number", remedy: "begin anew with --reset")
        }
        return number
    }

    /// Whether all parents of a shard were read, or are gone.
    private func isReadable(_ shard: Int, _ positions: SourcePositions) throws(SluiceError) -> Bool {
        for parent in stream.parents(of: shard) {
            guard try stream.hasEnded(parent, at: try position(of: parent, positions) ?? 0) else { return false }
        }
        return true
    }

    private func expired(_ shard: Int, _ count: UInt64) -> String {
        "\(count) records of shard \(ShardID(shard)) of stream \"\(stream.name)\" had expired before they were read"
    }

    private func foreign(_ shard: Int, _ reached: UInt64, _ end: UInt64) -> SluiceError {
        SluiceError(
            .stateMismatch, "shard \(ShardID(shard)) of stream \"\(stream.name)\" was read up to record \(reached), but has only \(end)",
            remedy: "if the stream was deleted and made anew, begin anew with --reset")
    }
}

/// How far the shards of a slice were read.
final class ReachedPlaces: Sendable {
    private let places = Mutex<[Int: UInt64]>([:])

    var all: [Int: UInt64] { places.withLock { $0 } }

    func note(_ shard: Int, _ place: UInt64) { places.withLock { $0[shard] = place } }
}

/// Some records of a stream's shards.
struct StreamSlice: Source {
    let source: StreamSource
    let starts: [Int: StartPosition]
    let ends: [Int: UInt64]
    /// Payload bytes of a shard after which reading stops.
    let budget: Int64
    let reached: ReachedPlaces

    var schema: Schema { source.schema }
    var notices: [String] { source.notices }

    func losses() throws -> [String] {
        try ends.sorted { $0.key < $1.key }.flatMap { shard, end in
            try source.losses(shard, from: source.first(shard, from: starts[shard] ?? .start), to: end)
        }
    }

    func splits() async throws -> [SourceSplit] { ends.keys.sorted().map { SourceSplit(id: ShardID($0).description, bytes: nil) } }

    func open(_ split: SourceSplit, _ request: SourceRequest) async throws -> any SplitReader {
        guard let shard = ShardID(parsing: split.id)?.number, let start = starts[shard], let end = ends[shard] else {
            throw SluiceError(.notFound, "the slice has no shard \(split.id.quotedForMessage)")
        }
        let reader = try source.stream.reader(shard: shard, from: start)
        return StreamSplitReader(source, shard: shard, request: request, reader: reader, end: end, budget: budget) { [reached] in
            reached.note(shard, $0)
        }
    }
}
