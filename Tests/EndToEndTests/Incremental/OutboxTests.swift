import Glibc
import SluiceTestKit
import Testing

/// Runs that write to streams, through kills.
@Suite("following runs into streams")
struct OutboxTests {
    private let project: Project
    private static let events = 4_000

    init() throws {
        project = try Project()
        try project.directory.write(
            "forward.yaml",
            """
            name: forward
            source: {stream: clicks, columns: {k: string, n: int64}}
            steps: [{derive: {twice: n * 2}}]
            sink: {stream: copies, shards: 2, key: k}
            """)
        try project.directory.write(
            "land.yaml",
            """
            name: land
            source: {stream: copies, columns: {k: string, n: int64, twice: int64}}
            sink: {table: shop.copies, format: json, mode: append}
            """)
    }

    private func put(_ range: Range<Int>) async throws {
        try await project.put(range.map { "{\"k\": \"k\($0 % 13)\", \"n\": \($0)}\n" }.joined(), into: "clicks", key: "k")
    }

    /// Runs over the rest, to the end.
    private func finish(_ file: String) async throws {
        let text = try project.directory.text(file)
        try project.directory.write(file, text + "\nincremental: true\n")
        let result = try await project.sluice("run", file, "--quiet")
        #expect(result.exitCode == 0, "\(result.transcript)")
    }

    /// The numbers of the records of the target, shard after shard: those of a key in their order.
    private func copies() async throws -> [(key: String, number: Int)] {
        let result = try await project.sluice("stream", "tail", "copies", "--from", "start", "--limit", "1000000", "--lines")
        #expect(result.exitCode == 0, "\(result.transcript)")
        return try JSONDocument.lines(result.output).map { line in
            (try #require(line["k"]?.text), Int(try #require(line["n"]?.integer)))
        }
    }

    @Test("kill -9 again and again, and splits of the target between: every record is once in the target", arguments: [1, 2, 3])
    func killed(_ seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        _ = try await project.sluice("stream", "create", "clicks", "--shards", "2")
        try await put(0..<1)
        var next = 1
        var round = 0
        while next < Self.events {
            let running = try project.follow("forward.yaml")
            let end = min(Self.events, next + Int.random(in: 100...700, using: &random))
            try await put(next..<end)
            next = end
            try await Task.sleep(for: .milliseconds(Int.random(in: 0...250, using: &random)))
            running.signal(SIGKILL)
            _ = try await running.wait()
            round += 1
            if round == 2 { _ = try await project.sluice("stream", "split", "copies", "0") }
            if round == 4 { _ = try await project.sluice("stream", "scale", "copies", "2") }
        }
        try await finish("forward.yaml")
        let copies = try await copies()
        #expect(copies.map(\.number).sorted() == Array(0..<Self.events))
        #expect(TemporaryDirectory.files(below: project.home + "/outbox").isEmpty)
    }

    @Test("two pipelines one behind the other, both killed again and again: every record once, and those of a key in order")
    func chain() async throws {
        var random = SeededGenerator(seed: 9)
        _ = try await project.sluice("stream", "create", "clicks", "--shards", "2")
        _ = try await project.sluice("stream", "create", "copies", "--shards", "2")
        try await put(0..<1)
        var next = 1
        while next < Self.events {
            let running = try ["forward.yaml", "land.yaml"].map(project.follow)
            let end = min(Self.events, next + Int.random(in: 200...900, using: &random))
            try await put(next..<end)
            next = end
            try await Task.sleep(for: .milliseconds(Int.random(in: 0...250, using: &random)))
            for process in running { process.signal(SIGKILL) }
            for process in running { _ = try await process.wait() }
        }
        try await finish("forward.yaml")
        let copies = try await copies()
        #expect(copies.map(\.number).sorted() == Array(0..<Self.events))
        for (key, found) in Dictionary(grouping: copies, by: \.key) {
            #expect(found.map(\.number) == found.map(\.number).sorted(), "\(key)")
        }
        try await finish("land.yaml")
        let table = try await Command.shell(
            "cat \(project.tablePath("shop", "copies"))/part-* | sed 's/.*\"n\":\\([0-9]*\\),.*/\\1/' | sort -n | uniq | wc -l; "
                + "cat \(project.tablePath("shop", "copies"))/part-* | wc -l"
        ).run()
        #expect(table.output.split(whereSeparator: \.isWhitespace) == ["\(Self.events)", "\(Self.events)"], "\(table.transcript)")
    }

    @Test("records of a key stay in their order, though tasks decode the puts of a shard side by side")
    func order() async throws {
        _ = try await project.sluice("stream", "create", "clicks")
        let puts = 40
        for number in 0..<puts { try await put(number * 50..<number * 50 + (number % 2 == 0 ? 50 : 49)) }
        try await finish("forward.yaml")
        let copies = try await copies()
        #expect(copies.count == puts * 50 - puts / 2)
        for (key, found) in Dictionary(grouping: copies, by: \.key) {
            #expect(found.map(\.number) == found.map(\.number).sorted(), "\(key)")
        }
    }

    @Test("plan says exactly once")
    func plan() async throws {
        _ = try await project.sluice("stream", "create", "clicks")
        let result = try await project.sluice("plan", "forward.yaml")
        #expect(result.output.contains("exactly once"), "\(result.transcript)")
    }
}
