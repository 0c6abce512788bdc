import Glibc
import SluiceSQLite
import SluiceTestKit
import Testing

/// Runs that follow a stream or a folder, through kills.
@Suite("following runs")
struct FollowTests {
    private let project: Project
    private static let events = 6_000

    init() throws {
        project = try Project()
        try project.directory.write(
            "windows.yaml",
            """
            name: windows
            source: {stream: clicks, columns: {at: timestamp, page: string, n: int64}}
            steps:
              - window: {time: at, size: 10 s, delay: 2 s, idle: 1 hour, by: [page], columns: {views: count(*), total: sum(n)}}
            sink: {files: windows, format: csv, mode: append}
            """)
        try project.directory.write(
            "copy.yaml",
            """
            name: copy
            source: {stream: clicks, columns: {at: timestamp, page: string, n: int64}}
            steps: [{derive: {twice: n * 2}}]
            sink: {table: shop.clicks, format: json, mode: append}
            """)
    }

    /// A neighbour may come before a record.
    private func put(_ range: Range<Int>) async throws {
        try await project.put(Clicks.lines(Clicks.disordered(range)), into: "clicks", key: "page")
    }

    @Test("kill -9 again and again: every record once in the table, every window once and whole", arguments: [1, 2, 3])
    func killed(_ seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        _ = try await project.sluice("stream", "create", "clicks", "--shards", "2")
        try await put(0..<1)
        var next = 1
        while next < Self.events {
            let running = try ["windows.yaml", "copy.yaml"].map(project.follow)
            let end = min(Self.events, next + Int.random(in: 300...1_500, using: &random))
            try await put(next..<end)
            next = end
            try await Task.sleep(for: .milliseconds(Int.random(in: 0...250, using: &random)))
            for process in running { process.signal(SIGKILL) }
            for process in running { _ = try await process.wait() }
        }
        // The rest, to the end of the stream.
        for file in ["windows.yaml", "copy.yaml"] {
            let text = try project.directory.text(file)
            try project.directory.write(file, text + "\nincremental: true\n")
            let result = try await project.sluice("run", file, "--quiet")
            #expect(result.exitCode == 0, "\(result.transcript)")
        }
        let table = try await Command.shell(
            "cat \(project.tablePath("shop", "clicks"))/part-* | sed 's/.*\"n\":\\([0-9]*\\),.*/\\1/' | sort -n | uniq | wc -l; "
                + "cat \(project.tablePath("shop", "clicks"))/part-* | wc -l"
        ).run()
        #expect(table.output.split(whereSeparator: \.isWhitespace) == ["\(Self.events)", "\(Self.events)"], "\(table.transcript)")
        let windows = try CSVDocument.directory(project.directory.path("windows"))
        // All but the windows that end behind the watermark, 2 s behind the last event.
        let closed = (Self.events * 20 - 20 - 2_000) / 10_000
        #expect(windows.rows.count == closed * 7)
        #expect(Set(windows.rows.map { [$0[0], $0[2]] }).count == closed * 7)
        let views = windows.rows.reduce(0) { $0 + (Int($1[3]) ?? 0) }
        let total = windows.rows.reduce(0) { $0 + (Int($1[4]) ?? 0) }
        #expect(views == closed * 500)
        #expect(total == (0..<closed * 500).reduce(0, +))
        #expect(project.stagedFiles.isEmpty, "\(project.stagedFiles)")
    }

    @Test("a following run ends well at SIGTERM, and the next goes on behind it")
    func stopped() async throws {
        _ = try await project.sluice("stream", "create", "clicks")
        try await put(0..<100)
        for round in 1...2 {
            let running = try project.follow("copy.yaml")
            let files = "ls \(project.tablePath("shop", "clicks"))/part-* 2>/dev/null | wc -l"
            let seen = try await Command.shell(
                "for i in $(seq 600); do [ $(\(files)) -ge \(round) ] && exit 0; sleep 0.05; done; exit 1"
            ).run()
            #expect(seen.exitCode == 0)
            running.signal(SIGTERM)
            let result = try await running.wait()
            #expect(result.exitCode == 0, "\(result.transcript)")
            if round == 1 { try await put(100..<200) }
        }
        let rows = try await Command.shell("cat \(project.tablePath("shop", "clicks"))/part-* | wc -l").run()
        #expect(rows.output.trimmed == "200")
        let runs = try await project.json("runs", "list")
        #expect(runs["runs"]?[0]?["state"]?.text == "succeeded")
    }

    @Test("new files of a folder are read as they come, and one that is still written is left for later")
    func folder() async throws {
        try project.directory.write(
            "files.yaml",
            """
            name: files
            source: {files: "in/*.csv", columns: {n: int64}}
            sink: {files: out, format: csv, mode: append}
            """)
        try project.directory.write("in/a.csv", "n\n1\n")
        let running = try project.follow("files.yaml")
        let arrivals = try await Command.shell(
            """
            sleep 0.3; printf 'n\\n2\\n' > in/b.csv; for i in $(seq 12); do sleep 0.2; printf '%s\\n' $((i + 2)) >> in/b.csv; done
            for i in $(seq 600); do [ $(cat out/part-*.csv 2>/dev/null | grep -v n | wc -l) -ge 14 ] && exit 0; sleep 0.05; done; exit 1
            """, directory: project.directory.root
        ).run()
        #expect(arrivals.exitCode == 0, "\(arrivals.transcript)")
        running.signal(SIGINT)
        #expect(try await running.wait().exitCode == 0)
        let rows = try CSVDocument.directory(project.directory.path("out")).rows.compactMap { Int($0[0]) }.sorted()
        #expect(rows == Array(1...14))
    }

