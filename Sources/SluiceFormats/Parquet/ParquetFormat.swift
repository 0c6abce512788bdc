import SluiceCodecs
package import SluiceCore
import SluiceParquet

/// Parquet: columns in row groups, with statistics that let a reader leave out what it does not need.
package struct ParquetFormat: Format {
    package static let name = "parquet"
    package static let summary = "Columns in compressed row groups (Apache Parquet), with types and statistics"
    package static let fileExtensions = ["parquet", "pq"]
    package static let compressesItself = true
    package static let options = [
        OptionSpec(
            "codec", .choice(["snappy", "zstd", "gzip", "none"]), .write, default: .text("snappy"), "How pages are compressed."),
        OptionSpec("level", .integer(1...22), .write, "The level of zstd (1 to 22) or gzip (1 to 9); the codec's own when absent."),
        OptionSpec(
            "row_group_rows", .integer(1...100_000_000), .write, default: .integer(ParquetWriterOptions().rowGroupRows),
            "Rows of a row group, which one task reads or writes."),
        OptionSpec(
            "page_version", .integer(1...2), .write, default: .integer(1), "The version of data pages; every reader knows version 1."),
        OptionSpec(
            "dictionary", .boolean, .write, default: .boolean(true), "Whether columns with few values are written as a dictionary."),
        OptionSpec("bloom_filters", .texts, .write, "Columns that get a Bloom filter, for look-ups of single values."),
        NanosecondReading.option("timestamps in nanoseconds (and INT96)"),
        OptionSpec("checksums", .boolean, .write, default: .boolean(false), "Whether pages get a CRC-32."),
    ]

    private let writing: ParquetWriterOptions
    private let nanoseconds: NanosecondReading

    package init(options: [String: OptionValue]) throws(SluiceError) {
        let checked = try CheckedOptions(options, specs: Self.options, owner: Self.name)
        var writing = ParquetWriterOptions()
        writing.codec =
            switch checked.text("codec") {
            case "zstd": .zstd
            case "gzip": .gzip
            case "none": .none
            default: .snappy
            }
        writing.level = checked.optionalInteger("level")
        if let level = writing.level { try Self.check(level, of: writing.codec) }
        writing.rowGroupRows = checked.integer("row_group_rows")
        writing.pageVersion = checked.integer("page_version") == 2 ? .two : .one
        writing.usesDictionaries = checked.boolean("dictionary")
        writing.bloomFilters = checked.texts("bloom_filters") ?? []
        writing.writesChecksums = checked.boolean("checksums")
        self.writing = writing
        nanoseconds = NanosecondReading(checked)
    }

    private static func check(_ level: Int, of codec: BlockCodec) throws(SluiceError) {
        switch codec {
        case .zstd: return
        case .gzip:
            guard level > 9 else { return }
            throw SluiceError(.invalidOption, "gzip has no level \(level)", remedy: "write 1 to 9")
        default:
            throw SluiceError(
                .invalidOption,
                "option \"level\" of parquet is for zstd and gzip, and pages are compressed with \(codec == .none ? "none" : "snappy")",
                remedy: "set codec: zstd, or leave the level out")
        }
    }

    package func check(writing schema: Schema) throws(SluiceError) {
        for name in writing.bloomFilters { _ = try schema.require(name) }
    }

    func file(_ input: FileInput) throws(SluiceError) -> ParquetFile {
        try ParquetFile(input.access, path: input.path, nanoseconds: nanoseconds)
    }

    package func describe(_ input: FileInput) throws(SluiceError) -> FileDescription {
        let start = try input.access.bytes(at: 0, count: Int(min(input.access.byteCount, Int64(FileKind.probedBytes))))
        if let kind = FileKind(start), kind.format != Self.name { throw kind.error(Self.name, path: input.path) }
        let file = try file(input)
        let layout = FileLayout(format: Self.name, columns: file.schema.names)
        return FileDescription(layout: layout, schema: file.schema, rowCount: file.rowCount)
    }

    package func reader(_ input: FileInput, _ request: ReadRequest) throws(SluiceError) -> any FileReader {
        try ParquetFileReader(try file(input), request)
    }

    package func writer(_ schema: Schema) throws(SluiceError) -> any FileWriter {
        var writing = writing
        // A table's partition columns are not in its files.
        writing.bloomFilters = writing.bloomFilters.filter { schema.index(of: $0) != nil }
        return ParquetFileWriter(try ParquetWriter(schema: schema, options: writing))
    }
}
