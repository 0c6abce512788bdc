import Glibc
package import SluiceCore

/// Those inputs of a command that can be read only once: standard input as `-`, and named pipes, which `<(…)` of a shell is, too.
package struct SpooledInputs: Sendable {
    static let standardInput = "-"

    private var inputs: [ExactText: SpooledInput] = [:]

    /// Reads them, one after another, each to its end.
    ///
    /// - Parameters:
    ///   - arguments: all inputs of the command.
    ///   - directory: for temporary files.
    /// - Throws: what `SpooledInput` throws.
    package init(_ arguments: [String], directory: String) throws(SluiceError) {
        for argument in arguments where inputs[ExactText(argument)] == nil {
            if argument == Self.standardInput {
                inputs[ExactText(argument)] = try SpooledInput(directory: directory)
            } else if Self.isPipe(argument) {
                inputs[ExactText(argument)] = try SpooledInput(pipe: argument, directory: directory)
            }
        }
    }

    private static func isPipe(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO
    }

    /// The argument as a file; nil for others, which are paths and patterns.
    func file(_ argument: String) -> InputFile? {
        inputs[ExactText(argument)].map { input in
            let name = argument == Self.standardInput ? SpooledInput.name : argument
            return InputFile(path: name, location: input.path, byteCount: input.byteCount, partition: [], alias: name)
        }
    }
}
