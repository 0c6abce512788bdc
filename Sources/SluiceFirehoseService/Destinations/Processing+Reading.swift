import SluiceCore
import SluiceServer

extension Processing {
    /// Reads the member `ProcessingConfiguration`.
    init(_ input: inout InputReader) throws(ServiceFault) {
        self.init()
        guard let processors = try input.structure("ProcessingConfiguration", Self.processors) else { return }
        for processor in processors { try add(processor) }
    }

    private struct Processor {
        var type: String
        var parameters: [String: String]
    }

    private static func processors(_ reader: inout InputReader) throws(ServiceFault) -> [Processor] {
        let isEnabled = try reader.boolean("Enabled") ?? true
        var processors: [Processor] = []
        for (index, element) in (reader.value("Processors")?.elements ?? []).enumerated() {
            var processor = try InputReader(element, at: "processingConfiguration.processors.\(index + 1).member")
            let type = try processor.requiredText("Type", Rules.processor)
            var parameters: [String: String] = [:]
            for (place, element) in (processor.value("Parameters")?.elements ?? []).enumerated() {
                var parameter = try InputReader(
                    element, at: "processingConfiguration.processors.\(index + 1).member.parameters.\(place + 1).member")
                let name = try parameter.requiredText("ParameterName", Rules.parameter)
                parameters[name] = try parameter.requiredText("ParameterValue", Rules.parameterValue)
                try parameter.finish()
            }
            try processor.finish()
            processors.append(Processor(type: type, parameters: parameters))
        }
        return isEnabled ? processors : []
    }

    private mutating func add(_ processor: Processor) throws(ServiceFault) {
        switch processor.type {
        case "AppendDelimiterToRecord": delimiter = Self.unescaped(processor.parameters["Delimiter"] ?? "\\n")
        case "RecordDeAggregation": splitting = try Self.splitting(processor.parameters)
        case "MetadataExtraction": query = try Self.query(processor.parameters)
        case "Lambda": function = try Self.function(processor.parameters)
        default:
            throw Faults.unsupported(
                "The processor \(processor.type)", "records are delivered as they come; a pipeline reads compressed files and log events")
        }
    }

    private static func splitting(_ parameters: [String: String]) throws(ServiceFault) -> Splitting {
        switch parameters["SubRecordType"] {
        case "JSON": return .json
        case "DELIMITED":
            guard let text = parameters["Delimiter"], let delimiter = Base64.decode(Array(text.utf8)), !delimiter.isEmpty else {
                throw Faults.invalid("RecordDeAggregation with DELIMITED needs the parameter Delimiter, in base 64")
            }
            return .delimited(delimiter)
        case let other:
            throw Faults.invalid("SubRecordType of RecordDeAggregation must be JSON or DELIMITED, not \(other ?? "missing")")
        }
    }

    private static func function(_ parameters: [String: String]) throws(ServiceFault) -> Function {
        guard let arn = parameters["LambdaArn"], let name = ResourceARN(arn)?.functionName else {
            throw Faults.invalid("The processor Lambda needs the parameter LambdaArn, with the ARN of a function")
        }
        let bounds = [("NumberOfRetries", 0...300.0), ("BufferSizeInMBs", 0.2...3), ("BufferIntervalInSeconds", 0...900)]
        for (parameter, range) in bounds {
            guard let text = parameters[parameter] else { continue }
            guard let number = Double(text), range.contains(number) else {
                throw Faults.invalid("\(parameter) \(text) of the processor Lambda is out of its range")
            }
        }
        return Function(name: name, arn: arn)
    }

    private static func query(_ parameters: [String: String]) throws(ServiceFault) -> MetadataQuery {
        guard let engine = parameters["JsonParsingEngine"], engine.hasPrefix("JQ") else {
            throw Faults.invalid("JsonParsingEngine of MetadataExtraction must be JQ-1.6")
        }
        guard let text = parameters["MetadataExtractionQuery"] else {
            throw Faults.invalid("MetadataExtraction needs the parameter MetadataExtractionQuery")
        }
        do throws(PatternFault) {
            return try MetadataQuery(text)
        } catch {
            throw Faults.invalid("MetadataExtractionQuery \(text) is not valid: \(error.reason)")
        }
    }

    /// `\n`, `\r`, `\t` and `\\` as people write them.
    private static func unescaped(_ text: String) -> [UInt8] {
        text.replacing("\\\\", with: "\u{0}").replacing("\\n", with: "\n").replacing("\\r", with: "\r").replacing("\\t", with: "\t")
            .replacing("\u{0}", with: "\\").utf8.map { $0 }
    }
}

