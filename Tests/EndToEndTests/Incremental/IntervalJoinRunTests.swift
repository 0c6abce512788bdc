import Glibc
import SluiceTestKit
import Testing

/// Joins of two streams within a time: in one go, piece by piece, and through kills.
@Suite("joins of streams")
struct IntervalJoinRunTests {
    private let project: Project

    init() throws { project = try Project() }

    private func define(_ join: String, kind: String = "left", more: String = "incremental: true", mode: String = "append") throws {
        try project.directory.write(
            "p.yaml",
            """
            name: paid
            source: {files: "orders/*.jsonl", columns: {id: int64, at: timestamp}}
            steps:
              - join:
                  with: {files: "payments/*.jsonl", columns: {order: int64, paid_at: timestamp, n: int64}}
                  on: {id: order}
                  kind: \(kind)
                  columns: [n]
                  \(join)
            sink: {files: out, format: csv, mode: \(mode)}
            \(more)
            """)
    }

    private func define(kind: String = "left", more: String = "incremental: true", mode: String = "append") throws {
        try define(
            "time: {at: paid_at}\n      within: {after: 10 minutes}\n      delay: 1 minute\n      idle: 1 day", kind: kind, more: more,
            mode: mode)
    }

    private func orders(_ file: String, _ rows: [(id: Int, at: String)]) throws {
        let lines = rows.map { "{\"id\": \($0.id), \"at\": \"2024-01-01T\($0.at)\"}\n" }
        try project.directory.write("orders/\(file).jsonl", lines.joined())
    }

    private func payments(_ file: String, _ rows: [(order: Int, at: String, n: Int)]) throws {
        let lines = rows.map { "{\"order\": \($0.order), \"paid_at\": \"2024-01-01T\($0.at)\", \"n\": \($0.n)}\n" }
        try project.directory.write("payments/\(file).jsonl", lines.joined())
    }

    private func run() async throws -> CommandResult { try await project.command(["run", "p.yaml", "--quiet"]).run() }

    /// Orders with what was paid for them.
    private func output() throws -> [String] {
        guard project.directory.exists("out") else { return [] }
        return try CSVDocument.directory(project.directory.path("out")).rows.map { "\($0[0]) \($0[2])" }.sorted()
    }

    @Test("a match is found whichever side comes first, and an order without one is handed on when none can come any more")
    func pieces() async throws {
        try define()
        try orders("a", [(1, "00:00:00"), (2, "00:01:00"), (3, "00:02:00")])
        try payments("a", [(1, "00:05:00", 10), (9, "00:02:00", 90), (4, "00:04:00", 40)])
        #expect(try await run().exitCode == 0)
        #expect(try output() == ["1 10"])
        try orders("b", [(4, "00:03:00"), (9, "00:02:30"), (5, "00:20:00")])
        try payments("b", [(2, "00:11:00", 20), (1, "00:06:00", 11), (3, "00:12:01", 30), (7, "00:14:00", 70)])
        #expect(try await run().exitCode == 0)
        #expect(try output() == ["1 10", "1 11", "2 20", "3 ", "4 40", "9 "])
        try payments("c", [(5, "00:20:00", 50)])
        #expect(try await run().exitCode == 0)
        #expect(try output() == ["1 10", "1 11", "2 20", "3 ", "4 40", "5 50", "9 "])
        let pieces = try output()
        try define(more: "", mode: "overwrite")
        #expect(try await run().exitCode == 0)
        #expect(try output() == pieces)
    }

    @Test("right and full: what nobody ordered comes with its own key and time, once no order can come any more")
    func rightAndFull() async throws {
        let late = "7 00:14:00 70"
        for (kind, more) in [("right", []), ("full", ["2 00:01:00 "])] {
            _ = try await Command.shell("rm -rf out home orders payments", directory: project.directory.root).run()
            func rows() throws -> [String] {
                try CSVDocument.directory(project.directory.path("out")).rows.map { "\($0[0]) \($0[1].suffix(8)) \($0[2])" }.sorted()
            }
            try define(kind: kind)
            try orders("a", [(1, "00:00:00"), (2, "00:01:00")])
            try payments("a", [(1, "00:05:00", 10), (9, "00:02:00", 90)])
            #expect(try await run().exitCode == 0)
            #expect(try rows() == ["1 00:00:00 10"])
            try orders("b", [(5, "00:20:00")])
            try payments("b", [(7, "00:14:00", 70), (5, "00:20:00", 50)])
            #expect(try await run().exitCode == 0)
            let expected = (["1 00:00:00 10", "5 00:20:00 50", "9 00:02:00 90", late] + more).sorted()
            #expect(try rows() == expected, "\(kind)")
            try define(kind: kind, more: "", mode: "overwrite")
            #expect(try await run().exitCode == 0)
            #expect(try rows() == expected, "\(kind)")
        }
    }