    @Test("a run that is planned anew for a new column tells what it did before, and its dead letters count")
    func plannedAnew() async throws {
        try project.directory.write(
            "files.yaml",
            """
            name: files
            on_error: dead_letter
            source: {files: "in/*.csv", format: csv}
            sink: {files: out, format: csv, mode: append}
            """)
        try project.directory.write("in/a.csv", "n\n1\n")
        let running = try project.command(["run", "files.yaml", "--follow", "--strict", "--every", "20ms", "--json"]).start()
        let steps = try await Command.shell(
            """
            wait_for() { for i in $(seq 1200); do [ $(cat out/part-*.csv 2>/dev/null | grep -cE '^[0-9]') -ge $1 ] && return; sleep 0.05; done; exit 1; }
            wait_for 1; printf 'n\nbad\n2\n' > in/b.csv
            wait_for 2; printf 'n,m\n3,4\n' > in/c.csv
            wait_for 3
            """, directory: project.directory.root
        ).run()
        #expect(steps.exitCode == 0, "\(steps.transcript)")
        running.signal(SIGTERM)
        let result = try await running.wait()
        #expect(result.exitCode == 3, "\(result.transcript)")
        let json = try result.json()
        #expect(json["dead_letters"]?.integer == 0 && json["rows_in"]?.integer == 1)
        #expect(json["earlier_runs"]?[0]?["dead_letters"]?.integer == 1 && json["earlier_runs"]?[0]?["rows_in"]?.integer == 2)
    }

    @Test("a table that other pipelines append to is followed, and one that is overwritten meanwhile is joined with as it is now")
    func tables() async throws {
        let directory = project.directory
        try directory.write(
            "src.yaml",
            "name: src\nincremental: true\nsource: {files: \"in/*.csv\", columns: {n: int64, k: string}}\nsink: {table: z.src, mode: append}\n"
        )
        try directory.write("names.yaml", "name: names\nsource: {files: names.csv}\nsink: {table: z.names}\n")
        try directory.write(
            "joined.yaml",
            """
            name: joined
            source: {table: z.src}
            steps:
              - join: {with: {table: z.names}, on: [k], kind: left, refresh: 20 ms}
            sink: {files: out, format: csv, mode: append}
            """)
        func add(_ n: Int, _ key: String, names: String) async throws {
            try directory.write("names.csv", "k,name\n" + names)
            try directory.write("in/\(n).csv", "n,k\n\(n),\(key)\n")
            for file in ["names.yaml", "src.yaml"] {
                let result = try await project.sluice("run", file, "--quiet")
                try #require(result.exitCode == 0, "\(result.transcript)")
            }
        }
        try await add(1, "a", names: "a,first\n")
        let running = try project.follow("joined.yaml")
        for (n, key, name) in [(1, "a", "first"), (2, "b", "second"), (3, "a", "third")] {
            if n > 1 { try await add(n, key, names: "\(key),\(name)\n") }
            let seen = try await Command.shell(
                "for i in $(seq 1200); do cat out/part-* 2>/dev/null | grep -q '^\(n),\(key),\(name)$' && exit 0; sleep 0.05; done; "
                    + "cat out/part-*; exit 1", directory: directory.root
            ).run()
            #expect(seen.exitCode == 0, "row \(n): \(seen.transcript)")
        }
        running.signal(SIGTERM)
        let ended = try await running.wait()
        #expect(ended.exitCode == 0, "\(ended.transcript)")
    }

    @Test("a table of a database that is joined needs no cursor, and is read anew")
    func joinedDatabase() async throws {
        let database = try SQLiteConnection(project.directory.path("n.db"), .create)
        try database.execute("CREATE TABLE names (id INTEGER, name TEXT); INSERT INTO names VALUES (1, 'a'), (2, 'b')")
        try project.directory.write(
            "p.yaml",
            """
            name: p
            incremental: true
            source: {files: in, format: csv}
            steps:
              - join: {with: {sqlite: n.db, table: names}, on: id, kind: left}
            sink: {table: d.t, format: csv, mode: append}
            """)
        for (id, rows) in [(1, "1,a"), (2, "1,a\n2,c")] {
            try project.directory.write("in/\(id).csv", "id\n\(id)\n")
            let result = try await project.sluice("run", "p.yaml", "--quiet")
            try #require(result.exitCode == 0, "\(result.transcript)")
            let query = try await project.sluice("query", "select id, name from d.t order by id", "--format", "csv")
            #expect(query.output == "id,name\n\(rows)\n", "\(query.transcript)")
            try database.execute("UPDATE names SET name = 'c' WHERE id = 2")
        }
    }
}
