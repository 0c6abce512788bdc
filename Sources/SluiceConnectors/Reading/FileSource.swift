import SluiceCore
import SluiceFormats
import SluicePipelines

/// Rows of files of one format; a split is a file.
struct FileSource: RecordSource {
    let files: [InputFile]
    let schema: Schema
    let notices: [String]
    /// What the definition gave, and where relative patterns start; nil for files that the catalog lists.
    var patterns: (texts: [String], directory: String)?
    private let format: any Format
    private let codec: Codec?
    /// Columns of `schema` that come from the paths.
    private let partitionColumns: Set<String>
    /// Positions in `files` by path.
    private let positions: [ExactText: Int]

    /// Looks at every file's header, and infers types where none are declared.
    ///
    /// - Throws: what opening the files and reading their headers throws; `headerMismatch` where they do not fit the declared columns.
    init(_ files: [InputFile], _ options: FileReadOptions, notices: [String] = []) throws(SluiceError) {
        let resolved = try FileInspection(files, options).resolve()
        self.init(
            files, options.format, codec: options.codec, schema: resolved.schema, partitionColumns: resolved.partitionColumns,
            notices: notices + resolved.notices)
    }

    /// Takes a schema for granted; every value is checked against it when it is read.
    init(
        _ files: [InputFile], _ format: any Format, codec: Codec?, schema: Schema, partitionColumns: Set<String>, notices: [String]
    ) {
        self.files = files
        self.format = format
        self.codec = codec
        self.schema = schema
        self.partitionColumns = partitionColumns
        self.notices = notices
        positions = Dictionary(files.enumerated().map { (ExactText($1.path), $0) }, uniquingKeysWith: { first, _ in first })
    }

    func splits() async throws -> [SourceSplit] { files.map { SourceSplit(id: $0.path, bytes: $0.byteCount) } }

    func open(_ split: SourceSplit, columns: [String], keepsRaw: Bool) async throws -> any SplitReader {
        let file = files[try position(of: split)]
        let assembler = try ColumnAssembler(columns, of: schema, partitionColumns: partitionColumns, partition: file.partition)
        let source = try CountedSource(file.location)
        let framer = try source.framer(format, codec: codec)
        let decoder = try format.decoder(framer.layout, schema: assembler.decoded, missing: .null)
        return FileSplitReader(framer: framer, decoder: decoder, assembler: assembler, counter: source.counter, keepsRaw: keepsRaw)
    }

    private func position(of split: SourceSplit) throws(SluiceError) -> Int {
        guard let position = positions[ExactText(split.id)] else {
            throw SluiceError(.notFound, "the source has no file \(split.id.quotedForMessage)")
        }
        return position
    }

    // MARK: Records that travel

    func envelope(of split: SourceSplit) async throws -> [UInt8] {
        let file = files[try position(of: split)]
        let layout = try CountedSource(file.location).framer(format, codec: codec).layout
        return try FileEnvelope(layout: layout, path: file.path).serialized()
    }

    func decoder(envelope: [UInt8], columns: [String]) throws -> any PayloadDecoder {
        let envelope = try FileEnvelope(serialized: envelope)
        let assembler = try ColumnAssembler(columns, of: schema, partitionColumns: partitionColumns, partition: envelope.partition)
        return FilePayloadDecoder(
            decoder: try FormatRegistry.decoder(envelope.layout, schema: assembler.decoded), assembler: assembler)
    }
}

/// Reads one file: frames, decodes, and adds the columns that its path gives.
final class FileSplitReader: SplitReader {
    private var framer: any RecordFramer
    private let decoder: any RecordDecoder
    private let assembler: ColumnAssembler
    private let counter: CountedSource.Counter
    private let keepsRaw: Bool

    init(framer: any RecordFramer, decoder: any RecordDecoder, assembler: ColumnAssembler, counter: CountedSource.Counter, keepsRaw: Bool) {
        self.framer = framer
        self.decoder = decoder
        self.assembler = assembler
        self.counter = counter
        self.keepsRaw = keepsRaw
    }

    var bytesRead: Int64 { counter.bytes }

    func next() async throws -> ReadBatch? {
        guard let framed = try framer.next() else { return nil }
        let decoded = decoder.decode(framed)
        var batch = assembler.assemble(decoded.batch)
        if !keepsRaw { batch.origin?.raw = nil }
        return ReadBatch(batch: batch, rejects: framed.rejects.isEmpty ? decoded.rejects : framed.rejects + decoded.rejects)
    }
}

/// Decodes records of files that went through a stream.
struct FilePayloadDecoder: PayloadDecoder {
    let decoder: any RecordDecoder
    let assembler: ColumnAssembler

    func decode(_ records: RawRecords, origin: Origin) -> ReadBatch {
        let decoded = decoder.decode(records, origin: origin)
        return ReadBatch(batch: assembler.assemble(decoded.batch), rejects: decoded.rejects)
    }
}
