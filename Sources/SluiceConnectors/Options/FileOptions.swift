import SluiceCodecs
import SluiceCore
import SluiceFormats
import SluicePipelines
import SluiceS3

/// What happens to the files that earlier runs wrote to the same place.
enum WriteMode: String, CaseIterable, Sendable {
    /// They are replaced.
    case overwrite
    /// They stay.
    case append
}

/// The options that every connector with files has: their descriptions, and what is made of them.
enum FileOptions {
    static let reading =
        [
            described(FormatOptions.format, "The files' format; as their names tell, or the first line, when absent."),
            OptionSpecification(
                "compression", .enumeration(Codec.allCases.map(\.rawValue)),
                "How the files are compressed; as their content shows when absent."
            ),
            FormatOptions.specification(for: .read),
            columns,
            OptionSpecification(
                "on_new_column", .enumeration(NewColumns.allCases.map(\.rawValue)), default: NewColumns.add.rawValue,
                "A column of the data that columns does not declare: add infers its type, ignore leaves it out, fail is an error."),
            SourceContract.specification,
        ] + InferenceOptions.specifications

    static let writing = [
        described(FormatOptions.format, "The files' format.", default: CSVFormat.name),
        OptionSpecification(
            "compression", .enumeration(Codec.allCases.map(\.rawValue)), default: Codec.none.rawValue, "How the files are compressed."),
        OptionSpecification(
            "compression_level", .integer(1...9), default: String(Codec.defaultLevel), "1 is fastest, 9 makes the smallest files."),
        FormatOptions.specification(for: .write),
        OptionSpecification(
            "partition_by", .oneOrMany(.column),
            "Columns whose values become directories (key=value), outermost first; the files themselves do not hold them.",
            examples: ["month", "[year, month]"]),
        OutputPrefix.specification,
        OptionSpecification(
            "mode", .enumeration(WriteMode.allCases.map(\.rawValue)), default: WriteMode.overwrite.rawValue,
            "What happens to the files of earlier runs: overwrite replaces them, append leaves them. Files that Sluice did not write stay."),
    ]

    static let columns = OptionSpecification(
        "columns", .mapping(key: "column", .dataType, minimum: 1),
        "Types of columns by name. Every value is checked against its column's type; types of the other columns are inferred from a sample.",
        examples: ["{customer_id: string, amount: \"decimal(12,2)\"}"])

    private static func described(_ option: OptionSpecification, _ text: String, default value: String? = nil) -> OptionSpecification {
        var copy = option
        copy.description = text
        copy.defaultValue = value
        return copy
    }

    // MARK: Reading

    /// A source of files with the options of `reading`.
    ///
    /// - Parameter read: What an incremental pipeline has read of them.
    static func source(_ files: [InputFile], _ options: OptionValues, read: SourcePositions = [:]) throws(SluiceError) -> FileSource {
        var notices: [String] = []
        let format: any Format
        if let name = try options.string("format") {
            format = try FormatOptions.format(name, options)
        } else {
            let found: FileFormats.Found
            do throws(SluiceError) {
                found = try FileFormats.find(files, hasOptions: options.nested("options") != nil)
            } catch {
                throw error.located(at: options.location(of: "files"))
            }
            format = try FormatOptions.format(found.name, file: found.file, options)
            notices += [found.notice].compactMap(\.self)
        }
        let contract = try SourceContract(options)
        if contract != nil, !options.has("columns") {
            throw options.invalid("contract", "a contract needs the columns that it is about", remedy: "declare them under columns")
        }
        var asked = FileReadOptions(
            format: format, codec: try options.string("compression").flatMap(Codec.init(rawValue:)), declared: try declared(options),
            onNewColumn: try options.enumeration("on_new_column", as: NewColumns.self) ?? contract?.onNewColumn ?? .add)
        if asked.onNewColumn == .ignore, asked.declared.isEmpty {
            throw options.invalid(
                "on_new_column", "ignore leaves out all columns that are not declared, and columns declares none",
                remedy: "declare those wanted under columns, or leave on_new_column out")
        }
        asked.inference = try InferenceOptions(options)
        asked.inference.read = read
        var source = try FileSource(files, asked, notices: notices)
        source.contract = contract
        return source
    }

    static func declared(_ options: OptionValues) throws(SluiceError) -> [DeclaredColumn] {
        try options.columnTypes("columns").map { DeclaredColumn($0.name, $0.type, at: $0.location) }
    }

    // MARK: Writing

    /// A directory of files with the options of `writing`.
    ///
    /// - Parameter directory: As messages show it.
    /// - Throws: `invalidOption` for what is no location of objects, too.
    static func output(
        _ directory: String, _ options: OptionValues, in context: ConnectorContext
    ) throws(SluiceError) -> DirectoryOutput {
        let name = try options.string("format") ?? CSVFormat.name
        let codec = try options.string("compression").flatMap(Codec.init(rawValue:)) ?? .none
        let format = try FormatOptions.format(name, options)
        guard codec == .none || !type(of: format).compressesItself else {
            throw options.invalid(
                "compression", "files of the format \(name) are compressed inside", remedy: "write options: {codec: \(codec.rawValue)}")
        }
        var output = DirectoryOutput(
            directory: FileListing.absolute(directory), shown: directory, format: format,
            formatOptions: try FormatOptions.values(options, format: name), codec: codec,
            codecLevel: try options.integer("compression_level") ?? Codec.defaultLevel, partitionBy: try options.strings("partition_by"))
        output.prefix = try OutputPrefix(options)
        output.aggregation = try FileAggregation(options)
        if output.aggregation.isSingle { output.limits.openFiles = FileAggregation.openFiles }
        if S3Location.isOne(output.directory) {
            output.objects = ObjectOutput(try S3Location(parsing: output.directory), try ObjectOptions.site(options), in: context)
        }
        return output
    }

    static func mode(_ options: OptionValues) throws(SluiceError) -> WriteMode {
        try options.enumeration("mode", as: WriteMode.self) ?? .overwrite
    }
}
