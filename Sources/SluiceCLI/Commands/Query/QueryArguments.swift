import ArgumentParser
import SluiceConnectors
import SluiceCore
import SluiceEngine
import SluicePipelines
import SluiceQuery

/// How rows of a query are shown.
struct QueryOutputArguments: ParsableArguments, Sendable {
    @Option(
        help: ArgumentHelp(
            "table, markdown, csv, jsonl, json, parquet or avro; as the output's name ends otherwise, or table.", valueName: "format"))
    var format: QueryFormat?
    @Option(name: .shortAndLong, help: ArgumentHelp("Write the rows into this file.", valueName: "file"), completion: .file())
    var output: String?
    @Flag(help: "Replace a file that exists.") var force = false
    @Option(name: .customLong("out-option"), help: ArgumentHelp("An option of the output's format.", valueName: "key=value"))
    var outputOptions: [String] = []
    @Option(
        name: .customLong("partition-by"),
        help: ArgumentHelp("Columns, separated by commas, that CREATE TABLE partitions by.", valueName: "columns"))
    var partitionBy: String?
    @Flag(name: .customLong("no-pager"), help: "Print long tables at once.") var noPager = false
    @Flag(help: "Print nothing beside the rows but errors.") var quiet = false

    /// The format that is meant.
    var resolved: QueryFormat { format ?? output.flatMap { QueryFormat(output: $0) } ?? .table }
}

/// How a query is answered.
struct QueryWorkArguments: ParsableArguments, Sendable {
    @Option(help: ArgumentHelp("auto, or sqlite to answer nothing with the engine.", valueName: "path")) var path = QueryOptions.Path.auto
    @Option(
        name: .customLong("on-error"),
        help: ArgumentHelp("A record that cannot be read: fail ends the query, skip counts it.", valueName: "policy"))
    var onError = QueryErrorPolicy.fail
    @Option(help: "Tasks side by side. Otherwise one for each core.") var jobs: Int?
    @Option(help: ArgumentHelp("Format of files that the query names.", valueName: "format"), completion: NameCompletion.formats)
    var from: String?
    @Option(name: .customLong("in-option"), help: ArgumentHelp("An option of that format.", valueName: "key=value"))
    var inputOptions: [String] = []
    @Option(
        help: ArgumentHelp(
            "Types of columns of files: \"id: string, amount: decimal(12,2)\"; those of the others are inferred.", valueName: "types"))
    var columns: String?
    @OptionGroup var dialect: DialectArguments

    func check() throws {
        if let jobs, !(1...1024).contains(jobs) { throw ValidationError("--jobs takes a number from 1 to 1024") }
    }

    var options: QueryOptions {
        var options = QueryOptions(width: jobs ?? Machine.coreCount, onError: onError == .fail ? .fail : .skip)
        options.path = path
        return options
    }

    /// Types of columns that are declared.
    func columnTypes() throws -> [(String, DefinitionNode)] {
        guard let columns else { return [] }
        let document = DefinitionDocument(path: "--columns", text: columns)
        do {
            return try ColumnTypesArgument.node(document).mapping().map { ($0.key, $0.value) }
        } catch {
            throw ConversionError(error, documents: [document])
        }
    }

    /// Options of files that a query names.
    func fileOptions() throws(SluiceError) -> [(String, DefinitionNode)] {
        try ConversionOptions.reading(from: from, dialect.options + inputOptions)
    }
}

/// What happens to records that cannot be read.
enum QueryErrorPolicy: String, ExpressibleByArgument, CaseIterable, Sendable { case fail, skip }

extension QueryOptions.Path: ExpressibleByArgument {}
