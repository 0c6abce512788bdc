import SluiceCatalog
import SluiceServer

/// Which of the catalog's formats the files of a table are in, as its descriptor and parameters say.
enum TableFormats {
    /// Stands for the format of files that nobody names.
    static let unknown = "unknown"
    /// The parameter of tables in CSV that says how many lines come before the rows. Source: Apache Hive's table properties.
    static let headerLines = "skip.header.line.count"

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
        return (name, name == "csv" ? delimited(storage, parameters, columns: columns) : [:])
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
        return library.contains("OpenCSVSerde") || library.contains("LazySimpleSerDe") ? "csv" : nil
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
