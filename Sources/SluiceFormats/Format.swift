package import SluiceCore

/// Bytes that can be handed to another task before they are read.
package typealias InputBytes = any ByteSource & Sendable

/// What to do with a column that is wanted and that the file does not have.
package enum MissingColumns: Hashable, Sendable {
    /// It is an error: the file does not fit the declared schema.
    case error
    /// All its values are null: the column appears in other files.
    case null
}

/// A file format: how records are found in bytes, what they hold, and how batches become bytes.
///
/// Reading has two levels, so that one decoder serves files and stream payloads: a framer cuts bytes into whole records,
/// a decoder turns records into typed columns. A new format is a folder with a type like this and a line in `FormatRegistry`.
package protocol Format: Sendable {
    /// As definitions name it: `csv`.
    static var name: String { get }
    /// One sentence, for the manual.
    static var summary: String { get }
    /// Without a dot, lower case: `csv`.
    static var fileExtensions: [String] { get }
    static var options: [OptionSpec] { get }

    /// - Throws: `unknownKey` or `invalidOption`.
    init(options: [String: OptionValue]) throws(SluiceError)

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

    /// A writer of batches with exactly this schema.
    func encoder(_ schema: Schema) throws(SluiceError) -> any RecordEncoder
}
