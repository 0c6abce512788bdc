import Glibc
import SluiceTestKit
import Testing

/// Ranges of files without partitions, of tables and of streams.
@Suite("what backfills cut")
struct BackfillSourceTests {
    private let project: Project

    init() throws { project = try Project() }

    private func define(source: String, steps: String = "[]", sink: String) throws {
        try project.directory.write("p.yaml", "name: p\nsource: \(source)\nsteps: \(steps)\nsink: \(sink)\n")
    }

    private func json(_ from: String, _ to: String, _ arguments: String...) async throws -> JSONDocument {
        let result = try await project.command(["backfill", "p.yaml", "--from", from, "--to", to, "--json"] + arguments).run()
        try #require(result.exitCode == 0, "\(result.transcript)")
        return try result.json()
    }

    private func numbers(_ path: String = "out") throws -> [Int] {
        guard project.directory.exists(path) else { return [] }
        return try CSVDocument.directory(project.directory.path(path))["n"].compactMap { Int($0) }.sorted()
    }

    @Test("files by the date in their paths, into files by date; what others put there stays")
    func pathDates() async throws {
        for day in 1...4 {
            for part in 1...2 {
                try project.directory.write("in/2024/01/0\(day)/log-\(part).csv", "n,at\n\(day * 10 + part),2024-01-0\(day)\n")
            }
        }
        try define(
            source: "{files: in, columns: {n: int64, at: date}}", sink: "{files: out, format: csv, partition_by: at}")
        #expect(try await project.sluice("run", "p.yaml", "--quiet").exitCode == 0)
        try project.directory.write("out/at=2024-01-02/mine.csv", "n\n999\n")
        let before = project.directory.files(below: "out")
        let document = try await json("2024-01-02", "2024-01-04")
        #expect(document["cut_by"]?.text == "dates in the paths")
        #expect(document["units"]?.items.map { $0["inputs"]?.integer } == [2, 2], "\(document)")
        let after = project.directory.files(below: "out")
        #expect(try numbers() == [11, 12, 21, 22, 31, 32, 41, 42, 999])
        for kept in ["at=2024-01-01/", "at=2024-01-04/", "mine.csv"] {
            #expect(after.filter { $0.contains(kept) } == before.filter { $0.contains(kept) })
        }
        #expect(Set(after.filter { $0.contains("at=2024-01-03/") }).isDisjoint(with: before))
    }

