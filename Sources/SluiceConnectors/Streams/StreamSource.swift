import SluiceCore
import SluiceFormats
import SluiceLog
import SluicePipelines
import SluiceStorage
import SluiceStreams
import Synchronization

/// Rows of a stream's records, from a position to where the stream ended when a shard was opened; a split is a shard.
///
/// Records that came from files or rows carry an envelope, which says how to decode them; others are decoded as the definition says.
struct StreamSource: Source {
    let stream: RecordStream
    let schema: Schema
    /// What opening put right, and what was inferred.
    let notices: [String]
    let layouts: StreamLayouts
    let start: StartPosition
    var isEndless: Bool { true }

    /// - Throws: `corruptFrame` and what reading throws, while the schema is inferred; `invalidOption` when there is nothing to infer it from.
    init(
        _ stream: RecordStream, from start: StartPosition, layout: FileLayout, declared: [DeclaredColumn], registry: RegistryRecords? = nil
    )
        async throws(SluiceError)
    {
        self.stream = stream
        self.start = start
        var layouts = StreamLayouts(undescribed: layout, registry: registry)
        if declared.isEmpty {
            var sample = StreamSample(layout, registry: registry)
            let shards = stream.shardNumbers
            for shard in shards {
                var reader = try stream.reader(shard: shard, from: start)
                var rows = 0
                while rows < StreamSample.rows(ofShards: shards.count), let records = try await reader.next() {
                    try sample.take(records)
                    rows += records.count
                }
            }
            guard let inferred = try sample.schema() else {
                throw SluiceError(
                    .invalidOption, "stream \"\(stream.name)\" has no records to infer columns from",
                    remedy: "declare them: columns: {name: type}")
            }
            schema = inferred.schema
            layouts.partitionColumns = inferred.partitionColumns
            layouts.known = KnownMembers(inferred.schema.fields)
            notices =
                stream.recovery.notices(of: stream.name)
                + [StreamSample.notice(rows: inferred.rows)]
        } else {
            var fields: [Field] = []
            for column in declared { fields.append(Field(column.name, column.type)) }
            schema = try Schema(fields)
            notices = stream.recovery.notices(of: stream.name)
        }
        self.layouts = layouts
    }

    func losses() throws -> [String] {
        try stream.shardNumbers.flatMap { try losses($0, from: firstRead($0), to: .max) }
    }

    /// Records of a shard that damage took and that would have been read, as notices.
    func losses(_ shard: Int, from first: UInt64, to end: UInt64) throws(SluiceError) -> [String] {
        try stream.losses(shard: shard, from: first, to: end).notices(of: stream.name)
    }

    func splits() async throws -> [SourceSplit] {
        stream.shardNumbers.map { SourceSplit(id: ShardID($0).description, bytes: nil) }
    }

    func open(_ split: SourceSplit, _ request: SourceRequest) async throws -> any SplitReader {
        guard let shard = ShardID(parsing: split.id)?.number, stream.shardNumbers.contains(shard) else {
            throw SluiceError(.notFound, "stream \"\(stream.name)\" has no shard \(split.id.quotedForMessage)")
        }
        return StreamSplitReader(
            self, shard: shard, request: request, reader: try stream.reader(shard: shard, from: start),
            end: try stream.endSequence(shard: shard))
    }
}

/// How the records of a stream are decoded: by their envelope, or as the definition says.
struct StreamLayouts: Sendable {
    /// Of records without an envelope.
    var undescribed: FileLayout
    /// Columns that come from the paths in envelopes.
    var partitionColumns: Set<String> = []
    /// What inference found, so that members behind its sample are noticed; nil where columns are declared.
    var known: KnownMembers?
    /// Reads records by their headers, before they are decoded.
    let registry: RegistryRecords?

    init(undescribed: FileLayout, registry: RegistryRecords? = nil) {
        self.undescribed = undescribed
        self.registry = registry
    }

