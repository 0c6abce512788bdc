import SluiceTestKit
import Testing

/// Inputs that can be read only once, and outputs that are a terminal.
@Suite("convert and inspect: pipes and terminals")
struct PipeTests {
    private func shell(_ project: Project, _ line: String) async throws -> CommandResult {
        try await Command.shell(line.replacing("sluice", with: "'\(try BuiltProgram.sluice())'"), directory: project.directory.root).run()
    }

    @Test("named pipes are read like files, each as often as it takes", arguments: ["csv", "json", "parquet", "avro"])
    func named(_ format: String) async throws {
        let project = try Project()
        try project.directory.write("orders.csv", ConvertTests.orders)
        let made = try await project.sluice("convert", "orders.csv", "there.\(format)")
        try #require(made.exitCode == 0, "\(made.transcript)")
        let pipe = "mkfifo p.\(format); cat there.\(format) > p.\(format) & "
        let converted = try await shell(project, pipe + "sluice convert p.\(format) - --to csv --select id")
        #expect(converted.output == "id\n1\n2\n3\n4\n", "\(converted.transcript)")
        let inspected = try await shell(project, "rm p.\(format); " + pipe + "sluice inspect p.\(format)")
        #expect(inspected.exitCode == 0 && inspected.output.contains("p.\(format)"), "\(inspected.transcript)")
    }

    @Test("what a shell puts in place of <(…) is read, also beside others")
    func substituted() async throws {
        let project = try Project()
        let line = #"bash -c "sluice convert <(printf 'a\n1\n') <(printf 'a\n2\n') - --from csv --to csv""#
        let result = try await shell(project, line)
        #expect(result.output == "a\n1\n2\n", "\(result.transcript)")
    }

    @Test("a bad record in a pipe is placed by the pipe's name")
    func places() async throws {
        let project = try Project()
        let result = try await shell(
            project, "mkfifo p.csv; printf 'a\\n1\\nx\\n' > p.csv & sluice convert p.csv - --to csv --columns 'a: bigint'")
        #expect(result.exitCode == 1 && result.errors.contains("p.csv:3"), "\(result.transcript)")
    }

    @Test(
        "bytes that are no text are not written to a terminal", .enabled(if: PseudoTerminal.isThere, "needs python3"),
        arguments: ["--to parquet", "--to avro", "--to csv --compression gzip"])
    func terminal(_ options: String) async throws {
        let project = try Project()
        try project.directory.write("in.csv", "a\n1\n")
        let convert = "'\(try BuiltProgram.sluice())' convert in.csv -"
        let refused = try await PseudoTerminal.run("\(convert) \(options)", directory: project.directory.root)
        #expect(refused.exitCode == 2 && refused.output.contains("terminal"), "\(refused.transcript)")
        let text = try await PseudoTerminal.run("\(convert) --to csv", directory: project.directory.root)
        #expect(text.exitCode == 0 && text.output.contains("a\r\n1\r\n"), "\(text.transcript)")
    }

    @Test("a codec that Sluice does not read is not taken for damage", arguments: ["brotli", "lz4"])
    func unsupported(_ codec: String) async throws {
        let file = Repository.path("Tests/SluiceParquetTests/Fixtures/unread-\(codec).parquet")
        let result = try await Project().sluice("convert", file, "-", "--to", "csv")
        #expect(result.exitCode == 1 && result.errors.contains("error[unsupported]"), "\(result.transcript)")
        #expect(result.errors.contains(codec.uppercased()) && result.errors.contains("zstd"), "\(result.transcript)")
    }

    @Test("a value that cannot be computed is named with its expression")
    func expression() async throws {
        let project = try Project()
        try project.directory.write("in.csv", "a,b,t\n1,0,x\n")
        for (options, parts) in [
            (["--select", "a / b AS q"], ["1.0 / 0", "in a / b"]), (["--where", "a // b > 0"], ["1 // 0", "in a // b > 0"]),
            (["--select", "CAST(t AS bigint) + a AS n"], ["\"x\"", "in CAST(t AS bigint) + a"]),
        ] {
            let result = try await project.command(["convert", "in.csv", "-", "--to", "csv"] + options).run()
            #expect(result.exitCode == 1, "\(result.transcript)")
            for part in parts { #expect(result.errors.contains(part), "\(result.transcript)") }
        }
    }
}
