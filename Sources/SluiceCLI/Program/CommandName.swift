import ArgumentParser
import SluiceCore

/// Finds the word on a command line that should be a command and is none: the argument parser only calls it unexpected.
enum CommandName {
    static func mistake(in arguments: [String], root: any ParsableCommand.Type) -> SluiceError? {
        var commands = [root]
        for word in arguments {
            let known = commands[commands.count - 1].configuration.subcommands
            // Behind an option, or behind a command that takes arguments, a word may be anything.
            if known.isEmpty || word.hasPrefix("-") || word == "help" { return nil }
            guard let next = known.first(where: { $0._commandName == word || $0.configuration.aliases.contains(word) }) else {
                // The command takes arguments itself.
                if commands[commands.count - 1].configuration.defaultSubcommand != nil { return nil }
                let path = commands.dropFirst().map { $0._commandName + " " }.joined()
                let remedy = Suggestion.remedy(for: word, in: known.map { $0._commandName }, noun: "commands")
                return SluiceError(.usage, "unknown command \((path + word).quotedForMessage)", remedy: remedy)
            }
            commands.append(next)
        }
        return nil
    }
}
