import ArgumentParser
import SluiceConnectors
import SluiceEngine
import SluicePipelines

/// How files are read and written.
struct FormatArguments: ParsableArguments, Sendable {
    @Option(help: ArgumentHelp("Format of the inputs.", valueName: "format"), completion: NameCompletion.formats) var from: String?
    @Option(help: ArgumentHelp("Format of the output.", valueName: "format"), completion: NameCompletion.formats) var to: String?
    @Option(
        help: ArgumentHelp(
            "Compression of the output: none, gzip, zlib, zstd, snappy; as its name ends otherwise. For Parquet and Avro, of the blocks inside.",
            valueName: "codec"))
    var compression: String?
    @Option(
        name: .customLong("compression-level"), help: ArgumentHelp("1 is fastest, 9 makes the smallest files.", valueName: "level"))
    var compressionLevel: Int?
    @Option(
        name: .customLong("partition-by"),
        help: ArgumentHelp(
            "Columns, separated by commas, whose values become directories of an output that ends in /.", valueName: "columns"))
    var partitionBy: String?
    @Option(
        name: .customLong("in-option"), help: ArgumentHelp("An option of the inputs' format.", valueName: "key=value"))
    var inputOptions: [String] = []
    @Option(
        name: .customLong("out-option"), help: ArgumentHelp("An option of the output's format.", valueName: "key=value"))
    var outputOptions: [String] = []
    @OptionGroup var dialect: DialectArguments

    /// A shorter way to say some options of the inputs' format.
    var allInputOptions: [String] { dialect.options + inputOptions }

    var writing: ConversionOptions.Writing {
        var writing = ConversionOptions.Writing()
        writing.format = to
        writing.compression = compression
        writing.compressionLevel = compressionLevel
        writing.options = outputOptions
        writing.partitionBy = partitionBy
        return writing
    }
}

/// The options of text files that are needed most.
struct DialectArguments: ParsableArguments, Sendable {
    @Option(help: ArgumentHelp("The inputs' delimiter: --in-option delimiter=…", valueName: "text")) var delimiter: String?
    @Option(help: ArgumentHelp("The inputs' encoding: --in-option encoding=…", valueName: "name")) var encoding: String?
    @Flag(name: .customLong("no-header"), help: "The inputs' first line is data: --in-option header=false") var noHeader = false

    var options: [String] {
        [delimiter.map { "delimiter=" + $0 }, encoding.map { "encoding=" + $0 }, noHeader ? "header=false" : nil].compactMap(\.self)
    }
}

/// Which rows and columns are wanted.
struct RowArguments: ParsableArguments, Sendable {
    @Option(
        help: ArgumentHelp("Columns and expressions: \"a, b, a + b AS c\"; \"*, a + b AS c\" keeps all.", valueName: "list"))
    var select: String?
    @Option(name: .customLong("where"), help: ArgumentHelp("Rows for which a condition is true.", valueName: "condition")) var condition:
        String?
    @Option(parsing: .unconditional, help: ArgumentHelp("The first rows only.", valueName: "rows")) var limit: Int?
    @Option(
        help: ArgumentHelp("Types of columns: \"id: string, amount: decimal(12,2)\"; those of the others are inferred.", valueName: "types")
    )
    var columns: String?
    @Option(
        name: .customLong("on-new-column"),
        help: ArgumentHelp(
            "What --columns does not name: add infers its type, ignore leaves it out, fail ends the conversion. Default: add.",
            valueName: "policy"))
    var onNewColumn: NewColumns?
    @Option(
        name: .customLong("infer-from"),
        help: ArgumentHelp(
            "What fields and types are inferred from: a sample, or all records, which reads the inputs twice. Default: sample.",
            valueName: "records"))
    var inferFrom: InferenceOptions.Extent?
    @Option(
        help: ArgumentHelp(
            "What texts are that look like numbers or times: infer makes those of them, keep leaves each as it is written. Default: infer.",
            valueName: "policy"))
    var texts: InferenceOptions.Texts?

    func check() throws {
        if let onNewColumn, onNewColumn != .add, columns == nil {
            throw ValidationError("--on-new-column \(onNewColumn.rawValue) needs --columns, which names the columns that are not new")
        }
        if let limit, limit < 0 { throw ValidationError("--limit takes a number of rows, 0 or more, not \(limit)") }
    }
}

extension NewColumns: ExpressibleByArgument {}
extension InferenceOptions.Extent: ExpressibleByArgument {}
extension InferenceOptions.Texts: ExpressibleByArgument {}

/// What happens to records that cannot be read, or computed with.
struct FailureArguments: ParsableArguments, Sendable {
    enum Policy: String, ExpressibleByArgument, CaseIterable, Sendable {
        case fail, skip
        case deadLetters = "dead-letters"
    }

    @Option(
        name: .customLong("on-error"),
        help: ArgumentHelp(
            "fail ends the conversion, skip counts them, dead-letters keeps them in a file. Default: fail.", valueName: "policy"))
    var onError: Policy?
    @Option(
        name: .customLong("dead-letters"),
        help: ArgumentHelp("Keep them in this file, as JSON lines. Otherwise beside the output.", valueName: "file"), completion: .file())
    var deadLetters: String?
    @Flag(help: "Exit with 3 if there were any.") var strict = false

    func check() throws {
        if deadLetters != nil, let onError, onError != .deadLetters {
            throw ValidationError("--dead-letters and --on-error \(onError.rawValue) contradict each other")
        }
    }

    var policy: ErrorPolicy {
        switch onError {
        case nil: deadLetters == nil ? .fail : .deadLetter
        case .fail: .fail
        case .skip: .skip
        case .deadLetters: .deadLetter
        }
    }
}

/// How the machine is used.
struct WorkArguments: ParsableArguments, Sendable {
    @Flag(help: "Replace an output that exists.") var force = false
    @Option(help: "Tasks side by side. Otherwise one for each core.") var jobs: Int?
    @Option(help: ArgumentHelp("Memory that one step may hold, such as 500MB; 1MiB or more.", valueName: "size")) var memory: ByteCount?
    @Flag(help: "Print nothing but errors.") var quiet = false

    func check() throws {
        if let jobs, !(1...1024).contains(jobs) { throw ValidationError("--jobs takes a number from 1 to 1024") }
        try memory?.checkStepMemory()
    }

    var options: RunOptions {
        var options = RunOptions()
        if let jobs { options.width = jobs }
        if let memory { options.stateBytes = memory.bytes }
        return options
    }
}
