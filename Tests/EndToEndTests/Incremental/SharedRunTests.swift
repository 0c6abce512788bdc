import Glibc
import SluiceTestKit
import Testing

/// Several processes that run one pipeline and share the shards of its stream.
@Suite("shared runs")
struct SharedRunTests {
    private let project: Project

    init() throws {
        project = try Project()
        try define()
    }

    private func define(steps: String = "[{derive: {twice: n * 2}}]", sink: String = "{table: shop.clicks, format: json, mode: append}")
        throws
    {
        try project.directory.write(
            "copy.yaml",
            "name: copy\nsource: {stream: clicks, columns: {k: string, n: int64, at: timestamp}}\nsteps: \(steps)\nsink: \(sink)\n")
    }

    private func putting(_ range: Range<Int>) throws -> RunningCommand {
        var command = try project.command(["stream", "put", "clicks", "--key", "k"])
        command.input = .text(range.map { "{\"k\": \"k\($0 % 97)\", \"n\": \($0), \"at\": \"2024-01-01T00:00:00\"}\n" }.joined())
        return try command.start()
    }

    private func put(_ range: Range<Int>) async throws {
        let result = try await putting(range).wait()
        try #require(result.exitCode == 0, "\(result.transcript)")
    }

    private func worker() throws -> RunningCommand {
        try project.command(["run", "copy.yaml", "--follow", "--share", "--failover", "2", "--every", "20ms", "--quiet"]).start()
    }

    private var table: String { project.tablePath("shop", "clicks") }

    /// Waits until the table has this many lines.
    private func wait(for rows: Int) async throws {
        let result = try await Command.shell(
            "for i in $(seq 6000); do [ $(cat \(table)/part-* 2>/dev/null | wc -l) -ge \(rows) ] && exit 0; sleep 0.05; done; "
                + "cat \(table)/part-* | wc -l; exit 1"
        ).run()
        #expect(result.exitCode == 0, "\(rows) rows were to come: \(result.transcript)")
    }

    private func expectEachOnce(_ count: Int) async throws {
        let result = try await Command.shell(
            "cat \(table)/part-* | sed 's/.*\"n\":\\([0-9]*\\),.*/\\1/' | sort -n | uniq | wc -l; cat \(table)/part-* | wc -l"
        ).run()
        #expect(result.output.split(whereSeparator: \.isWhitespace) == ["\(count)", "\(count)"], "\(result.transcript)")
    }

    /// The owners of the leases; waits until there are this many different ones, and every lease has one.
    private func owners(_ count: Int, leases: Int) async throws -> [String] {
        var owners: [String] = []
        for _ in 0..<2_000 {
            let lag = try await project.sluice("stream", "lag", "clicks", "pipeline.copy", "--json")
            owners = lag.exitCode == 0 ? try lag.json()["groups"]?[0]?["shards"]?.items.compactMap { $0["owner"]?.text } ?? [] : []
            if Set(owners).count == count, owners.count == leases { return owners }
            try await Task.sleep(for: .milliseconds(50))
        }
        Issue.record("the leases are held by \(owners)")
        return owners
    }

    /// Stops a process where it holds no lock that others wait for.
    private func freeze(_ worker: RunningCommand) async throws {
        let isFree = """
            flock -n \(project.home)/locks/commit.lock true && python3 -c '
            import sqlite3
            sqlite3.connect("\(project.home)/sluice.sqlite", timeout=0).execute("BEGIN IMMEDIATE")'
            """
        for _ in 0..<2_000 {
            worker.signal(SIGSTOP)
            if try await Command.shell(isFree).run().exitCode == 0 { return }
            worker.signal(SIGCONT)
            try await Task.sleep(for: .milliseconds(3))
        }
        Issue.record("the process always holds a lock")
    }

    @Test("two processes share the shards; one that stops hands its own over, and what comes then is read by the other")
    func handOver() async throws {
        _ = try await project.sluice("stream", "create", "clicks", "--shards", "4")
        let first = try worker()
        _ = try await owners(1, leases: 4)
        let second = try worker()
        _ = try await owners(2, leases: 4)
        try await put(0..<2_000)
        try await wait(for: 2_000)
        first.signal(SIGTERM)
        let stopped = try await first.wait()
        #expect(stopped.exitCode == 0, "\(stopped.transcript)")
        try await put(2_000..<3_000)
        try await wait(for: 3_000)
        second.signal(SIGTERM)
        #expect(try await second.wait().exitCode == 0)
        try await expectEachOnce(3_000)
        let runs = try await project.json("runs", "list", "--pipeline", "copy")["runs"]?.items ?? []
        let written = runs.compactMap { $0["rows_out"]?.integer }
        #expect(written.count == 2 && written.allSatisfy { $0 > 0 } && written.reduce(0, +) == 3_000, "\(written)")
        // A run that does not share goes on behind them.
        try await put(3_000..<3_100)
        try project.directory.write("copy.yaml", try project.directory.text("copy.yaml") + "incremental: true\n")
        #expect(try await project.sluice("run", "copy.yaml", "--quiet").exitCode == 0)
        try await expectEachOnce(3_100)
    }

