import SluiceCore
import SluiceJSON

/// The classes with which Hive, Spark and Athena read a format.
///
/// Names: Apache Hive's storage handlers, the OpenX JSON SerDe that Athena and Glue use, and the Grok SerDe of AWS Glue.
enum HiveFormats {
    private static let text = ("org.apache.hadoop.mapred.TextInputFormat", "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat")

    /// The descriptor of a table with such files; empty for a format that Hive has no classes for.
    static func storage(of definition: TableDefinition) -> StorageDescriptor {
        var storage = StorageDescriptor()
        switch definition.format {
        case "csv":
            (storage.inputFormat, storage.outputFormat) = text
            let options = definition.formatOptions
            storage.serDe = .init(
                library: "org.apache.hadoop.hive.serde2.OpenCSVSerde",
                parameters: ["separatorChar": options["delimiter"] ?? ",", "quoteChar": options["quote"] ?? "\""])
        case "json", "jsonl":
            (storage.inputFormat, storage.outputFormat) = text
            storage.serDe = .init(library: "org.openx.data.jsonserde.JsonSerDe")
        case "text":
            (storage.inputFormat, storage.outputFormat) = text
            guard let patterns = texts(definition.formatOptions["pattern"]), patterns.count == 1 else { break }
            var parameters = ["input.format": patterns[0]]
            if let own = texts(definition.formatOptions["patterns"]) {
                parameters["input.grokCustomPatterns"] = own.joined(separator: "\n")
            }
            storage.serDe = .init(library: "com.amazonaws.glue.serde.GrokSerDe", parameters: parameters)
        case "parquet":
            let package = "org.apache.hadoop.hive.ql.io.parquet."
            (storage.inputFormat, storage.outputFormat) = (package + "MapredParquetInputFormat", package + "MapredParquetOutputFormat")
            storage.serDe = .init(library: package + "serde.ParquetHiveSerDe", parameters: ["serialization.format": "1"])
        case "avro":
            let package = "org.apache.hadoop.hive.ql.io.avro."
            (storage.inputFormat, storage.outputFormat) = (package + "AvroContainerInputFormat", package + "AvroContainerOutputFormat")
            storage.serDe = .init(library: "org.apache.hadoop.hive.serde2.avro.AvroSerDe", parameters: ["serialization.format": "1"])
        case "orc":
            let package = "org.apache.hadoop.hive.ql.io.orc."
            (storage.inputFormat, storage.outputFormat) = (package + "OrcInputFormat", package + "OrcOutputFormat")
            storage.serDe = .init(library: package + "OrcSerde", parameters: ["serialization.format": "1"])
        default: break
        }
        return storage
    }

    /// The texts of an option that has a list of them.
    private static func texts(_ option: String?) -> [String]? {
        guard let option, case .list(let items)? = (try? JSONParser.parse(Array(option.utf8))) else { return nil }
        return items.compactMap(\.string)
    }

    /// A type as Hive writes it: `array<bigint>`, `struct<a:string>`; a choice is text.
    static func type(_ type: DataType) -> String {
        switch type {
        case .null, .string, .choice: "string"
        case .boolean: "boolean"
        case .int8: "tinyint"
        case .int16: "smallint"
        case .int32: "int"
        case .int64: "bigint"
        case .float32: "float"
        case .float64: "double"
        case .decimal(let precision, let scale): "decimal(\(precision),\(scale))"
        case .binary: "binary"
        case .date: "date"
        case .timestamp: "timestamp"
        case .list(let element): "array<\(self.type(element))>"
        case .structure(let fields): "struct<" + fields.map { "\($0.name):\(self.type($0.type))" }.joined(separator: ",") + ">"
        case .map(let key, let value): "map<\(self.type(key)),\(self.type(value))>"
        }
    }
}

extension TableDefinition {
    /// The storage descriptor that other programs are shown: what was given, and for the rest what the format means.
    package var hiveStorage: StorageDescriptor {
        let derived = HiveFormats.storage(of: self)
        var whole = storage
        whole.inputFormat = storage.inputFormat ?? derived.inputFormat
        whole.outputFormat = storage.outputFormat ?? derived.outputFormat
        whole.serDe = storage.serDe ?? derived.serDe
        return whole
    }
}

extension CatalogColumn {
    /// The type as Hive, Spark and Athena write it.
    package var hiveType: String { HiveFormats.type(type) }
}
