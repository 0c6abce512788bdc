/// Rows go to a program, and come back from it as others.
package struct ExecOperation: Sendable {
    /// What both write.
    package enum Format: String, Sendable, CaseIterable {
        /// JSON lines.
        case json
        /// A stream of Arrow messages.
        case arrow
    }

    /// How the rows that come back belong to those that went.
    package enum Rows: String, Sendable, CaseIterable {
        /// One for each, in their order.
        case one
        /// Any number, at any time.
        case any
    }

    /// The program, and what it is told.
    package var command: [String]
    /// Where it works, and where a program with a slash in its name is looked for.
    package var directory: String
    package var rows: Rows
    package var format = Format.json
    /// The run fails where the program neither reads nor writes for so many microseconds, though it should.
    package var timeoutMicros: Int64

    package init(command: [String], directory: String, rows: Rows, timeoutMicros: Int64) {
        self.command = command
        self.directory = directory
        self.rows = rows
        self.timeoutMicros = timeoutMicros
    }
}
