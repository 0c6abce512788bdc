import SluiceCodecs
import SluiceCore
import SluiceFormats
import SluicePipelines
import SluiceS3
import SluiceStorage
import Synchronization

/// Rows of files of one format; a split is a file.
struct FileSource: RecordSource {
    private(set) var files: [InputFile]
    private(set) var schema: Schema
    private(set) var notices: [String]
    /// What the definition gave, and where relative patterns start; nil for files that the catalog lists.
    var patterns: (texts: [String], directory: String, site: S3Site)?
    /// The table whose files these are; nil for files that patterns name.
    var table: TableListing?
    /// What records may have beside the declared columns; nil: what the pipeline says of all bad records.
    var contract: SourceContract?
    /// What was found out before the run; nil where a schema was taken for granted.
    private(set) var examined: ExaminedFiles?
    /// What becomes of files that are written anew after an incremental pipeline has read them.
    var changedFiles = ChangedFiles.leave
    /// Whether these are some of the files only, which do not become others.
    private var isPart = false
    private let format: any Format
    private let codec: Codec?
    /// Columns of `schema` that come from the paths.
    private let partitionColumns: Set<String>
    /// Nil where members of records without a column are of no interest.
    var watch: NewMemberWatch?
    /// Positions in `files` by path.
    private var positions: [ExactText: Int]

    /// Looks at every file's header, and infers types where none are declared.
    ///
    /// - Throws: what opening the files and reading their headers throws; `headerMismatch` where they do not fit the declared columns.
    init(_ files: [InputFile], _ options: FileReadOptions, notices: [String] = []) throws(SluiceError) {
        let resolved = try FileInspection(files, options).resolve()
        self.init(
            files, options.format, codec: options.codec, schema: resolved.schema, partitionColumns: resolved.partitionColumns,
            notices: notices + resolved.notices)
        examined = resolved.examined
        watch = NewMemberWatch(schema.fields.filter { !partitionColumns.contains($0.name) }, options)
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
        positions = Self.positions(of: files)
    }

