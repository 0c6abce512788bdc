import SluiceTestKit
import Testing

/// Files that are one JSON array, from every way that writes them.
@Suite("JSON arrays")
struct JSONArrayTests {
    private let rows = 20_000

    private func project() throws -> Project {
        let project = try Project()
        try project.directory.write("ln.jsonl", (0..<rows).map { "{\"a\":\($0)}\n" }.joined())
        return project
    }

    private var whole: String { "[\n" + (0..<rows).map { "{\"a\":\($0)}" }.joined(separator: ",\n") + "\n]\n" }

    @Test(
        "convert writes every row between commas, wherever to",
        arguments: [["out.json"], ["out.json", "--jobs", "1"], ["out.json", "--where", "a >= 0"], ["out/"]])
    func convert(_ arguments: [String]) async throws {
        let project = try project()
        let options = ["--to", "json", "--out-option", "layout=array"]
        let result = try await project.command(["convert", "ln.jsonl"] + arguments + options).run()
        try #require(result.exitCode == 0, "\(result.transcript)")
        let files = project.directory.files().filter { $0.hasPrefix("out") }
        #expect(files.count == 1)
        #expect(try project.directory.text(files[0]) == whole)
    }

    @Test("standard output, gzip and no rows at all are arrays, too") func others() async throws {
        let project = try project()
        let options = ["--to", "json", "--out-option", "layout=array"]
        let piped = try await project.command(["convert", "ln.jsonl", "-"] + options).run()
        #expect(piped.output == whole)
        let packed = try await project.command(["convert", "ln.jsonl", "out.json.gz"] + options).run()
        try #require(packed.exitCode == 0, "\(packed.transcript)")
        let back = try await project.sluice("convert", "out.json.gz", "-", "--to", "json", "--in-option", "layout=array")
        #expect(back.output == (0..<rows).map { "{\"a\":\($0)}\n" }.joined())
        let empty = try await project.command(["convert", "ln.jsonl", "-", "--where", "a < 0"] + options).run()
        #expect(empty.output == "[\n]\n", "\(empty.transcript)")
    }

    @Test("the files and table sinks write them", arguments: ["files: out", "table: c.t"]) func sinks(_ sink: String) async throws {
        let project = try project()
        try project.directory.write(
            "p.yaml",
            "name: p\nsource: {files: ln.jsonl}\nsteps:\n  - filter: a >= 0\nsink:\n  \(sink)\n  format: json\n  options: {layout: array}\n"
        )
        let result = try await project.sluice("run", "p.yaml")
        try #require(result.exitCode == 0, "\(result.transcript)")
        let written = project.directory.files().filter { $0.contains("part-") }
        #expect(written.count == 1)
        #expect(try project.directory.text(written[0]) == whole)
    }
}
