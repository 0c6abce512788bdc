import SluiceCore
import SluiceFormats
import SluicePipelines
import SluiceStreams

/// Rows of a stream's records, whoever keeps it, from a position to where each shard ended when the source was opened; a split is a shard.
///
/// Records that came from files or rows may carry an envelope, which says how to decode them; others are decoded as the definition says.
struct BackendSource: Source {
    let stream: BackendStream
    let schema: Schema
    let notices: [String]
    let layouts: StreamLayouts
    let start: IteratorPosition
    var isEndless: Bool { true }
    private let shards: [ShardSummary]
    private let ends: [ShardID: ShardEnd]

    /// - Throws: What the backend throws; `invalidOption` when there is nothing to infer columns from.
    init(
        _ stream: BackendStream, from start: IteratorPosition, layout: FileLayout, declared: [DeclaredColumn],
        registry: RegistryRecords? = nil
    ) async throws(SluiceError) {
        self.stream = stream
        self.start = start
        shards = try await stream.backend.listShards(stream.name, Self.filter(start))
        var ends: [ShardID: ShardEnd] = [:]
        for shard in shards { ends[shard.id] = try await stream.backend.shardEnd(stream.name, shard.id) }
        self.ends = ends
        var layouts = StreamLayouts(undescribed: layout, registry: registry)
        if declared.isEmpty {
            var sample = StreamSample(layout, registry: registry)
            for shard in shards {
                var reader = try await BackendShardReader(stream, shard, from: start, to: ends[shard.id] ?? .empty)
                var rows = 0
                while rows < StreamSample.rows(ofShards: shards.count), let read = try await reader.next() {
                    rows += try sample.take(read, in: shard.range)
                }
            }
            guard let inferred = try sample.schema() else {
                throw SluiceError(
                    .invalidOption, "\(stream) has no records to infer columns from", remedy: "declare them: columns: {name: type}")
            }
            schema = inferred.schema
            layouts.partitionColumns = inferred.partitionColumns
            layouts.known = KnownMembers(inferred.schema.fields)
            notices = [StreamSample.notice(rows: inferred.rows)]
        } else {
            schema = try Schema(declared.map { Field($0.name, $0.type) })
            notices = []
        }
        self.layouts = layouts
    }

    private static func filter(_ start: IteratorPosition) -> ShardFilter {
        if case .atTimestamp(let micros) = start { .from(micros: micros) } else { .fromTrimHorizon }
    }

    func splits() async throws -> [SourceSplit] { shards.map { SourceSplit(id: $0.id.description, bytes: nil) } }

    func open(_ split: SourceSplit, _ request: SourceRequest) async throws -> any SplitReader {
        guard let shard = shards.first(where: { $0.id.description == split.id }) else {
            throw SluiceError(.notFound, "\(stream) has no shard \(split.id.quotedForMessage)")
        }
        let reader = try await BackendShardReader(stream, shard, from: start, to: ends[shard.id] ?? .empty)
        return BackendSplitReader(self, shard: shard, request: request, reader: reader)
    }
}