    @Test("kill -9 of one or the other again and again, and splits between: every record once", arguments: [1, 2])
    func killed(_ seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        _ = try await project.sluice("stream", "create", "clicks", "--shards", "3")
        var workers = [try worker(), try worker()]
        var next = 0
        for round in 0..<8 {
            let end = next + Int.random(in: 200...900, using: &random)
            try await put(next..<end)
            next = end
            try await Task.sleep(for: .milliseconds(Int.random(in: 0...700, using: &random)))
            let victim = Int.random(in: 0...1, using: &random)
            workers[victim].signal(SIGKILL)
            _ = try await workers[victim].wait()
            if round == 2 { #expect(try await project.sluice("stream", "split", "clicks", "0").exitCode == 0) }
            if round == 5 { #expect(try await project.sluice("stream", "scale", "clicks", "2").exitCode == 0) }
            workers[victim] = try worker()
        }
        try await wait(for: next)
        for worker in workers { worker.signal(SIGTERM) }
        for worker in workers {
            let result = try await worker.wait()
            // The last one may have been started only now, and not be ready to be stopped in order.
            #expect(result.exitCode == 0 || result.ending == .signal(SIGTERM), "\(result.transcript)")
        }
        try await expectEachOnce(next)
        #expect(project.stagedFiles.isEmpty, "\(project.stagedFiles)")
    }

    @Test("a process that was stopped for longer than the fail-over time cannot commit what it had in hand")
    func fenced() async throws {
        _ = try await project.sluice("stream", "create", "clicks", "--shards", "2")
        let first = try worker()
        _ = try await owners(1, leases: 2)
        for round in 0..<4 {
            // Stopped half way through what was just put, as far as that can be met.
            let running = try putting(round * 1_000..<(round + 1) * 1_000)
            try await Task.sleep(for: .milliseconds(15 * round))
            try await freeze(first)
            #expect(try await running.wait().exitCode == 0)
            let second = try worker()
            try await wait(for: (round + 1) * 1_000)
            first.signal(SIGCONT)
            _ = try await owners(2, leases: 2)
            second.signal(SIGTERM)
            #expect(try await second.wait().exitCode == 0)
        }
        first.signal(SIGTERM)
        let result = try await first.wait()
        #expect(result.exitCode == 0, "\(result.transcript)")
        try await expectEachOnce(4_000)
    }

    @Test("a run that does not share is kept out by those that do, and the other way round")
    func locked() async throws {
        _ = try await project.sluice("stream", "create", "clicks")
        let shared = try worker()
        try await put(0..<5)
        try await wait(for: 5)
        let alone = try await project.sluice("run", "copy.yaml", "--follow", "--quiet")
        #expect(alone.exitCode == 1 && alone.errors.contains("already-running"), "\(alone.transcript)")
        let reset = try await project.sluice("bookmarks", "reset", "copy", "--yes")
        #expect(reset.exitCode == 1 && reset.errors.contains("already-running"), "\(reset.transcript)")
        shared.signal(SIGTERM)
        #expect(try await shared.wait().exitCode == 0)
        let following = try project.command(["run", "copy.yaml", "--follow", "--every", "20ms", "--quiet"]).start()
        try await put(5..<10)
        try await wait(for: 10)
        let late = try await project.sluice("run", "copy.yaml", "--follow", "--share", "--quiet")
        #expect(late.exitCode == 1 && late.errors.contains("--share, too"), "\(late.transcript)")
        following.signal(SIGTERM)
        #expect(try await following.wait().exitCode == 0)
    }

    @Test("after the bookmarks were reset, those who share begin anew")
    func reset() async throws {
        _ = try await project.sluice("stream", "create", "clicks", "--shards", "2")
        try await put(0..<100)
        for rows in [100, 200] {
            let shared = try worker()
            try await wait(for: rows)
            shared.signal(SIGTERM)
            #expect(try await shared.wait().exitCode == 0)
            #expect(try await project.sluice("bookmarks", "reset", "copy", "--yes").exitCode == 0)
        }
    }

    @Test("what keeps rows, what one process writes, and what has no shards is refused with place and remedy")
    func refusals() async throws {
        _ = try await project.sluice("stream", "create", "clicks")
        func refused(_ texts: String..., sourceLocation: SourceLocation = #_sourceLocation) async throws {
            let result = try await project.sluice("run", "copy.yaml", "--follow", "--share", "--quiet")
            #expect(result.exitCode == 2, "\(result.transcript)", sourceLocation: sourceLocation)
            for text in texts + ["copy.yaml:"] {
                #expect(result.errors.contains(text), "\(result.transcript)", sourceLocation: sourceLocation)
            }
        }
        try define(steps: "[{window: {time: at, size: 1 minute, by: [k], columns: {n: count(*)}}}]")
        try await refused("not-shared", "keeps rows", "second pipeline")
        try define(sink: "{stream: copies}")
        try await refused("not-shared", "one process at a time writes its sink stream")
        try define(steps: "[{sort: [n]}]")
        try await refused("not-incremental")
        try project.directory.write("in.csv", "k,n\na,1\n")
        try project.directory.write(
            "copy.yaml", "name: copy\nsource: {files: in.csv}\nsteps: []\nsink: {table: shop.clicks, mode: append}\n")
        try await refused("not-shared", "no shards")
        let alone = try await project.sluice("run", "copy.yaml", "--share")
        #expect(alone.exitCode == 2 && alone.errors.contains("--share goes with --follow"), "\(alone.transcript)")
    }
}
