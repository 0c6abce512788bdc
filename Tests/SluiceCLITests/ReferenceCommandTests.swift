import SluicePipelines
import SluiceTestKit
import Testing

@testable import SluiceCLI

@Suite("Commands that need no state") struct ReferenceCommandTests {
    @Test("functions: all, one manual, a search, and what is near a misspelling") func functions() async throws {
        let all = await sluice("functions")
        #expect(all.out.contains("substring(text, start[, length])"))
        for line in all.out.split(separator: "\n") { #expect(DisplayWidth.of(line) <= 80, "\(line)") }
        #expect(await sluice("functions", "substr").out.contains("→"))
        let wrong = await sluice("functions", "subsrting")
        #expect(wrong.status == .wrongUsage && wrong.err.contains(#"did you mean "substring"?"#))
        #expect(try await sluice("functions", "--json").json["functions"]?.items.isEmpty == false)
    }

    @Test("functions ends with what a program adds") func programsOwn() async throws {
        struct Row: Codable { var n: Int }
        let console = Console(out: OutputChannel(memoryOfWidth: 80), err: OutputChannel(memoryOfWidth: 80))
        let jobs = Jobs(pipelines: [Pipeline("nightly")], closures: [.filter("odd") { (row: Row) in row.n % 2 == 1 }])
        let status = await CommandLineProgram.run(["functions"], Invocation(programName: "mine", console: console, jobs: jobs))
        #expect(
            status == .done && console.out.written.hasSuffix("(- swift: name)\n  odd\n\nPipelines of this program (run name)\n  nightly\n"))
    }

    @Test("connectors: the list and one's options") func connectors() async throws {
        let list = await sluice("connectors")
        #expect(list.out.contains("files") && list.out.contains("table") && list.out.contains("stream"))
        let one = await sluice("connectors", "files")
        #expect(one.out.contains("Options of a source") && one.out.contains("partition_by"))
        for line in one.out.split(separator: "\n") { #expect(DisplayWidth.of(line) <= 80, "\(line)") }
        #expect(await sluice("connectors", "flies").err.contains(#"did you mean "files"?"#))
    }

    @Test("the schema of definitions is JSON, with and without --json") func schema() async throws {
        let plain = try await sluice("schema", "pipeline").json
        #expect(plain == (try await sluice("schema", "pipeline", "--json").json))
        #expect(plain["properties"]?["steps"] != nil)
    }

    @Test(
        "sizes of memory",
        arguments: [("1048576", 1_048_576), ("500MB", 500_000_000), ("2GiB", 2 << 30), ("64 mib", 64 << 20), ("3k", 3_000)])
    func sizes(text: String, bytes: Int) { #expect(ByteCount(argument: text)?.bytes == bytes) }

    @Test("texts that are no size", arguments: ["", "MB", "-1MB", "0", "1.5GB", "5XB", "99999999999GB"])
    func noSizes(text: String) { #expect(ByteCount(argument: text) == nil) }

    @Test("the libraries in use are found with version and file") func libraries() throws {
        let library = try #require(LinkedLibrary(name: "zlib", symbol: "zlibVersion", hasVersion: true).find())
        #expect(library.version?.contains(".") == true && library.path?.contains("libz") == true)
        #expect(LinkedLibrary(name: "none", symbol: "there_is_no_such_function", hasVersion: true).find() == nil)
    }
}
