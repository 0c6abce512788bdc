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
                rows, or those that --sample says. --full reads all of any file. "-" is standard input; named pipes and <(…) are read as it is.

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
    @Option(parsing: .unconditional, help: ArgumentHelp("Read this many rows for the counts and bounds.", valueName: "rows"))
    var sample: Int?
    @Flag(help: "Read all rows, however many there are.") var full = false
    @Flag(help: "Show only the schema.") var schema = false
    @Flag(name: .customLong("columns"), help: "Show only the columns.") var onlyColumns = false
    @Flag(name: .customLong("row-groups"), help: "Show only the row groups, with every column of them.") var rowGroups = false
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if let sample, sample < 1 { throw ValidationError("--sample takes a number of rows, 1 or more, not \(sample)") }
        if sample != nil, full { throw ValidationError("--sample and --full contradict each other") }
        if [schema, onlyColumns, rowGroups].filter(\.self).count > 1 {
            throw ValidationError("choose one of --schema, --columns and --row-groups")
        }
    }

    func report() async throws -> Report {
        do {
            return try await Interruption.cancelling { try await inspect() }
        } catch {
            throw ConversionError(inspecting: error)
        }
    }

    private func inspect() async throws -> Report {
        let spooled = try SpooledInputs(files, directory: ScratchDirectory.parent)
        let options = try ConversionOptions.reading(from: from, dialect.options + inputOptions)
        var entries: [InspectionEntry] = []
        for finding in try await InspectedFile.findings(files, options, spooled) {
            do {
                entries.append(.page(try await page(try finding.result.get(), spooled)))
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                entries.append(.failure(finding.path, ConversionError(inspecting: error)))
            }
        }
        let failures = entries.compactMap(\.failure)
        if failures.count == entries.count { throw DefinitionErrors(failures.flatMap(\.errors)) }
        if !output.json { show(failures) }
        let pages = entries.compactMap(\.page)
        let blocks = pages.enumerated().flatMap { number, page in (number > 0 ? [.blank] : []) + shown(page) }
        let json = entries.map(\.json)
        return Report(
            blocks, json: json.count == 1 ? json[0] : .object(["files": .list(json)]), status: failures.isEmpty ? .done : .failed)
    }

    private func page(_ file: InspectedFile, _ spooled: SpooledInputs) async throws -> InspectionPage {
        var page = InspectionPage(file: file)
        if !rowGroups {
            page.profile = try await ColumnProfiler(file: file, spooled: spooled).profile(limit: limit(file), isShallow: schema)
        }
        return page
    }

    /// One file's errors do not hide what the others are.
    private func show(_ failures: [ConversionError]) {
        let console = Invocation.current.console
        for failure in failures {
            console.err.write(ErrorReport(failure).text(width: console.err.width, style: console.err.style))
        }
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

/// What `inspect` found out about one file.
private enum InspectionEntry {
    case page(InspectionPage)
    case failure(String, ConversionError)

    var page: InspectionPage? { if case .page(let page) = self { page } else { nil } }
    var failure: ConversionError? { if case .failure(_, let error) = self { error } else { nil } }

    var json: Value {
        switch self {
        case .page(let page): page.json
        case .failure(let path, let error):
            .object(["file": .string(path), "error": error.errors.first.map(ErrorReport.json) ?? .null])
        }
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
