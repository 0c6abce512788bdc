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

    /// In the words of `inspect`, which has no `--columns` with types.
    init(inspecting error: any Error) {
        guard let errors = DefinitionErrors.list(error) else {
            self.init(error)
            return
        }
        self.init(
            DefinitionErrors(
                errors.map { error in
                    var adapted = error
                    guard let remedy = error.remedy, let place = remedy.firstRange(of: "declare the columns under columns:") else {
                        return error
                    }
                    let rest = remedy[..<place.lowerBound]
                    adapted.remedy = rest.isEmpty ? nil : rest.hasSuffix(", or ") ? String(rest.dropLast(", or ".count)) : String(rest)
                    return adapted
                }))
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