    /// - Throws: `corruptFrame` for a malformed envelope; what the assembler and the format throw.
    func decoder(envelope: [UInt8]?, columns: [String], of schema: Schema) throws(SluiceError) -> any PayloadDecoder {
        guard let registry else { return try fileDecoder(envelope: envelope, columns: columns, of: schema) }
        return RegistryDecoder(inner: try fileDecoder(envelope: nil, columns: columns, of: schema), registry: registry)
    }

    /// For records that are whole in their format.
    ///
    /// - Throws: as `decoder`.
    func fileDecoder(envelope: [UInt8]?, columns: [String], of schema: Schema) throws(SluiceError) -> FilePayloadDecoder {
        let envelope = try envelope.map { bytes throws(SluiceError) in try FileEnvelope(serialized: bytes) }
        let partition = envelope?.partition ?? []
        let layout = envelope?.layout ?? undescribed
        // A declared column may come from the path, where the records do not have it.
        let fromPath = partitionColumns.union(partition.map(\.key).filter { schema[$0] != nil }).subtracting(layout.columns)
        let assembler = try ColumnAssembler(columns, of: schema, partitionColumns: fromPath, partition: partition)
        let decoder = try FormatRegistry.decoder(layout, schema: assembler.decoded)
        return FilePayloadDecoder(
            decoder: known.map { decoder.noticing(membersBeyond: $0) } ?? decoder, assembler: assembler,
            unknownColumns: known == nil ? [] : (layout.columns + partition.map(\.key)).filter { schema[$0] == nil })
    }
}

/// Reads one shard up to a fixed end.
final class StreamSplitReader: SplitReader {
    private struct State {
        var reader: ShardReader
        /// Of the last envelope: neighbouring frames mostly have one.
        var last: (envelope: [UInt8]?, decoder: any PayloadDecoder)?
        var bytesRead: Int64 = 0
    }

    private let source: StreamSource
    private let shard: Int
    private let request: SourceRequest
    private let end: UInt64
    /// Payload bytes after which reading stops.
    private let budget: Int64
    private let onReached: @Sendable (UInt64) -> Void
    private let state: Mutex<State>

    /// - Parameter onReached: Told behind which record reading has come, whenever that changes.
    init(
        _ source: StreamSource, shard: Int, request: SourceRequest, reader: ShardReader, end: UInt64, budget: Int64 = .max,
        onReached: @escaping @Sendable (UInt64) -> Void = { _ in }
    ) {
        self.source = source
        self.shard = shard
        self.request = request
        self.end = end
        self.budget = budget
        self.onReached = onReached
        state = Mutex(State(reader: reader))
    }

    var bytesRead: Int64 { state.withLock { $0.bytesRead } }

    func next() async throws -> (any SplitPiece)? {
        var reader = state.withLock { $0.reader }
        guard bytesRead < budget, reader.position < end, let read = try await reader.next() else {
            onReached(reader.position)
            return nil
        }
        guard read.baseSequence < end else { return nil }
        let records = read.keeping(before: end)
        onReached(reader.position)
        state.withLock { [reader] state in
            state.reader = reader
            state.bytesRead += Int64(records.payloads.ends.last ?? 0) - Int64(records.payloads.starts.first ?? 0)
        }
        let decoder = try decoder(records.header(FileEnvelope.headerName))
        let origin = records.origin(stream: source.stream.name, shard: shard)
        return DeferredBatch { [keepsRaw = request.keepsRaw] in
            var read = try decoder.decode(records.payloads, origin: origin)
            if !keepsRaw { read.batch.origin?.raw = nil }
            return read
        }
    }

    private func decoder(_ envelope: [UInt8]?) throws(SluiceError) -> any PayloadDecoder {
        if let last = state.withLock({ $0.last }), last.envelope == envelope { return last.decoder }
        let decoder = try source.layouts.decoder(envelope: envelope, columns: request.columns, of: source.schema)
        state.withLock { $0.last = (envelope, decoder) }
        return decoder
    }
}
