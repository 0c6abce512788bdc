/// Rows go to a program as JSON lines, and come back from it as others.
package struct ExecOperation: Sendable {
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
    /// The run fails where the program neither reads nor writes for so many microseconds, though it should.
    package var timeoutMicros: Int64

    package init(command: [String], directory: String, rows: Rows, timeoutMicros: Int64) {
        self.command = command
        self.directory = directory
        self.rows = rows
        self.timeoutMicros = timeoutMicros
    }
}
