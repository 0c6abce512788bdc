import SluiceTestKit

/// A terminal of 80 columns and 24 rows for programs that behave differently on one, made by Python's `pty`.
enum PseudoTerminal {
    static let isThere = InstalledProgram.isThere("python3")

    /// Copies all that the program writes until the terminal's other end is closed, which `script` does not when it is slow.
    private static let script = """
        import os, pty, sys
        sys.exit(os.waitstatus_to_exitcode(pty.spawn(['/bin/sh', '-c', 'stty cols 80 rows 24; ' + sys.argv[1]])))
        """

    /// Runs a line of the shell on a terminal; what it wrote to it is the result's output.
    static func run(
        _ line: String, environment: [String: String] = [:], directory: String
    ) async throws -> CommandResult {
        try await Command("python3", ["-c", script, line], environment: environment, directory: directory).run()
    }
}
