import ArgumentParser
import SluiceConnectors
import SluiceCore
import SluicePipelines

/// How the rows of a query are shown or written.
enum QueryFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
    case table, markdown, csv, jsonl, json, parquet, avro

    /// As the name of a file tells.
    init?(output: String) {
        let plain = [".gz", ".gzip", ".zst", ".zstd", ".zz", ".sz"].reduce(output.lowercased()) {
            $0.hasSuffix($1) ? String($0.dropLast($1.count)) : $0
        }
        let endings: [(String, QueryFormat)] = [
            (".csv", .csv), (".tsv", .csv), (".jsonl", .jsonl), (".ndjson", .jsonl), (".json", .json), (".parquet", .parquet),
            (".pq", .parquet),
            (".avro", .avro), (".md", .markdown), (".txt", .table),
        ]
        guard let found = endings.first(where: { plain.hasSuffix($0.0) }) else { return nil }
        self = found.1
    }

    /// Whether the rows are drawn for people, and not written by one of the formats of files.
    var isDrawn: Bool { self == .table || self == .markdown }

    /// The format of files, as it is registered.
    var fileFormat: String {
        switch self {
        case .jsonl, .json: "json"
        default: rawValue
        }
    }

    /// Options of a conversion's output.
    ///
    /// - Throws: `invalidOption` or `usage`, with the nearest names.
    func writing(_ output: String, options: [String]) throws(SluiceError) -> [(String, DefinitionNode)] {
        var writing = ConversionOptions.Writing()
        writing.format = fileFormat
        writing.options = options
        if self == .json { writing.options.insert("layout=array", at: 0) }
        if output.lowercased().contains(".tsv"), self == .csv { writing.options.insert("delimiter=\t", at: 0) }
        return try ConversionOptions.writing(writing, output: output)
    }
}
