import ArgumentParser
import CSystemCalls
import Glibc
import SluiceCore
package import SluicePipelines

/// The whole command line: reads the arguments, runs the command, prints its result or error, and says how it went.
package enum CommandLineProgram {
    /// Runs the process's arguments and ends the process.
    ///
    /// - Parameter jobs: pipelines and closures that the program adds to what every `sluice` has.
    package static func main(jobs: Jobs = Jobs()) async -> Never {
        // A reader that went away is noticed by the write that fails; it must not kill a run that is about to commit.
        signal(SIGPIPE, SIG_IGN)
        // Otherwise each buffer over 128 KiB is mapped anew and the kernel clears its pages: 10 to 15 % of the time of reading CSV and of
        // writing Parquet, measured; peak memory is the same.
        sluice_keep_buffers(64 << 20, 128 << 20)
        let path = CommandLine.arguments.first ?? "sluice"
        let name = path.split(separator: "/").last.map(String.init) ?? "sluice"
        var invocation = Invocation(programName: name, console: .system(), jobs: jobs)
        invocation.openState = OpenState.ofProcess
        exit(await run(Array(CommandLine.arguments.dropFirst()), invocation).rawValue)
    }

    /// Runs one command line; everything it prints goes to the invocation's console.
    @concurrent static func run(_ arguments: [String], _ invocation: Invocation) async -> CommandStatus {
        await Invocation.$current.withValue(invocation) {
            let console = invocation.console
            do {
                let status = try await execute(arguments, console)
                try console.out.throwIfFailed()
                return status
            } catch {
                let report = ErrorReport(error)
                if arguments.prefix(while: { $0 != "--" }).contains("--json") {
                    console.out.write(report.json.indentedJSON)
                } else {
                    console.err.write(report.text(width: console.err.width, style: console.err.style))
                }
                return report.status
            }
        }
    }

    private static func execute(_ arguments: [String], _ console: Console) async throws -> CommandStatus {
        if let mistake = CommandName.mistake(in: arguments, root: RootCommand.self) { throw mistake }
        do {
            var command = try parsed(arguments)
            guard let reporting = command as? any ReportingCommand else {
                try command.run()
                return .done
            }
            return try await reporting.perform(console)
        } catch  where !ErrorReport.knows(error) && RootCommand.exitCode(for: error).isSuccess {
            // Help, the version and completion scripts come out of the argument parser as errors, too.
            console.out.writeLine(RootCommand.fullMessage(for: error, columns: console.out.width))
            return .done
        } catch  where !ErrorReport.knows(error) && RootCommand.exitCode(for: error) == .validationFailure {
            throw UsageError(
                message: RootCommand.message(for: error), help: RootCommand.fullMessage(for: error, columns: console.err.width),
                arguments: arguments)
        }
    }
}

extension CommandLineProgram {
    /// The command that the arguments ask for.
    ///
    /// The command named by the first words is parsed by itself, because the parser looks at every command's options when it begins at the
    /// root: several milliseconds of each start. What is no plain command (help, a mistake) is the root's, which knows the whole usage.
    private static func parsed(_ arguments: [String]) throws -> any ParsableCommand {
        var command: any ParsableCommand.Type = RootCommand.self
        var rest = arguments[...]
        while let word = rest.first, let next = command.configuration.subcommands.first(where: { $0._commandName == word }) {
            command = next
            rest = rest.dropFirst()
        }
        if command.configuration.subcommands.isEmpty, let parsed = parsed(command, Array(rest)) { return parsed }
        return try RootCommand.parseAsRoot(arguments)
    }

    private static func parsed<Command: ParsableCommand>(_ command: Command.Type, _ arguments: [String]) -> (any ParsableCommand)? {
        (try? PartOfProgram<Command>.parseAsRoot(arguments) as? PartOfProgram<Command>)?.command
    }

    /// A command that the argument parser takes for one below another: in those it does not look for requests of completion scripts, which
    /// takes as long as all else that it does.
    private struct PartOfProgram<Command: ParsableCommand>: ParsableCommand {
        static var configuration: CommandConfiguration { CommandConfiguration(_superCommandName: Invocation.current.programName) }

        @OptionGroup var command: Command
    }
}

/// Arguments that no command takes, with what the argument parser has to say about it.
struct UsageError: Error {
    var error: SluiceError
    /// How the command is used, in some lines.
    var usage: String

    init(message: String, help: String, arguments: [String]) {
        let lines = message.split(separator: "\n").map { String($0).trimmingBlanks }.filter { !$0.isEmpty }
        let first = lines.first ?? "wrong arguments"
        error = SluiceError(
            .usage, first.prefix(1).lowercased() + first.dropFirst(),
            remedy: lines.count > 1 ? lines.dropFirst().joined(separator: " ") : UsageRemedy.remedy(for: first, arguments: arguments))
        usage = help.firstRange(of: "Usage:").map { String(help[$0.lowerBound...]) } ?? ""
    }
}

extension String {
    var trimmingBlanks: String { String(trimmingTrailingBlanks.drop { $0 == " " }) }
}
