import SluiceTestKit
import Testing

@testable import SluiceCLI

/// Runs over what is new, and what they say of it; backfills of a part.
@Suite("Runs of a part of the input") struct PartialRunTests {
    private let directory: TemporaryDirectory
    private let home: String

    init() throws {
        directory = try TemporaryDirectory()
        home = directory.path("home")
    }

    private func command(_ arguments: String...) async -> Outcome { await sluice(arguments + ["--home", home], width: 1_000) }

    @Test("a file that was changed after it was read is told where nothing is new, too") func changedFile() async throws {
        try directory.write("in/a.csv", "n\n1\n")
        let file = try directory.write(
            "p.yaml",
            "name: p\nsource: {files: in, columns: {n: int64}}\nsink: {files: out, format: csv, mode: append}\nincremental: true\n")
        try #require(await command("run", file).status == .done)
        #expect(await command("run", file).err.contains("was changed") == false)
        try directory.write("in/a.csv", "n\n1\n2\n")
        let result = try await command("run", file, "--json").json
        #expect(result["rows_in"]?.integer == 0)
        let notice = result["notices"]?[0]?.text ?? ""
        #expect(notice.contains("in/a.csv\" was changed after it was read; it is not read again"), "\(result)")
    }

    @Test("a shard that is silent for the time `idle` holds back no window for ever, also where no run finds anything new")
    func idle() async throws {
        func put(_ times: String...) async throws {
            let rows = times.map { "{\"at\":\"2024-01-01T\($0)\",\"k\":\"x\"}\n" }.joined()
            let file = try directory.write("rows.jsonl", rows)
            try #require(await command("stream", "put", "s", file, "--key", "k").status == .done)
        }
        let file = try directory.write(
            "p.yaml",
            """
            name: p
            source: {stream: s, columns: {at: timestamp, k: string}}
            steps:
              - window: {time: at, size: 1 minute, delay: 0 s, idle: 3 s, columns: {n: count(*)}}
            sink: {files: out, format: csv, mode: append}
            incremental: true
            """)
        _ = await command("stream", "create", "s")
        try await put("00:00:01")
        try #require(await command("run", file).status == .done)
        try #require(await command("stream", "split", "s", "0").status == .done)
        try await put("00:05:00")
        let second = try await command("run", file, "--json").json
        try await Task.sleep(for: .milliseconds(3_200))
        let third = try await command("run", file, "--json").json
        #expect((second["rows_out"]?.integer ?? 0) + (third["rows_out"]?.integer ?? 0) >= 1, "\(second) \(third)")
        #expect(third["rows_in"]?.integer == 0)
        let fourth = try await command("run", file, "--json").json
        #expect(fourth["rows_out"]?.integer == 0, "a window is handed on once")
    }

    @Test("a backfill infers types from the files of its range alone") func inference() async throws {
        try directory.write("in/2024-03-02.csv", "n\n1\n2\n")
        try directory.write("in/2024-03-09.csv", "n\nmany\n")
        let file = try directory.write(
            "p.yaml", "name: p\nsource: {files: in}\nsteps: [{filter: n > 1}]\nsink: {files: out, format: csv}\n")
        let result = await command("backfill", file, "--from", "2024-03-02", "--to", "2024-03-04", "--append", "--json")
        #expect(result.status == .done, "\(result.err)")
        let json = try result.json
        #expect(json["units_done"]?.integer == 1 && json["units"]?[0]?["rows_out"]?.integer == 1 && json["cut_by"]?.text != nil)
        let shown = try await command("backfill", "show", "--json").json
        #expect(shown.keys.contains("cut_by") && shown["started_at"]?.text != nil)
    }

    @Test("dead letters: the next command shows them; dropping asks; none is no error") func deadLetters() async throws {
        try directory.write("in.csv", "n\n1\nx\n")
        let file = try directory.write(
            "p.yaml", "name: p\nsource: {files: in.csv, columns: {n: int64}}\nsink: {files: out, format: csv}\non_error: dead_letter\n")
        let result = await command("run", file)
        #expect(result.out.contains("  sluice dlq show p 0"), "\(result.out)")
        let refused = await command("dlq", "drop", "p")
        #expect(refused.status == .wrongUsage && refused.err.contains("say --yes"), "\(refused.err)")
        #expect(await command("dlq", "show", "p").out.contains("1 dead letter"))
        #expect(await command("dlq", "drop", "p", "--yes").out == "Removed 1 dead letter of 1 run.\n")
        let none = await command("dlq", "show", "p")
        #expect(none.status == .done && none.out == "Pipeline p has no dead letters.\n", "\(none.err)")
        #expect(await command("dlq", "show", "q").status == .wrongUsage)
        let nosuch = await command("dlq", "replay", "nosuch.yaml")
        #expect(nosuch.status == .wrongUsage && nosuch.err.contains("error[file-not-found]"), "\(nosuch.err)")
    }

    @Test("a stream that is not there yet names what makes it") func absentStream() async throws {
        let file = try directory.write("p.yaml", "name: p\nsource: {stream: s, columns: {n: int64}}\nsink: {files: out, format: csv}\n")
        let result = await command("run", file)
        #expect(result.err.contains("stream create s"), "\(result.err)")
    }
}
