package import SluiceCore

/// Avro object container files (Avro specification 1.12).
package struct AvroFormat: Format {
    package static let name = "avro"
    package static let summary = "Avro object container files: blocks of records with their schema"
    package static let fileExtensions = ["avro"]
    package static let options = [
        OptionSpec(
            "codec", .choice(AvroCodec.allCases.map(\.rawValue)), .write, default: .text(AvroCodec.snappy.rawValue),
            "How blocks are compressed."),
        OptionSpec("codec_level", .integer(1...12), .write, "For deflate and zstandard: 1 is fastest, 12 makes the smallest files."),
        NanosecondReading.option("timestamps in nanoseconds"),
        OptionSpec("record_name", .text, .write, default: .text("record"), "The full name of the schema's record."),
    ]

    let codec: AvroCodec
    let codecLevel: Int?
    let recordName: String
    let nanoseconds: NanosecondReading

    package init(options: [String: OptionValue]) throws(SluiceError) {
        let checked = try CheckedOptions(options, specs: Self.options, owner: Self.name)
        codec = AvroCodec(rawValue: checked.text("codec") ?? "") ?? .snappy
        codecLevel = if case .integer(let level)? = checked.given["codec_level"] { level } else { nil }
        if codecLevel != nil, codec != .deflate, codec != .zstandard {
            throw SluiceError(
                .invalidOption,
                "option \"codec_level\" of avro is for deflate and zstandard, and blocks are compressed with \(codec.rawValue)",
                remedy: "set codec: zstandard, or leave the level out")
        }
        recordName = checked.text("record_name") ?? ""
        nanoseconds = NanosecondReading(checked)
    }

    package func describe(_ input: FileInput) throws(SluiceError) -> FileDescription {
        var start = PrefixedSource(try input.plainBytes())
        if let kind = FileKind(start.peek(FileKind.probedBytes)), kind.format != Self.name { throw kind.error(Self.name, path: input.path) }
        var bytes = AvroInput(start, path: input.path)
        let header = try AvroHeader(&bytes, nanoseconds: nanoseconds)
        let fields = header.type.fileFields.map(\.column)
        let schema: Schema
        do throws(SluiceError) {
            schema = try Schema(fields)
        } catch {
            throw error.located(at: .file(path: input.path))
        }
        return FileDescription(layout: FileLayout(format: Self.name, columns: schema.names), schema: schema)
    }

    package func reader(_ input: FileInput, _ request: ReadRequest) throws(SluiceError) -> any FileReader {
        var bytes = AvroInput(try input.plainBytes(), path: input.path)
        let header = try AvroHeader(&bytes, nanoseconds: nanoseconds)
        return try AvroFileReader(bytes, header, request)
    }

    package func writer(_ schema: Schema) throws(SluiceError) -> any FileWriter { try AvroFileWriter(schema, self) }
}
