import SluiceCatalog
import SluiceServer

/// Which of the catalog's formats the files of a table are in, as its descriptor and parameters say.
enum TableFormats {
    /// Stands for the format of files that nobody names.
    static let unknown = "unknown"
    /// The parameter of tables in CSV that says how many lines come before the rows. Source: Apache Hive's table properties.
    static let headerLines = "skip.header.line.count"
    /// The parameter of tables in JSON that says where in a document the records are. Source: tables that AWS Glue's crawlers make.
    static let jsonPath = "jsonPath"

    /// The format, and its options for readers.
    static func format(
        _ storage: StorageDescriptor, _ parameters: [String: String], columns: [CatalogColumn]
    ) -> (name: String, options: [String: String]) {
        let library = storage.serDe?.library ?? ""
        let name =
            classified(parameters["classification"]) ?? serialized(library) ?? classified(
                storage.inputFormat.map { format in
                    ["Parquet": "parquet", "Orc": "orc", "Avro": "avro"].first { format.contains($0.key) }?.value ?? ""
                }) ?? unknown
        switch name {
        case "csv": return (name, delimited(storage, parameters, columns: columns))
        case "json": return (name, parameters[jsonPath].map { ["records": $0] } ?? [:])
        case "text": return (name, lines(storage.serDe?.parameters ?? [:]))
        default: return (name, [:])
        }
    }

    private static func classified(_ text: String?) -> String? {
        switch text?.lowercased() {
        case "csv", "tsv": "csv"
        case "json", "jsonl": "json"
        case let known? where ["parquet", "avro", "orc", "xml", "ion", "iceberg", "delta", "hudi"].contains(known): known
        default: nil
        }
    }

    private static func serialized(_ library: String) -> String? {
        if library.contains("ParquetHiveSerDe") { return "parquet" }
        if library.contains("OrcSerde") { return "orc" }
        if library.contains("AvroSerDe") { return "avro" }
        if library.lowercased().contains("jsonserde") { return "json" }
        if library.contains("GrokSerDe") { return "text" }
        return library.contains("OpenCSVSerde") || library.contains("LazySimpleSerDe") ? "csv" : nil
    }

    /// Lines of a text in a grok pattern. Source of the names: the Grok SerDe of AWS Glue.
    private static func lines(_ settings: [String: String]) -> [String: String] {
        guard let pattern = settings["input.format"], !pattern.isEmpty else { return [:] }
        var options = ["pattern": WireValue.texts([pattern]).json]
        let own = (settings["input.grokCustomPatterns"] ?? "").split(whereSeparator: \.isNewline).map(String.init)
        if !own.isEmpty { options["patterns"] = WireValue.texts(own).json }
        return options
    }

    /// Columns go by their places, as in Hive: lines of a header are passed over.
    private static func delimited(
        _ storage: StorageDescriptor, _ parameters: [String: String], columns: [CatalogColumn]
    ) -> [String: String] {
        let settings = parameters.merging(storage.parameters) { $1 }.merging(storage.serDe?.parameters ?? [:]) { $1 }
        // Fields that a row lacks are null and others are passed over, so that columns can be added.
        var options = ["header": WireValue.texts(columns.map(\.name)).json, "ragged": "fit"]
        if columns.isEmpty { options["header"] = nil }
        if let lines = settings[headerLines].flatMap({ Int($0) }), (1...1_000).contains(lines) {
            options["skip_lines"] = String(lines)
        }
        if let delimiter = settings["field.delim"] ?? settings["separatorChar"] ?? settings["delimiter"], !delimiter.isEmpty {
            options["delimiter"] = delimiter == "\\t" ? "\t" : delimiter
        }
        if let quote = settings["quoteChar"], quote.utf8.count == 1 { options["quote"] = quote }
        return options
    }
}
