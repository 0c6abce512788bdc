import SluiceCatalog
import SluiceCore
import SluicePipelines

/// Errors as a person reads them, as JSON, and as an exit status.
struct ErrorReport: Sendable {
    let errors: [SluiceError]
    /// The run that the errors ended.
    private let run: RunID?
    /// How the command is used, if it was used wrongly.
    private let usage: String
    private let excerpt: @Sendable (SluiceError) -> ErrorExcerpt?

    init(_ error: any Error, excerpt: @escaping @Sendable (SluiceError) -> ErrorExcerpt? = { ErrorExcerpt(of: $0) }) {
        let runError = error as? RunError
        let conversionError = error as? ConversionError
        let markedError = error as? MarkedError
        let error = runError?.underlying ?? conversionError?.underlying ?? markedError?.underlying ?? error
        let usageError = error as? UsageError
        run = runError?.run
        usage = usageError?.usage ?? ""
        errors = (usageError.map { [$0.error] } ?? Self.list(error) ?? [Self.unforeseen(error)]).map { KnownSecrets.masked($0) }
        self.excerpt =
            if let conversionError {
                { conversionError.excerpt($0) }
            } else if let markedError {
                { _ in markedError.excerpt }
            } else {
                excerpt
            }
    }

    /// Whether an error is one of the project's own, which says itself what to do.
    static func knows(_ error: any Error) -> Bool {
        error is UsageError || error is RunError || error is ConversionError || error is MarkedError || list(error) != nil
    }

    private static func list(_ error: any Error) -> [SluiceError]? {
        if error is CancellationError { return [SluiceError(.interrupted, "interrupted")] }
        return DefinitionErrors.list(error)
    }

    private static func unforeseen(_ error: any Error) -> SluiceError {
        SluiceError(
            .unforeseen, String(describing: error),
            remedy: "this failure was not foreseen; please report it with the command that led to it")
    }

    var status: CommandStatus {
        if errors.contains(where: { $0.code == .interrupted }) { return .interrupted }
        return errors.allSatisfy { $0.code.category == .definition } ? .wrongUsage : .failed
    }

    // MARK: For a person

    func text(width: Int, style: TextStyle) -> String {
        var text = errors.map { Self.lines($0, excerpt($0), width: width, style: style).joined(separator: "\n") + "\n" }.joined(
            separator: "\n")
        if let run { text += "   \(style.blue("= "))\(Invocation.current.programName) runs show \(run)\n" }
        if !usage.isEmpty { text += "\n" + usage + "\n" }
        if errors.count > 1 { text += "\n" + style.bold("\(errors.count) errors") + "\n" }
        return text
    }

    private static func lines(_ error: SluiceError, _ excerpt: ErrorExcerpt?, width: Int, style: TextStyle) -> [String] {
        let gutter = String(repeating: " ", count: excerpt.map { String($0.lineNumber).count + 1 } ?? 3)
        var lines = [style.red("error[\(error.code)]") + style.bold(": " + CellText.escaped(error.message))]
        if let location = error.location {
            let arrow = String(repeating: " ", count: gutter.count - 1) + "--> "
            lines.append(style.blue(arrow) + CellText.escaped(location.description))
        }
        if let excerpt { lines += excerpt.lines(width: width, style: style) }
        for note in notes(error) {
            let parts = CellText.escapedLines(note).split(separator: "\n").map(String.init)
            for (index, part) in parts.enumerated() { lines.append(gutter + (index == 0 ? style.blue("= ") : "  ") + part) }
        }
        return lines
    }

    private static func notes(_ error: SluiceError) -> [String] {
        var notes: [String] = []
        if let cause = cause(error) { notes.append("cause: " + cause) }
        if let remedy = error.remedy { notes.append(remedy) }
        return notes
    }

    private static func cause(_ error: SluiceError) -> String? {
        guard let underlying = error.underlying else { return nil }
        guard let inner = underlying as? SluiceError else { return String(describing: underlying) }
        return inner.message + (inner.location.map { " (\($0))" } ?? "")
    }

    // MARK: For a program

    /// `{"error": {…}}`; where there are several, `error` is the first and `errors` has all. `run_id` where a run was ended.
    var json: Value {
        let all = errors.map(Self.json)
        var members = [Value.Member("error", all[0])]
        if all.count > 1 { members.append(.init("errors", .list(all))) }
        if let run { members.append(.init("run_id", .string(run.text))) }
        return .structure(members)
    }

    /// One error. The keys are always there; what is not known is null.
    static func json(_ error: SluiceError) -> Value {
        var members: [Value.Member] = [.init("code", .string(error.code.name)), .init("message", .string(error.message))]
        switch error.location {
        case .file(let path, let line, let column):
            members += [.init("file", .string(path)), .init("line", .number(line)), .init("column", .number(column))]
        case .shard(let stream, let shard, let sequence):
            members += [
                .init("stream", .string(stream)), .init("shard", .string(shard)), .init("sequence", .string(sequence)),
            ]
        case nil: members += [.init("file", .null), .init("line", .null), .init("column", .null)]
        }
        members += [
            .init("remedy", .text(error.remedy)), .init("cause", .text(cause(error))), .init("retriable", .boolean(error.isRetriable)),
        ]
        return .structure(members)
    }
}

extension SluiceError.Code {
    /// An error that no part of the project turned into one of its own.
    static let unforeseen = Self("unforeseen")
}
