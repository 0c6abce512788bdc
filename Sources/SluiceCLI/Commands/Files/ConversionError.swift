import SluiceCore
import SluicePipelines

/// What ended a command over files, in the words of its command line, with the arguments in which errors are placed.
struct ConversionError: Error {
    let underlying: any Error
    let documents: [DefinitionDocument]

    init(_ error: any Error, _ request: ConversionRequest) { self.init(error, documents: request.documents) }

    init(_ error: any Error, documents: [DefinitionDocument] = []) {
        self.documents = documents
        if let errors = DefinitionErrors.list(error) {
            underlying = DefinitionErrors(
                errors.map { error in
                    var adapted = error.inArgument
                    adapted.message = CommandLineWords.adapted(error.message)
                    adapted.remedy = error.remedy.map(CommandLineWords.adapted)
                    return adapted
                })
        } else {
            underlying = error
        }
    }

    /// All that are in it.
    var errors: [SluiceError] { ErrorReport(self).errors }

    /// The line of an argument that an error is about.
    func excerpt(_ error: SluiceError) -> ErrorExcerpt? {
        for document in documents {
            if let found = DefinitionExcerpt(error, in: document) {
                return ErrorExcerpt(lineNumber: found.lineNumber, line: found.line, marked: found.marked)
            }
        }
        return nil
    }
}

extension SluiceError {
    /// A column that an argument names and no input has is a wrong argument, not a wrong input.
    fileprivate var inArgument: SluiceError {
        guard code == .headerMismatch, case .file("--columns", _, _) = location else { return self }
        return SluiceError(.unknownColumn, message, at: location, remedy: remedy, underlying: underlying)
    }
}

/// Says with options what messages of the readers say with keys of a definition.
enum CommandLineWords {
    private static let words = [
        (
            "set `on_error: dead_letter` to keep such records aside and go on",
            "add --on-error dead-letters to keep such records aside and go on"
        ),
        ("declare the columns under columns: to set such records aside", "declare the columns with --columns, and add --on-error skip"),
        ("declare the columns under columns: if the files may be empty", "declare them with --columns if the files may be empty"),
        ("declare the columns under columns:", "declare the columns with --columns"),
        ("narrow the pattern to files of one format, or set format", "convert the files of each format by themselves, or say --from"),
        ("set format to one of", "say with --from one of"),
        ("set `nanoseconds: truncate` under `options:`", "add --in-option nanoseconds=truncate"),
        ("leave compression out: ", ""),
        (" (step \"source\")", ""),
    ]

    static func adapted(_ text: String) -> String {
        var text = words.reduce(text) { $0.replacing($1.0, with: $1.1) }
        // `columns: {amount: …}`
        if let start = text.firstRange(of: "under `columns: {"), let end = text[start.upperBound...].firstRange(of: "}`") {
            text.replaceSubrange(start.lowerBound..<end.upperBound, with: "with --columns \"\(text[start.upperBound..<end.lowerBound])\"")
        }
        if let start = text.firstRange(of: ": set encoding: "), let end = text[start.upperBound...].firstRange(of: " to read it so") {
            text.replaceSubrange(
                start.lowerBound..<end.upperBound, with: ": add --encoding \(text[start.upperBound..<end.lowerBound]) to read it so")
        }
        // `header: [3 names]`
        if let start = text.firstRange(of: "set skip_lines: "),
            let end = text[start.upperBound...].firstRange(of: " and give the names as header: [")
        {
            let lines = text[start.upperBound..<end.lowerBound]
            text.replaceSubrange(
                start.lowerBound..., with: "add --in-option skip_lines=\(lines) and give the names as --in-option header=a,b,…")
        }
        return text
    }
}
