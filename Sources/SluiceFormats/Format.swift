package import SluiceCore

/// Bytes that can be handed to another task before they are read.
package typealias InputBytes = any ByteSource & Sendable

/// A file format. A new one is a folder with a type like this and a line in `FormatRegistry`.
///
/// Reading and writing both have a part that goes through a file in order, and a part that any task may do: decoding a piece of a file into
/// columns, encoding rows into bytes. Formats of separate records (`RecordFormat`) are also the payloads of streams.
package protocol Format: Sendable {
    /// As definitions name it: `csv`.
    static var name: String { get }
    /// One sentence, for the manual.
    static var summary: String { get }
    /// Without a dot, lower case: `csv`.
    static var fileExtensions: [String] { get }
    static var options: [OptionSpec] { get }
    /// Whether files are compressed inside, by the format's option `codec`, so that the whole file never is.
    static var compressesItself: Bool { get }

    /// - Throws: `unknownKey` or `invalidOption`.
    init(options: [String: OptionValue]) throws(SluiceError)

    /// What the file says of itself, without reading its rows.
    func describe(_ input: FileInput) throws(SluiceError) -> FileDescription

    /// Starts reading a file.
    ///
    /// - Throws: `headerMismatch` when a column is missing and may not be; `typeError` for a type that the format cannot hold; `corruptFile`.
    func reader(_ input: FileInput, _ request: ReadRequest) throws(SluiceError) -> any FileReader

    /// A writer of files with exactly this schema.
    ///
    /// - Throws: `typeError` for a type that the format cannot hold.
    func writer(_ schema: Schema) throws(SluiceError) -> any FileWriter

    /// Looks whether options for writing name columns that there are.
    ///
    /// - Parameter schema: All columns of the output, also those that stand in the paths of its files.
    /// - Throws: `unknownColumn`.
    func check(writing schema: Schema) throws(SluiceError)

    /// All that the file says of itself, for people.
    func report(_ input: FileInput) throws(SluiceError) -> FileReport
}

extension Format {
    package func report(_ input: FileInput) throws(SluiceError) -> FileReport { try FileReport(self, input) }
    package func check(writing schema: Schema) throws(SluiceError) {}
    package static var compressesItself: Bool { false }
    package var name: String { Self.name }
}

/// What a file says of itself.
package struct FileDescription: Sendable {
    /// Column names, dialect and warnings.
    package var layout: FileLayout
    /// Where the file states its columns' types; nil where they must be inferred.
    package var schema: Schema?
    /// Where the file states it.
    package var rowCount: Int64?

    package init(layout: FileLayout, schema: Schema? = nil, rowCount: Int64? = nil) {
        self.layout = layout
        self.schema = schema
        self.rowCount = rowCount
    }
}

/// What to do with a column that is wanted and that the file does not have.
package enum MissingColumns: Hashable, Sendable {
    /// It is an error: the file does not fit the declared schema.
    case error
    /// All its values are null: the column appears in other files.
    case null
}

/// A format of records one after another: a framer cuts bytes into whole records, a decoder turns records into typed columns; the same
/// decoder serves files and stream payloads.
package protocol RecordFormat: Format {
    /// Whether a line of the file itself names the columns of all records.
    var readsHeader: Bool { get }

    /// Starts reading a file whose bytes are decompressed already; reads its header.
    ///
    /// - Parameter path: names the file in places and messages.
    func framer(_ source: InputBytes, path: String) throws(SluiceError) -> any RecordFramer

    /// A decoder for records of files with this layout.
    ///
    /// - Parameter schema: the wanted columns only; their types are checked against every value.
    /// - Throws: `headerMismatch` when a column is missing and may not be; `typeError` for a type that the format cannot hold.
    func decoder(_ layout: FileLayout, schema: Schema, missing: MissingColumns) throws(SluiceError) -> any RecordDecoder

    /// Takes what the records show of the columns' types into `sample`.
    func observe(_ framed: FramedRecords, layout: FileLayout, sample: inout ShapeSample)

    /// Takes the records of a file of this layout into the evidence of its table.
    func evidenceReader(_ layout: FileLayout, path: String) throws(SluiceError) -> any EvidenceReader

    /// A writer of batches with exactly this schema.
    func encoder(_ schema: Schema) throws(SluiceError) -> any RecordEncoder
}

extension RecordFormat {
    package var readsHeader: Bool { false }

    /// Starts reading a file as it lies in a store: decompressed by its content, then framed.
    ///
    /// - Throws: What `FileInput.recordBytes` throws for a file that is none of the format; what `framer` throws.
    package func open(_ input: FileInput) throws(SluiceError) -> any RecordFramer {
        try framer(input.recordBytes(of: name), path: input.path)
    }

    package func describe(_ input: FileInput) throws(SluiceError) -> FileDescription { FileDescription(layout: try open(input).layout) }

    package func reader(_ input: FileInput, _ request: ReadRequest) throws(SluiceError) -> any FileReader {
        let framer = try open(input)
        let decoder = try decoder(framer.layout, schema: request.schema, missing: request.missing)
        return RecordFileReader(
            framer: framer, decoder: request.known.map { decoder.noticing(membersBeyond: $0) } ?? decoder, request: request)
    }

    package func writer(_ schema: Schema) throws(SluiceError) -> any FileWriter { RecordFileWriter(try encoder(schema)) }
}
