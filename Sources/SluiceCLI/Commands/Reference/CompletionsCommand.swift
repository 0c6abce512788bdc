import ArgumentParser
import SluiceCore

struct CompletionsCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "completions", abstract: "Print a script that completes commands and options in a shell.",
            discussion: """
                bash:  \(program) completions bash > ~/.local/share/bash-completion/completions/\(program)
                zsh:   \(program) completions zsh > ~/.zfunc/_\(program)   (with ~/.zfunc in fpath)
                fish:  \(program) completions fish > ~/.config/fish/completions/\(program).fish
                """)
    }

    enum Shell: String, ExpressibleByArgument, CaseIterable, Sendable { case bash, zsh, fish }

    @Argument(help: "The shell: bash, zsh or fish.") var shell: Shell
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let kind: CompletionShell =
            switch shell {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        let script = RootCommand.completionScript(for: kind)
        return Report([.verbatim(script)], json: .object(["shell": .string(shell.rawValue), "script": .string(script)]))
    }
}
