import SluiceTestKit
import Testing

@testable import SluiceCLI

/// What commands over files say to do, in the words of their own options.
@Suite("Advice of convert and inspect")
struct FileAdviceTests {
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func convert(
        _ text: String, _ arguments: String..., name: String = "in.csv", to output: String = "out.csv"
    ) async throws -> Outcome {
        try directory.write(name, text)
        return await sluice(["convert", directory.path(name), directory.path(output)] + arguments, width: 1_000)
    }

    @Test(
        "keys of a definition become options",
        arguments: [
            ("a,a\n1,2\n", "add --in-option header_rows=2"), ("1,x\n2,y\n3,z\n", "add --in-option header=false"),
            ("a,b\n# made\n1,2\n", "add --in-option comment='#'"), ("a,b\n1\n", "with --in-option ragged=pad"),
            ("a,b\n\"x\"y,1\n", "add --in-option quotes=lenient"),
        ])
    func options(_ text: String, _ advice: String) async throws {
        let result = try await convert(text)
        #expect(result.err.contains(advice), "\(result.err)")
    }

    @Test("two marks are two options") func twoOptions() {
        #expect(
            CommandLineWords.adapted("for 1.234,56 set decimal_mark: \",\" and group_mark: \".\"")
                == "for 1.234,56 add --in-option decimal_mark=',' and --in-option group_mark='.'")
        #expect(CommandLineWords.adapted("declare it, or set on_new_column to add or ignore").contains("--on-new-column add"))
    }

    @Test(
        "what would be ignored is refused",
        arguments: [
            ("out.csv", "--out-option", "header=x,y", "header"), ("out.parquet", "--out-option", "bloom_filters=zz", "zz"),
            ("out.parquet", "--out-option", "level=22", "level"), ("out.csv.gz", "--compression", "zstd", "named gzip"),
            ("out.parquet", "--compression-level", "9", "level"),
        ])
    func ignored(_ output: String, _ option: String, _ value: String, _ says: String) async throws {
        let result = try await convert("a,b\n1,2\n", option, value, to: output)
        #expect(result.status != .done && result.err.contains(says), "\(result.err)")
        #expect(!directory.exists(output))
    }

    @Test("inspect does not advise an option that it does not have") func inspecting() async throws {
        try directory.write("empty.csv", "")
        let result = await sluice("inspect", directory.path("empty.csv"))
        #expect(result.err.contains("is empty") && !result.err.contains("--columns"), "\(result.err)")
    }

    @Test("the member of a struct is declared in the struct's type") func member() async throws {
        let good = String(repeating: "{\"a\":{\"x\":1}}\n", count: 20_001)
        let result = try await convert(good + "{\"a\":{\"x\":\"t\"}}\n", name: "in.jsonl")
        #expect(result.err.contains("--columns \"a: struct<x: …, …>\""), "\(result.err)")
    }

    @Test("a text that is compared with a number is what is converted") func comparison() async throws {
        let result = try await convert("a\nx\n", "--where", "a > 1")
        #expect(result.err.contains("convert the text with CAST(… AS int64)"), "\(result.err)")
    }

    @Test("a member behind the sample ends a conversion that allows none, and is a notice otherwise") func newMembers() async throws {
        let text = String(repeating: "{\"a\":1}\n", count: 25_000) + "{\"a\":1,\"c\":5}\n"
        let failed = try await convert(text, "--columns", "a: int64", "--on-new-column", "fail", name: "in.jsonl")
        #expect(failed.status != .done && failed.err.contains("in.jsonl:25001") && failed.err.contains("\"c\""), "\(failed.err)")
        #expect(!directory.exists("out.csv"))
        let told = try await convert(text, name: "in.jsonl")
        let shown = told.err + told.out
        #expect(told.status == .done && shown.contains("\"c\" is in 1 object") && shown.contains("in.jsonl:25001"), "\(shown)")
    }

    @Test(
        "values that the parser refuses say their form",
        arguments: [
            (["convert", "a", "b", "--select", "-a AS b"], "--select='-a AS b'"), (["stream", "create", "s", "--retention", "1m"], "7d"),
            (["stream", "create", "s", "--retention", "9999d"], "365d"), (["stream", "tail", "s", "--from", "2026-13-01"], "a time"),
            (["backfill", "p.yaml", "--from", "2026-13-01", "--to", "2026"], "2024-03-01"),
        ])
    func forms(_ arguments: [String], _ form: String) async {
        let result = await sluice(arguments, width: 1_000)
        #expect(result.status == .wrongUsage && result.err.contains(form), "\(result.err)")
    }
}
