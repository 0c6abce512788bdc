import ArgumentParser
import Glibc
import SluiceCore

struct InitCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "init", abstract: "Create a small project that runs, with a failing test to repair.",
            discussion: """
                Examples:
                  \(program) init my-project
                  cd my-project && ./test.sh
                """)
    }

    @Argument(help: "Directory of the project; created if it is not there.", completion: .directory) var directory = "."
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let project = StarterProject(program: Invocation.current.programName)
        try project.write(to: directory)
        let commands = project.nextCommands(directory: directory, executable: ProgramPath.current)
        var blocks: [Report.Block] = [.line("Created a starter project in \(directory):", .heading)]
        var list = KeyValueBlock()
        for file in project.files { list.add("  " + file.path, file.purpose) }
        blocks += [.pairs(list), .blank, .line("Next:", .heading)]
        blocks += commands.map { .line("  " + $0) }
        blocks += [
            .blank, .paragraph("The test fails: one expression in \(project.pipelinePath) is wrong. README.md says how to find it."),
        ]
        return Report(
            blocks,
            json: .object([
                "directory": .string(directory), "files": .texts(project.files.map(\.path)), "next_commands": .texts(commands),
            ]))
    }
}
