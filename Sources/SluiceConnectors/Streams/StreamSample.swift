import SluiceCore
import SluiceFormats
import SluiceLog
import SluiceStorage
import SluiceStreams

/// Infers the columns of a stream's records from the first of each shard.
///
/// Nothing of it is asynchronous: with readers copied inside a mutating asynchronous function, Swift 6.3 makes debug programs that resume tasks
/// at bad addresses.
struct StreamSample {
    struct Inferred {
        var schema: Schema
        var partitionColumns: Set<String>
        var rows: Int
    }

    /// Of records without an envelope.
    private let undescribed: FileLayout
    /// One inference for each format, because each reads records in its own way.
    private var inferences: [(layout: FileLayout, inference: SchemaInference)] = []
    private var partitionKeys: [String] = []

    private let registry: RegistryRecords?

    init(_ undescribed: FileLayout, registry: RegistryRecords? = nil) {
        self.undescribed = undescribed
        self.registry = registry
    }

    /// Records of a shard that are looked at, of so many shards.
    static func rows(ofShards count: Int) -> Int { FormatLimits.sampleRows / count }

    static func notice(rows: Int) -> String {
        "the columns were inferred from \(rows == 1 ? "1 record" : "\(rows) records") of the stream; declare columns to be sure of them"
    }

    /// Takes in the records of a frame.
    mutating func take(_ records: StreamRecords) throws(SluiceError) {
        try take(records.payloads, envelope: records.header(FileEnvelope.headerName))
    }

    /// Takes in the records of a read.
    ///
    /// - Returns: How many they are.
    mutating func take(_ read: BackendShardReader.Read, in range: HashRange) throws(SluiceError) -> Int {
        let records = UnpackedRecords(read.batch, rows: read.rows, in: range)
        try take(records.payloads, envelope: read.batch.header(FileEnvelope.headerName))
        return records.payloads.count
    }

    private mutating func take(_ records: RawRecords, envelope: [UInt8]?) throws(SluiceError) {
        if records.count == 0 { return }
        if let registry { return try take(plain: try registry.read(records).plain, envelope: nil) }
        try take(plain: records, envelope: envelope)
    }

    private mutating func take(plain records: RawRecords, envelope: [UInt8]?) throws(SluiceError) {
        if records.count == 0 { return }
        let envelope = try envelope.map { bytes throws(SluiceError) in try FileEnvelope(serialized: bytes) }
        for value in envelope?.partition ?? [] where !partitionKeys.contains(value.key) { partitionKeys.append(value.key) }
        let layout = envelope?.layout ?? undescribed
        var index = inferences.firstIndex { $0.layout.format == layout.format && $0.layout.options == layout.options }
        if index == nil {
            index = inferences.count
            inferences.append((layout, SchemaInference(try FormatRegistry.recordFormat(named: layout.format, options: layout.options))))
        }
        try inferences[index ?? 0].inference.sample(FetchedRecords(layout: layout, records: records))
    }

    /// Nil where there was no record.
    ///
    /// - Throws: `invalidOption` when records without an envelope are of a format that does not name its columns.
    func schema() throws(SluiceError) -> Inferred? {
        var fields: [Field] = []
        for field in inferences.flatMap({ $0.inference.schema.fields }) {
            guard let index = fields.firstIndex(where: { $0.name == field.name }) else {
                fields.append(field)
                continue
            }
            // What two formats read as different types is kept as text.
            if fields[index].type != field.type { fields[index].type = .string }
        }
        let lowercased = Set(fields.map { $0.name.lowercased() })
        let fromPaths = partitionKeys.filter { !lowercased.contains($0.lowercased()) }
        fields += fromPaths.map { Field($0, .string) }
        let rows = inferences.reduce(0) { $0 + $1.inference.sampledRows }
        guard rows > 0 else { return nil }
        guard !fields.isEmpty else {
            throw SluiceError(
                .invalidOption, "records of the format \(undescribed.format) do not name their columns",
                remedy: "declare them in the order of the record: columns: {name: type}")
        }
        return Inferred(schema: try Schema(fields), partitionColumns: Set(fromPaths), rows: rows)
    }
}

/// The records of one frame as a file that was framed already.
private struct FetchedRecords: RecordFramer {
    let layout: FileLayout
    var records: RawRecords?

    mutating func next() throws(SluiceError) -> FramedRecords? {
        defer { records = nil }
        return records.map { FramedRecords($0, lines: .dense(first: 1, count: $0.count), rejects: [], path: "") }
    }
}
