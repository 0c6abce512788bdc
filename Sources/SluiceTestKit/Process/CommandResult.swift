/// What a program left behind.
package struct CommandResult: Sendable {
    /// How a process ended.
    package enum Ending: Hashable, Sendable {
        case exit(Int32)
        case signal(Int32)
        /// It was killed because it ran longer than the test allowed.
        case timeout
    }

    package var ending: Ending
    package var output: String
    package var errors: String
    /// The largest resident memory that the kernel counted for the process, in bytes, as last seen before its end.
    package var peakMemoryBytes: Int

    /// The exit code; nil when a signal or the timeout ended the process.
    package var exitCode: Int32? {
        if case .exit(let code) = ending { code } else { nil }
    }

    /// Everything in one text, for a message of a failed expectation.
    package var transcript: String { "ended: \(ending)\n--- output\n\(output)\n--- errors\n\(errors)" }

    /// Standard output as one JSON document.
    package func json() throws -> JSONDocument { try JSONDocument(parsing: output) }
}
