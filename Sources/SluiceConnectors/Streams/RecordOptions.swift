import SluiceCatalog
import SluiceCore
import SluiceFormats
import SluicePipelines
import SluiceRegistry

/// The options that all streams have: how their records are written, and their columns.
enum RecordOptions {
    static let reading = [
        described("How records are written. Records that came from files or rows tell it themselves."),
        FormatOptions.specification(for: .read), FileOptions.columns,
        OptionSpecification(
            "schema", .enumeration([byHeader]),
            "registry: each record begins with a header of Glue or Confluent, and is read with the schema that it names."),
    ]

    /// Records say themselves which schema they have.
    private static let byHeader = "registry"

    static let writing = [
        described("How each row is written."), FormatOptions.specification(for: .write), schema, compress, SchemaContract.declaring,
    ]

    private static let schema = OptionSpecification(
        "schema", .string, "A schema of the registry: each row is written as its latest version says, behind Glue's header.",
        examples: ["sales/orders"])

    private static let compress = OptionSpecification("compress", .boolean, default: "false", "With schema: payloads are packed with zlib.")

    static let key = OptionSpecification(
        "key", .column, "The column whose text is the partition key; the record itself when absent.", examples: ["user_id"])

    private static func described(_ text: String) -> OptionSpecification {
        var option = FormatOptions.format
        option.description = text
        option.defaultValue = JSONFormat.name
        return option
    }

    /// How rows are written.
    ///
    /// - Throws: `notFound` for a schema that is not there; `invalidOption` for options that contradict each other.
    static func shape(_ options: OptionValues, in context: ConnectorContext) throws(SluiceError) -> RecordShape {
        guard let text = try options.string("schema") else {
            if options.has("compress") {
                throw options.invalid("compress", "compress is for records of a schema", remedy: "set schema, too")
            }
            return .format(try FormatOptions.recordFormat(try options.string("format") ?? JSONFormat.name, options))
        }
        if options.has("format") {
            throw options.invalid("format", "the records are written as their schema says", remedy: "leave format out")
        }
        do throws(SluiceError) {
            let registry = SchemaRegistry(try context.requireCatalog())
            let version = try registry.version(nil, of: try SchemaName(parsing: text))
            guard let id = SchemaVersionID(version.id) else {
                throw SluiceError(.stateCorrupt, "\(version.id.quotedForMessage) is no id of a version")
            }
            return .schema(
                SchemaRecords(
                    name: version.fullName, version: version.version, id: id, document: try registry.document(of: version),
                    compresses: try options.boolean("compress") ?? false))
        } catch {
            throw error.located(at: options.location(of: "schema"))
        }
    }

    /// Where records are read by their headers; nil where they are all of one format.
    static func registry(_ options: OptionValues, in context: ConnectorContext) throws(SluiceError) -> RegistryRecords? {
        guard options.has("schema") else { return nil }
        if options.has("format") {
            throw options.invalid("format", "the records are read as their schemas say", remedy: "leave format out")
        }
        return RegistryRecords(registry: SchemaRegistry(try context.requireCatalog()))
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