    @Test("kinds that add nothing hand each row on once")
    func existence() async throws {
        for (kind, expected) in [("semi", ["1"]), ("anti", ["2"])] {
            _ = try await Command.shell("rm -rf out home orders payments", directory: project.directory.root).run()
            try project.directory.write(
                "p.yaml",
                """
                name: paid
                source: {files: "orders/*.jsonl", columns: {id: int64, at: timestamp}}
                steps:
                  - join: {with: {files: "payments/*.jsonl", columns: {id: int64, at: timestamp}}, on: id, time: at, within: 1 minute, kind: \(kind)}
                sink: {files: out, format: csv, mode: append}
                incremental: true
                """)
            func write(_ file: String, _ rows: [(Int, String)]) throws {
                try project.directory.write(file, rows.map { "{\"id\": \($0.0), \"at\": \"2024-01-01T\($0.1)\"}\n" }.joined())
            }
            try write("orders/a.jsonl", [(1, "00:00:00"), (2, "00:00:30")])
            try write("payments/a.jsonl", [(3, "00:00:00")])
            #expect(try await run().exitCode == 0)
            try write("payments/b.jsonl", [(1, "00:00:59"), (1, "00:01:00"), (2, "00:05:00")])
            try write("orders/b.jsonl", [(8, "00:05:00")])
            #expect(try await run().exitCode == 0)
            #expect(try CSVDocument.directory(project.directory.path("out")).rows.map { $0[0] } == expected, "\(kind)")
        }
    }

    @Test("a row of either side that comes behind the watermark is a dead letter, and ends no run")
    func late() async throws {
        try define()
        try orders("a", [(1, "01:00:00")])
        try payments("a", [(1, "01:00:00", 10)])
        #expect(try await run().exitCode == 0)
        try orders("b", [(2, "00:58:59"), (3, "00:59:30")])
        try payments("b", [(3, "00:58:00", 30), (3, "00:59:30", 31)])
        let result = try await project.json("run", "p.yaml")
        #expect(result["dead_letters"]?.integer == 2, "\(result)")
        #expect(result["rows_in"]?.integer == 4, "\(result)")
        #expect(try output() == ["1 10", "3 31"])
        let file = try #require(result["dead_letter_file"]?.text)
        let letters = try await Command.shell("cat '\(file)'", directory: project.directory.root).run().output
        #expect(
            letters.contains("orders/b.jsonl") && letters.contains("payments/b.jsonl") && letters.contains("\"late-row\""), "\(letters)")
    }

    @Test("a window behind a join of streams goes on with the join's watermark")
    func window() async throws {
        try define()
        let text = try project.directory.text("p.yaml").replacing(
            "sink:", with: "  - window: {time: at, size: 10 minutes, columns: {orders: count(*), paid: count(n)}}\nsink:")
        try project.directory.write("p.yaml", text)
        try orders("a", [(1, "00:00:00"), (2, "00:01:00"), (3, "00:12:00")])
        try payments("a", [(1, "00:05:00", 10)])
        #expect(try await run().exitCode == 0)
        #expect(try output().isEmpty)
        try orders("b", [(4, "00:40:00")])
        try payments("b", [(3, "00:13:00", 30), (4, "00:40:00", 40)])
        #expect(try await run().exitCode == 0)
        let rows = try CSVDocument.directory(project.directory.path("out")).rows.map { [String($0[0].suffix(8)), $0[2], $0[3]] }
        #expect(rows.sorted { $0[0] < $1[0] } == [["00:00:00", "2", "1"], ["00:10:00", "1", "1"]], "\(rows)")
    }

    @Test("the join goes on with what it kept when the wait for late rows changes, and says why not where it cannot")
    func changed() async throws {
        try define()
        try orders("a", [(1, "00:00:00")])
        try payments("a", [(2, "00:00:00", 20)])
        #expect(try await run().exitCode == 0)
        let text = try project.directory.text("p.yaml").replacing("delay: 1 minute", with: "delay: 30 s\n      late: drop")
        try project.directory.write("p.yaml", text.replacing("after: 10 minutes", with: "after: 20 minutes"))
        let result = try await run()
        #expect(result.exitCode == 2 && result.errors.contains("state-mismatch"), "\(result.transcript)")
        #expect(result.errors.contains("kept rows for matches within 10 m, which is too short for within 20 m"), "\(result.transcript)")
        try project.directory.write("p.yaml", text.replacing("source:", with: "description: waits less\nsource:"))
        try payments("b", [(1, "00:01:00", 10)])
        #expect(try await run().exitCode == 0)
        #expect(try output() == ["1 10"])
    }

    @Test("two streams without a bound are refused by validate, and so is one that a following run joins with")
    func unbounded() async throws {
        for name in ["orders", "payments"] { _ = try await project.sluice("stream", "create", name) }
        func write(_ source: String, _ more: String) throws {
            try project.directory.write(
                "p.yaml",
                """
                name: paid
                source: \(source)
                steps:
                  - join: {with: {stream: payments, columns: {id: int64, paid: int64}}, on: id}
                sink: {files: out, format: csv, mode: append}
                \(more)
                """)
        }
        try project.directory.write("in/a.csv", "id\n1\n")
        let cases = [
            ("{stream: orders, columns: {id: int64}}", "", 2), ("{files: \"in/*.csv\", columns: {id: int64}}", "incremental: true", 2),
            ("{files: \"in/*.csv\", columns: {id: int64}}", "", 0),
        ]
        for (source, more, code) in cases {
            try write(source, more)
            let result = try await project.sluice("validate", "p.yaml")
            #expect(result.exitCode == Int32(code), "\(result.transcript)")
            if code == 0 { continue }
            #expect(result.errors.contains("error[unbounded-join]") && result.errors.contains("p.yaml:4"), "\(result.transcript)")
            #expect(result.errors.contains("within: 10 minutes"), "\(result.transcript)")
        }
    }
}
