import Glibc

/// A program to run from a test: arguments, environment, directory and input.
///
/// Standard output and standard error go to files, so a child never waits for its reader and never sees a terminal.
package struct Command: Sendable {
    /// What the child finds on standard input.
    package enum Input: Sendable {
        case nothing
        case text(String)
        case file(String)
    }

    /// A path, or a name that `PATH` resolves.
    package var executable: String
    package var arguments: [String]
    /// The whole environment of the child; begins as `Command.cleanEnvironment`.
    package var environment: [String: String]
    /// Working directory; nil: the test's own.
    package var directory: String?
    package var input: Input
    /// What the program needs while it runs and this process would otherwise remove: a temporary directory, a mounted disk.
    package var needs: [any Sendable] = []

    package init(
        _ executable: String, _ arguments: [String] = [], environment: [String: String] = [:], directory: String? = nil,
        input: Input = .nothing
    ) {
        self.executable = executable
        self.arguments = arguments
        self.environment = Self.cleanEnvironment.merging(environment) { $1 }
        self.directory = directory
        self.input = input
    }

    /// Runs a line of bash; `pipefail` is on.
    package static func shell(_ line: String, environment: [String: String] = [:], directory: String? = nil) -> Command {
        Command("bash", ["-c", "set -o pipefail; " + line], environment: environment, directory: directory)
    }

    /// The test's environment without what would steer the program under test.
    package static let cleanEnvironment: [String: String] = {
        var result: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            let pair = String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if pair.count == 2 { result[String(pair[0])] = String(pair[1]) }
            entry += 1
        }
        result = result.filter { name, _ in
            !name.hasPrefix("SLUICE_") && !["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "FORCE_COLOR", "COLUMNS"].contains(name)
        }
        // Programs that run side by side cannot all have the usual port; a test that wants one says so.
        result["SLUICE_PORT"] = "off"
        return result
    }()

    /// Starts the program and returns at once.
    ///
    /// - Throws: `CommandError` when it cannot be started.
    package func start() throws -> RunningCommand { try RunningCommand(self) }

    /// Starts the program and waits for its end; kills it, and what it started, after `timeout`.
    package func run(timeout: Duration = .seconds(600)) async throws -> CommandResult {
        try await start().wait(timeout: timeout)
    }
}

/// The harness itself failed: a program could not be started, a directory not be made.
package struct CommandError: Error, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}
