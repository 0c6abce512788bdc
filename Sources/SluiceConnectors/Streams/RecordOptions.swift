import SluiceCore
import SluiceFormats
import SluicePipelines

/// The options that all streams have: how their records are written, and their columns.
enum RecordOptions {
    static let reading = [
        described("How records are written. Records that came from files or rows tell it themselves."),
        FormatOptions.specification(for: .read), FileOptions.columns,
    ]

    static let writing = [described("How each row is written."), FormatOptions.specification(for: .write)]

    static let key = OptionSpecification(
        "key", .column, "The column whose text is the partition key; the record itself when absent.", examples: ["user_id"])

    private static func described(_ text: String) -> OptionSpecification {
        var option = FormatOptions.format
        option.description = text
        option.defaultValue = JSONFormat.name
        return option
    }

    static func format(_ options: OptionValues) throws(SluiceError) -> any RecordFormat {
        try FormatOptions.recordFormat(try options.string("format") ?? JSONFormat.name, options)
    }

    /// How records are read, and the declared columns.
    static func layout(_ options: OptionValues) throws(SluiceError) -> (FileLayout, [DeclaredColumn]) {
        let format = try options.string("format") ?? JSONFormat.name
        let values = try FormatOptions.values(options, format: format)
        let declared = try FileOptions.declared(options)
        _ = try FormatOptions.recordFormat(format, options)
        return (FileLayout(format: format, columns: declared.map(\.name), options: values), declared)
    }
}
