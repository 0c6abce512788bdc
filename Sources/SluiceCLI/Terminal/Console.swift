import Glibc

/// The two channels of a program: results on `out`; progress, notices and errors on `err`.
struct Console: Sendable {
    let out: OutputChannel
    let err: OutputChannel

    /// The process's own channels.
    static func system() -> Console {
        Console(
            out: OutputChannel(descriptor: STDOUT_FILENO, environment: Environment.value),
            err: OutputChannel(descriptor: STDERR_FILENO, environment: Environment.value))
    }

    /// A sentence that is not an error: what a person should know beside the result.
    func notice(_ text: String) { err.writeLine(err.style.blue("notice") + ": " + CellText.escapedLines(text)) }
    func warning(_ text: String) { err.writeLine(err.style.yellow("warning") + ": " + CellText.escapedLines(text)) }
}

/// Variables of the process's environment.
enum Environment {
    /// Nil where the variable is not set.
    static func value(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}
