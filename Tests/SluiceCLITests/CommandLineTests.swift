import SluiceCore
import SluiceTestKit
import Testing

@testable import SluiceCLI

/// What a command line printed and how it ended.
struct Outcome {
    var status: CommandStatus
    var out: String
    var err: String

    var json: JSONDocument { get throws { try JSONDocument(parsing: out) } }
}

/// Runs a command line inside the test's process.
func sluice(_ arguments: String..., width: Int = 80) async -> Outcome { await sluice(arguments, width: width) }

func sluice(_ arguments: [String], width: Int = 80) async -> Outcome {
    let console = Console(out: OutputChannel(memoryOfWidth: width), err: OutputChannel(memoryOfWidth: width))
    let status = await CommandLineProgram.run(arguments, Invocation(programName: "sluice", console: console))
    return Outcome(status: status, out: console.out.written, err: console.err.written)
}

@Suite("The command line") struct CommandLineTests {
    @Test("--version") func version() async {
        let result = await sluice("--version")
        #expect(result.status == .done && result.out == "sluice \(Release.version)\n" && result.err.isEmpty)
    }

    @Test("help fits 80 columns", arguments: [["--help"], ["help"], ["init", "--help"], []]) func help(arguments: [String]) async {
        let console = Console(out: OutputChannel(memoryOfWidth: 80), err: OutputChannel(memoryOfWidth: 80))
        let status = await CommandLineProgram.run(arguments, Invocation(programName: "sluice", console: console))
        #expect(status == .done)
        #expect(console.out.written.contains("USAGE: sluice"))
        for line in console.out.written.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
    }

    @Test("an unknown command is a usage error with a suggestion") func unknownCommand() async {
        let result = await sluice("inti")
        #expect(result.status == .wrongUsage && result.out.isEmpty)
        #expect(result.err.contains(#"error[usage]: unknown command "inti""#) && result.err.contains(#"did you mean "init"?"#))
    }

    @Test("an unknown option is a usage error that shows the usage") func unknownOption() async {
        let result = await sluice("completions", "bash", "--jsno")
        #expect(result.status == .wrongUsage)
        #expect(result.err.contains("error[usage]: unknown option '--jsno'") && result.err.contains("Usage: sluice completions"))
    }

    @Test("usage errors are JSON under --json") func usageAsJSON() async throws {
        let result = await sluice("completions", "--json")
        #expect(result.status == .wrongUsage && result.err.isEmpty)
        let json = try JSONDocument(parsing: result.out)
        #expect(json["error"]?["code"]?.text == "usage")
    }

    @Test(
        "completion scripts",
        arguments: [["completions", "bash"], ["completions", "zsh"], ["completions", "fish"], ["--generate-completion-script", "bash"]])
    func completions(arguments: [String]) async {
        let console = Console(out: OutputChannel(memoryOfWidth: 80), err: OutputChannel(memoryOfWidth: 80))
        let status = await CommandLineProgram.run(arguments, Invocation(programName: "sluice", console: console))
        #expect(status == .done && console.out.written.contains("sluice") && console.out.written.contains("completions"))
    }
}