    @Test("files by the time of their last change, added and not replaced; --restart replaces what the unit wrote")
    func modified() async throws {
        for (day, n) in [(1, 1), (2, 2), (3, 3)] {
            try project.directory.write("in/f\(n).csv", "n\n\(n)\n")
            let touched = try await Command.shell("touch -d 2024-02-0\(day)T10:00:00Z in/f\(n).csv", directory: project.directory.root)
                .run()
            #expect(touched.exitCode == 0)
        }
        try define(source: "{files: \"in/*.csv\", columns: {n: int64}}", sink: "{files: out, format: csv}")
        let document = try await json("2024-02-01T10:00:00Z", "2024-02-03T10:00:00Z", "--append")
        #expect(document["cut_by"]?.text == "times of the files' last changes")
        #expect(
            document["units"]?.items.count == 2 && document["units"]?[0]?["unit"]?.text == "2024-02-01T10:00:00Z to 2024-02-02",
            "\(document)")
        #expect(try numbers() == [1, 2])
        let files = project.directory.files(below: "out")
        _ = try await json("2024-02-01T10:00:00Z", "2024-02-03T10:00:00Z", "--append")
        #expect(project.directory.files(below: "out") == files)
        _ = try await json("2024-02-01T10:00:00Z", "2024-02-03T10:00:00Z", "--append", "--restart")
        #expect(try numbers() == [1, 2])
        #expect(Set(project.directory.files(below: "out")).isDisjoint(with: files))
    }

    @Test("a table of the catalog by its partitions, into another; rows are counted for both")
    func table() async throws {
        let lines = (1...3).map { "2024-03-0\($0),\($0)\n" }.joined()
        try project.directory.write("in.csv", "date,n\n" + lines)
        try project.directory.write(
            "load.yaml",
            "name: load\nsource: {files: in.csv, columns: {date: date, n: int64}}\nsteps: []\n"
                + "sink: {table: raw.days, format: csv, partition_by: date}\n")
        #expect(try await project.sluice("run", "load.yaml", "--quiet").exitCode == 0)
        try define(
            source: "{table: raw.days}", steps: "[{derive: {n: n * 100}}]", sink: "{table: shop.days, format: csv, partition_by: date}")
        let document = try await json("2024-03-02", "2024-04-01")
        #expect(document["cut_by"]?.text == "partitions by date")
        #expect(document["units"]?.items.map { $0["unit"]?.text } == ["2024-03-02", "2024-03-03"])
        #expect(try CSVDocument.directory(project.tablePath("shop", "days"))["n"].sorted() == ["200", "300"])
        // A table without partitions by time has nothing that its parts are known by.
        try define(source: "{table: shop.none}", sink: "{files: out, format: csv}")
        try project.directory.write(
            "none.yaml",
            "name: none\nsource: {files: in.csv, columns: {date: date, n: int64}}\nsteps: []\nsink: {table: shop.none, format: csv}\n")
        #expect(try await project.sluice("run", "none.yaml", "--quiet").exitCode == 0)
        let refused = try await project.sluice("backfill", "p.yaml", "--from", "2024-03-01", "--to", "2024-03-02", "--append")
        #expect(refused.exitCode == 2 && refused.errors.contains("no partitions by time"), "\(refused.transcript)")
    }

    private func put(_ range: Range<Int>) async throws {
        var command = try project.command(["stream", "put", "clicks", "--key", "k"])
        command.input = .text(range.map { "{\"k\": \"k\($0 % 7)\", \"n\": \($0)}\n" }.joined())
        let result = try await command.run()
        try #require(result.exitCode == 0, "\(result.transcript)")
    }

    /// The time now in whole seconds, once the second is over.
    private func nextSecond() async throws -> String {
        let result = try await Command.shell("sleep 1.1; date -u +%Y-%m-%dT%H:%M:%SZ").run()
        return result.output.trimmed
    }

    @Test("a stream by arrival: a unit for each shard and day, and records outside of the range stay out")
    func streamTimes() async throws {
        _ = try await project.sluice("stream", "create", "clicks", "--shards", "2")
        try await put(0..<100)
        let from = try await nextSecond()
        try await put(100..<300)
        let to = try await nextSecond()
        try await put(300..<350)
        try define(source: "{stream: clicks, columns: {k: string, n: int64}}", sink: "{files: out, format: csv}")
        let document = try await json(from, to, "--append")
        #expect(document["cut_by"]?.text == "arrival in the stream")
        let names = document["units"]?.items.compactMap { $0["unit"]?.text } ?? []
        #expect(names.count >= 2 && names.allSatisfy { $0.hasPrefix("shardId-00000000000") }, "\(names)")
        #expect(try numbers() == Array(100..<300))
        let replacing = try await project.sluice("backfill", "p.yaml", "--from", from, "--to", to)
        #expect(replacing.exitCode == 2 && replacing.errors.contains("has no partitions"), "\(replacing.transcript)")
        let future = try await project.sluice("backfill", "p.yaml", "--from", from, "--to", "2100-01-01", "--append")
        #expect(future.exitCode == 2 && future.errors.contains("records may arrive until then"), "\(future.transcript)")
    }

    @Test("a stream by the numbers of its records: of every shard from the first up to the last, exactly")
    func streamNumbers() async throws {
        _ = try await project.sluice("stream", "create", "clicks")
        try await put(0..<500)
        try define(source: "{stream: clicks, columns: {k: string, n: int64}}", sink: "{files: out, format: csv}")
        let document = try await json("120", "250", "--append")
        #expect(document["cut_by"]?.text == "numbers of records" && document["units"]?.items.count == 1, "\(document)")
        #expect(try numbers() == Array(120..<250))
        _ = try await json("250", "400", "--append")
        #expect(try numbers() == Array(120..<400))
        let replacing = try await project.sluice("backfill", "p.yaml", "--from", "0", "--to", "10")
        #expect(replacing.exitCode == 2, "\(replacing.transcript)")
        let mixed = try await project.sluice("backfill", "p.yaml", "--from", "0", "--to", "2024-01-01", "--append")
        #expect(mixed.exitCode == 2 && mixed.errors.contains("not of one kind"), "\(mixed.transcript)")
    }
}
