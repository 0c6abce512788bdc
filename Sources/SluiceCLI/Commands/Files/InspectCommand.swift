import ArgumentParser
import SluiceConnectors
import SluiceCore
import SluiceFormats
import SluicePipelines

struct InspectCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "inspect", abstract: "Show what a file is: format, dialect, columns with their values, metadata.",
            usage: "\(program) inspect <file> ... [<options>]",
            discussion: """
                All rows are read for the counts and bounds of the columns, unless the file is larger than 1 GB: then its first million \
                rows, or those that --sample says. --full reads all of any file. "-" is standard input.

                Examples:
                  \(program) inspect orders.csv
                  \(program) inspect flights.parquet --row-groups
                  \(program) inspect old.txt --from csv --delimiter ';'
                  \(program) inspect data.csv.gz --json
                """)
    }

    @Argument(help: ArgumentHelp("Files, patterns, directories or -.", valueName: "file"), completion: .file()) var files: [String]
    @Option(help: ArgumentHelp("The files' format.", valueName: "format"), completion: NameCompletion.formats) var from: String?
    @OptionGroup var dialect: DialectArguments
    @Option(name: .customLong("in-option"), help: ArgumentHelp("An option of the files' format.", valueName: "key=value"))
    var inputOptions: [String] = []
    @Option(help: ArgumentHelp("Read this many rows for the counts and bounds.", valueName: "rows")) var sample: Int?
    @Flag(help: "Read all rows, however many there are.") var full = false
    @Flag(help: "Show only the schema.") var schema = false
    @Flag(name: .customLong("columns"), help: "Show only the columns.") var onlyColumns = false
    @Flag(name: .customLong("row-groups"), help: "Show only the row groups, with every column of them.") var rowGroups = false
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if let sample, sample < 1 { throw ValidationError("--sample takes a number of rows, 1 or more") }
        if sample != nil, full { throw ValidationError("--sample and --full contradict each other") }
        if [schema, onlyColumns, rowGroups].filter(\.self).count > 1 {
            throw ValidationError("choose one of --schema, --columns and --row-groups")
        }
    }

    func report() async throws -> Report {
        do {
            return try await Interruption.cancelling { try await inspect() }
        } catch {
            throw ConversionError(error)
        }
    }

    private func inspect() async throws -> Report {
        let input = files.contains("-") ? try SpooledInput(directory: ScratchDirectory.parent) : nil
        let options = try ConversionOptions.reading(from: from, dialect.options + inputOptions)
        var pages: [InspectionPage] = []
        for file in try await InspectedFile.files(files, OptionValues(options), standardInput: input) {
            var page = InspectionPage(file: file)
            if !rowGroups {
                let profile = ColumnProfiler(file: file, options: options, standardInput: input)
                page.profile = try await profile.profile(limit: limit(file), isShallow: schema)
            }
            pages.append(page)
        }
        let blocks = pages.enumerated().flatMap { number, page in (number > 0 ? [.blank] : []) + shown(page) }
        let json = pages.map(\.json)
        return Report(blocks, json: json.count == 1 ? json[0] : .object(["files": .list(json)]))
    }

    private func shown(_ page: InspectionPage) -> [Report.Block] {
        if schema { return page.schemaBlocks }
        if onlyColumns { return page.columnBlocks }
        if rowGroups { return page.groupBlocks(isWhole: true) }
        return page.blocks
    }

    /// Rows to read; nil: all.
    private func limit(_ file: InspectedFile) -> Int? {
        if let sample { return sample }
        return full || file.report.byteCount <= InspectionLimits.fullBytes ? nil : InspectionLimits.sampledRows
    }
}

/// Bounds of what `inspect` reads without being asked for more.
enum InspectionLimits {
    /// Stored bytes of a file that is read whole.
    static let fullBytes: Int64 = 1_000_000_000
    static let sampledRows = 1_000_000
    /// Rows from which examples are taken.
    static let exampleRows = 200
    static let examples = 3
    /// Characters of an example.
    static let exampleLength = 24
}
