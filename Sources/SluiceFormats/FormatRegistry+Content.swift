import SluiceCore

extension FormatRegistry {
    /// How many plain bytes of a file's start show its format.
    package static let probedBytes = 4_096

    /// The format that a file's start shows, decompressed; nil where it shows none.
    ///
    /// Parquet and Avro begin with a mark, JSON with a brace or bracket; CSV has a delimiter in its first line.
    package static func name(showing start: some Collection<UInt8>) -> String? {
        if start.starts(with: "PAR1".utf8) { return ParquetFormat.name }
        if start.starts(with: "Obj\u{1}".utf8) { return AvroFormat.name }
        let line = start.drop { $0 <= 0x20 || $0 > 0x7F }.prefix { $0 != 0x0A && $0 != 0x0D }
        if line.first == UInt8(ascii: "{") || line.first == UInt8(ascii: "[") { return JSONFormat.name }
        return line.contains { ",;\t|".utf8.contains($0) } ? CSVFormat.name : nil
    }
}
