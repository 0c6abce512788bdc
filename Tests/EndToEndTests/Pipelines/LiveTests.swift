import Glibc
import SluiceTestKit
import Testing

@Suite("looking at running pipelines")
struct LiveTests {
    private let project: Project

    init() throws {
        project = try Project()
        try project.directory.write(
            "copy.yaml",
            """
            name: copy
            source: {stream: clicks, columns: {n: int64, page: string}}
            steps:
              - filter: n % 2 = 0
              - derive: {twice: n * 2}
            sink: {files: out, format: json, mode: append}
            """)
    }

    private func put(_ range: Range<Int>) async throws {
        try await project.put(range.map { "{\"n\": \($0), \"page\": \"p\($0 % 5)\"}\n" }.joined(), into: "clicks", key: "page")
    }

    /// A following run that has begun to tell of itself.
    private func follow() async throws -> RunningCommand {
        let running = try project.follow("copy.yaml")
        let seen = try await Command.shell(
            "for i in $(seq 1200); do ls '\(project.home)'/live/copy.*.json && exit 0; sleep 0.05; done; exit 1"
        ).run()
        try #require(seen.exitCode == 0)
        return running
    }

    @Test("top shows a following run, its shards, and nothing once it is gone")
    func top() async throws {
        let none = try await project.sluice("top")
        #expect(none.exitCode == 0 && none.output.hasPrefix("No pipeline is running.\n"), "\(none.transcript)")
        _ = try await project.sluice("stream", "create", "clicks", "--shards", "2")
        try await put(0..<100)
        let running = try await follow()
        let script =
            "for i in $(seq 1200); do '\(try BuiltProgram.sluice())' top --json | grep -q '\"rows_read\": 100' && exit 0; sleep 0.05; done; exit 1"
        let counted = try await Command.shell(script, environment: ["SLUICE_HOME": project.home]).run()
        #expect(counted.exitCode == 0)
        let json = try await project.json("top")
        let run = try #require(json["pipelines"]?[0])
        #expect(run["pipeline"]?.text == "copy" && run["follows"] == .boolean(true) && run["lag"]?.integer == 0, "\(run)")
        #expect(run["shards"]?.items.count == 2 && (run["memory_bytes"]?.integer ?? 0) > 1_000_000, "\(run)")
        #expect(run["steps"]?[0]?["rows_in"]?.integer == 100 && run["steps"]?[0]?["rows_out"]?.integer == 50, "\(run)")
        let shard = try #require(run["shards"]?[0]?["shard"]?.text)
        let screen = try await project.sluice("top")
        #expect(screen.output.contains("copy") && screen.output.contains("\(shard)"), "\(screen.transcript)")
        for line in screen.output.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
        running.signal(SIGKILL)
        _ = try await running.wait()
        #expect(try await project.sluice("top").output.hasPrefix("No pipeline is running.\n"))
        #expect(TemporaryDirectory.files(below: project.home + "/live").isEmpty)
    }

    @Test("tap shows rows of a following run as they pass a step")
    func live() async throws {
        _ = try await project.sluice("stream", "create", "clicks")
        let running = try await follow()
        let tapping = try project.command(["tap", "copy", "filter", "--limit", "2", "--json"]).start()
        let asked = try await Command.shell("for i in $(seq 1200); do ls '\(project.home)'/taps/*.json && exit 0; sleep 0.05; done; exit 1")
            .run()
        #expect(asked.exitCode == 0)
        // The run looks for who asks ten times a second; records come until all are seen.
        var next = 0
        for _ in 0..<100 where TemporaryDirectory.files(below: project.home + "/taps").contains(where: { $0.hasSuffix(".json") }) {
            try await put(next..<(next + 10))
            next += 10
        }
        let result = try await tapping.wait()
        let json = try result.json()
        #expect(json["live"] == .boolean(true), "\(result.transcript)")
        #expect(json["rows_in"]?.items.count == 2 && json["rows_out"]?.items.count == 2, "\(result.transcript)")
        #expect(json["rows_out"]?.items.allSatisfy { ($0["n"]?.integer ?? 1) % 2 == 0 } == true, "\(result.transcript)")
        let wrong = try await project.sluice("tap", "copy", "filtr")
        #expect(wrong.exitCode == 2 && wrong.errors.contains("did you mean \"filter\"?"), "\(wrong.transcript)")
        running.signal(SIGTERM)
        #expect(try await running.wait().exitCode == 0)
        #expect(TemporaryDirectory.files(below: project.home + "/taps").isEmpty)
    }

    @Test("tap of a definition that does not run takes the first rows, and leaves nothing")
    func sample() async throws {
        try project.directory.write("in.csv", "n\n" + (1...50).map { "\($0)\n" }.joined())
        try project.directory.write(
            "sums.yaml",
            """
            name: sums
            source: {files: in.csv}
            stream: {name: through, shards: 2}
            steps:
              - filter: n > 3
              - aggregate: {columns: {total: sum(n)}}
            sink: {files: out, format: csv}
            """)
        let first = try await project.sluice("tap", "sums.yaml", "1", "--limit", "2")
        #expect(first.exitCode == 0, "\(first.transcript)")
        // The filter is pushed into the source where it can be, so that rows it does not keep need not come in.
        #expect(
            first.output.split(separator: "\n").filter { $0.hasPrefix("out") } == ["out  {\"n\":4}", "out  {\"n\":5}"],
            "\(first.transcript)")
        #expect(first.output.split(separator: "\n").count == 4, "\(first.transcript)")
        let total = try await project.json("tap", "sums.yaml", "aggregate", "--sample", "10")
        #expect(total["rows_out"]?.items.map { $0["total"]?.integer } == [49], "\(total)")
        #expect(total["live"] == .boolean(false))
        #expect(TemporaryDirectory.files(below: project.directory.path("out")).isEmpty)
        #expect(TemporaryDirectory.files(below: project.home).isEmpty)
        let missing = try await project.sluice("tap", "sms", "1")
        #expect(missing.exitCode == 2 && missing.errors.contains("no pipeline \"sms\" is running"), "\(missing.transcript)")
    }
}
