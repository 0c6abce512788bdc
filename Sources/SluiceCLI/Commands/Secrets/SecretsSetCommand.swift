import ArgumentParser
import SluiceCore
import SluicePipelines

struct SecretsSetCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "set", abstract: "Keep a secret, in place of one of the same name.",
            discussion: """
                The value is asked for on a terminal, without showing it, and read from standard input otherwise; one line end at its end \
                is left out. It is encrypted (AES-256-GCM) with a key that is in a file of the state directory, readable by its owner \
                only; whoever can read that directory can read the secret.

                Examples:
                  \(program) secrets set warehouse-password
                  pass show warehouse | \(program) secrets set warehouse-password
                """)
    }

    @Argument(help: "What definitions call it.") var name: String
    /// Taken so that a value on the command line can be refused without showing it.
    @Argument(help: .hidden) var others: [String] = []
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard others.isEmpty else {
            throw ValidationError(
                "a secret's value is not taken from the command line, where other users and the shell's history can see it\nleave it out: it is asked for, or read from standard input"
            )
        }
    }

    func report() async throws -> Report {
        let session = Session(home: state.directory)
        let value = try SecretInput.read(prompt: "\(name): ", console: session.console)
        let replaced = try SecretStore(session.catalog()).set(name, to: value)
        return Report(
            [.line(replaced ? "\(name) was replaced" : "\(name) is kept")],
            json: .object(["name": .string(name), "replaced": .boolean(replaced)]))
    }
}