extension Conversion {
    /// Reads the member `DataFormatConversionConfiguration`; nil where there is none, or it is switched off.
    static func read(_ input: inout InputReader) throws(ServiceFault) -> Conversion? {
        try input.structure("DataFormatConversionConfiguration", configuration) ?? nil
    }

    private static func configuration(_ reader: inout InputReader) throws(ServiceFault) -> Conversion? {
        guard try reader.boolean("Enabled") ?? true else { return nil }
        var conversion = Conversion(database: "", table: "")
        let schema = try reader.structure("SchemaConfiguration") { schema throws(ServiceFault) in
            conversion.database = try schema.requiredText("DatabaseName", Rules.word)
            conversion.table = try schema.requiredText("TableName", Rules.word)
            conversion.catalogID = try schema.text("CatalogId", Rules.word)
            conversion.region = try schema.text("Region", Rules.word)
            _ = try schema.text("RoleARN", Rules.word)
            return try schema.text("VersionId", Rules.word) ?? "LATEST"
        }
        if schema == nil { reader.missing("SchemaConfiguration") }
        if let schema, schema != "LATEST" {
            guard let number = Int(schema), number > 0 else { throw Faults.invalid("VersionId \(schema) is no version of a table") }
            conversion.version = number
        }
        if reader.value("InputFormatConfiguration")?["Deserializer"] == nil { reader.missing("InputFormatConfiguration") }
        _ = try reader.structure("InputFormatConfiguration") { input throws(ServiceFault) in
            _ = try input.structure("Deserializer") { serde throws(ServiceFault) in try conversion.readInput(&serde) }
        }
        if reader.value("OutputFormatConfiguration")?["Serializer"] == nil { reader.missing("OutputFormatConfiguration") }
        _ = try reader.structure("OutputFormatConfiguration") { output throws(ServiceFault) in
            _ = try output.structure("Serializer") { serde throws(ServiceFault) in try conversion.readOutput(&serde) }
        }
        return conversion
    }

    private mutating func readInput(_ serde: inout InputReader) throws(ServiceFault) {
        if let hive = serde.value("HiveJsonSerDe") {
            if let formats = hive["TimestampFormats"], formats != .list([]) {
                throw Faults.unsupported("TimestampFormats", "times are read as ISO 8601 has them")
            }
            return
        }
        var conversion = self
        _ = try serde.structure("OpenXJsonSerDe") { openX throws(ServiceFault) in
            conversion.ignoresCase = try openX.boolean("CaseInsensitive") ?? true
            conversion.dotsBecomeUnderscores = try openX.boolean("ConvertDotsInJsonKeysToUnderscores") ?? false
            let mappings = try openX.map("ColumnToJsonKeyMappings", count: 0...1_000, key: Rules.word, value: Rules.word) ?? [:]
            for (column, key) in mappings { conversion.mappings[key] = column }
        }
        guard serde.value("OpenXJsonSerDe") != nil else { throw Faults.invalid("Deserializer must have OpenXJsonSerDe or HiveJsonSerDe") }
        self = conversion
    }

    private mutating func readOutput(_ serde: inout InputReader) throws(ServiceFault) {
        if serde.value("OrcSerDe") != nil { throw Faults.unsupported("OrcSerDe", "there is no writer of ORC; use ParquetSerDe") }
        var conversion = self
        _ = try serde.structure("ParquetSerDe") { parquet throws(ServiceFault) in
            switch try parquet.text("Compression", Rules.parquetCompression) {
            case "GZIP": conversion.codec = "gzip"
            case "UNCOMPRESSED": conversion.codec = "none"
            default: conversion.codec = "snappy"
            }
            conversion.pageVersion = try parquet.text("WriterVersion", Rules.writerVersion) == "V2" ? 2 : 1
            conversion.usesDictionaries = try parquet.boolean("EnableDictionaryCompression") ?? false
            _ = try parquet.integer("BlockSizeBytes", 67_108_864 ... .max)
            _ = try parquet.integer("PageSizeBytes", 65_536 ... .max)
            _ = try parquet.integer("MaxPaddingBytes", 0 ... .max)
        }
        guard serde.value("ParquetSerDe") != nil else { throw Faults.invalid("Serializer must have ParquetSerDe") }
        self = conversion
    }
}
