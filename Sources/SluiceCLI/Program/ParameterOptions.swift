import ArgumentParser
import SluiceCore
import SluicePipelines

/// Options of every command that loads a definition: values for its parameters.
struct ParameterOptions: ParsableArguments, Sendable {
    @Option(
        name: .customLong("param"),
        help: ArgumentHelp("A value for a parameter of the definition; repeat it for several.", valueName: "name=value"))
    var values: [String] = []
    @Option(
        name: .customLong("params"),
        help: ArgumentHelp("A YAML file of such values (name: value); --param goes before it.", valueName: "file"),
        completion: .file(extensions: ["yaml", "yml"]))
    var files: [String] = []

    /// - Throws: `ValidationError` for a value without its name. The argument is not shown: the value may be a secret.
    func validate() throws {
        guard values.allSatisfy({ ($0.firstIndex(of: "=") ?? $0.startIndex) > $0.startIndex }) else {
            throw ValidationError("--param takes a name and a value, such as --param day=2024-03-01")
        }
    }

    /// What was given, the option behind the files, so that it wins.
    var given: [GivenParameter] {
        get throws {
            try files.flatMap { try GivenParameter.file($0) }
                + values.map { value in
                    let parts = value.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                    return GivenParameter(name: String(parts[0]), text: String(parts[1]), location: .file(path: "--param \(parts[0])"))
                }
        }
    }
}