    private static func positions(of files: [InputFile]) -> [ExactText: Int] {
        Dictionary(files.enumerated().map { (ExactText($1.path), $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Text formats read what the types name; files that state their types are read as these say.
    func narrowed(to schema: Schema) -> any Source {
        guard format is any RecordFormat else { return self }
        var copy = self
        copy.schema = schema
        return copy
    }

    /// Those of a table are the ones that it has now.
    func splits() async throws -> [SourceSplit] {
        guard let table, !isPart else { return files.map { SourceSplit(id: $0.path, bytes: $0.byteCount) } }
        return try await table.files().map { SourceSplit(id: $0.path, bytes: $0.byteCount) }
    }

    func open(_ split: SourceSplit, _ request: SourceRequest) async throws -> any SplitReader {
        let file = try file(of: split)
        let assembler = try ColumnAssembler(request.columns, of: schema, partitionColumns: partitionColumns, partition: file.partition)
        let condition = request.condition.map { FileCondition($0, assembler) }
        // A file whose partition no wanted row can be in is not opened.
        if let condition, !condition.mayHoldRows { return EmptySplitReader(bytesRead: file.byteCount) }
        let input = try input(file)
        var wanted = ReadRequest(assembler.decoded, missing: .null, condition: condition, keepsRaw: request.keepsRaw)
        wanted.known = watch?.known
        return FileSplitReader(
            input: input, reader: try format.reader(input, wanted), assembler: assembler, watch: watch, contract: contract)
    }

    /// - Throws: `tableChanged` where a table was replaced, and the file with it, after it was listed.
    private func input(_ file: InputFile) throws(SluiceError) -> FileInput {
        do throws(SluiceError) {
            return FileInput(try file.access(), path: file.shown, codec: codec)
        } catch {
            guard error.code == .fileNotFound, let table, try !table.lists(file) else { throw error }
            throw table.replaced(error)
        }
    }

    private func file(of split: SourceSplit) throws(SluiceError) -> InputFile {
        if let position = positions[ExactText(split.id)] { return files[position] }
        if let file = table?.file(split.id) { return file }
        throw SluiceError(.notFound, "the source has no file \(split.id.quotedForMessage)")
    }

    /// The same source with other files.
    func with(_ files: [InputFile]) -> FileSource {
        var copy = self
        copy.files = files
        copy.positions = Self.positions(of: files)
        copy.notices = []
        copy.isPart = true
        return copy
    }

    // MARK: Records that travel

    func envelope(of split: SourceSplit) async throws -> [UInt8] {
        try envelope(of: try file(of: split)).serialized()
    }

    /// - Throws: `invalidOption` where the format has no single records.
    func envelope(of file: InputFile) throws(SluiceError) -> FileEnvelope {
        guard format is any RecordFormat else {
            throw SluiceError(
                .invalidOption, "files of the format \(format.name) are no records that a stream could carry",
                at: .file(path: file.shown),
                remedy: "leave out `stream`, or convert the files to JSON lines first")
        }
        return FileEnvelope(layout: try format.describe(input(file)).layout, path: file.path)
    }

    /// Whether files name their columns themselves, above their records.
    var readsHeader: Bool { (format as? any RecordFormat)?.readsHeader ?? false }

    /// Whether a header has every declared column that does not come from the path.
    func hasDeclared(in header: [String]) -> Bool {
        let names = Set(header.map(ExactText.init))
        let declared = examined?.options.declared.map(\.name) ?? []
        return declared.allSatisfy { partitionColumns.contains($0) || names.contains(ExactText($0)) }
    }

    func decoder(envelope: [UInt8], columns: [String]) throws -> any PayloadDecoder {
        try decoder(try FileEnvelope(serialized: envelope), columns: columns)
    }

    func decoder(_ envelope: FileEnvelope, columns: [String]) throws -> any PayloadDecoder {
        let assembler = try ColumnAssembler(columns, of: schema, partitionColumns: partitionColumns, partition: envelope.partition)
        let decoder = try FormatRegistry.decoder(envelope.layout, schema: assembler.decoded)
        return FilePayloadDecoder(
            decoder: watch.map { decoder.noticing(membersBeyond: $0.known) } ?? decoder, assembler: assembler, watch: watch,
            contract: contract)
    }
}

/// Reads one file, and adds the columns that its path gives.
final class FileSplitReader: SplitReader {
    private let input: FileInput
    private let reader: Mutex<any FileReader>
    private let assembler: ColumnAssembler
    private let watch: NewMemberWatch?
    private let contract: SourceContract?

    init(
        input: FileInput, reader: any FileReader, assembler: ColumnAssembler, watch: NewMemberWatch?, contract: SourceContract? = nil
    ) {
        self.input = input
        self.reader = Mutex(reader)
        self.assembler = assembler
        self.watch = watch
        self.contract = contract
    }

    var bytesRead: Int64 { input.bytesTaken }

    func next() async throws -> (any SplitPiece)? {
        try reader.withLock { try $0.next() }.map { FileSplitPiece(piece: $0, assembler: assembler, watch: watch, contract: contract) }
    }
}

/// A piece of a file with the columns that the file's path gives.
private struct FileSplitPiece: SplitPiece {
    var piece: any FilePiece
    let assembler: ColumnAssembler
    let watch: NewMemberWatch?
    let contract: SourceContract?

    mutating func next() throws -> ReadBatch? {
        guard let decoded = try piece.next() else { return nil }
        try watch?.check(decoded.newMembers)
        return ReadBatch(
            batch: assembler.assemble(decoded.batch), rejects: contract?.handled(decoded.rejects) ?? decoded.rejects,
            skippedRows: decoded.skippedRows,
            newMembers: decoded.newMembers)
    }
}

/// A split that is passed over.
private final class EmptySplitReader: SplitReader {
    let bytesRead: Int64

    init(bytesRead: Int64) { self.bytesRead = bytesRead }

    func next() async throws -> (any SplitPiece)? { nil }
}

/// Decodes records of files that went through a stream.
struct FilePayloadDecoder: PayloadDecoder {
    let decoder: any RecordDecoder
    let assembler: ColumnAssembler
    var watch: NewMemberWatch?
    var contract: SourceContract?
    /// Columns of every record that nothing has a place for.
    var unknownColumns: [String] = []

    func decode(_ records: RawRecords, origin: Origin) throws(SluiceError) -> ReadBatch {
        var decoded = decoder.decode(records, origin: origin)
        if !unknownColumns.isEmpty, decoded.batch.rowCount > 0 {
            var members = decoded.newMembers ?? NewMembers()
            for name in unknownColumns { members.add(name, count: Int64(decoded.batch.rowCount), at: origin.location(0)) }
            decoded.newMembers = members
        }
        try watch?.check(decoded.newMembers)
        return ReadBatch(
            batch: assembler.assemble(decoded.batch), rejects: contract?.handled(decoded.rejects) ?? decoded.rejects,
            newMembers: decoded.newMembers)
    }
}
