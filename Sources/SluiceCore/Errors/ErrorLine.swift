/// An error that stands for several of the project's own.
package protocol ErrorList: Error {
    /// Never empty.
    var errors: [SluiceError] { get }
}

/// Errors in one line, for what people are told in passing: a warning, a state, a part of a sentence.
package enum ErrorLine {
    /// Where it is, what is wrong and what to do; of several errors the first, and how many there are beside it.
    package static func text(_ error: any Error) -> String {
        switch error {
        case let one as SluiceError: return text(one)
        case let several as any ErrorList:
            let more = several.errors.count - 1
            return text(several.errors[0]) + (more > 0 ? " (and \(more) more)" : "")
        default: return "\(error)"
        }
    }

    private static func text(_ error: SluiceError) -> String {
        (error.location.map { "\($0): " } ?? "") + error.message + (error.remedy.map { "; \($0)" } ?? "")
    }
}
