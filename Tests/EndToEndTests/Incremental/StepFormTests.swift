import Glibc
import SluiceTestKit
import Testing

/// Every kind of step over a stream: followed as its records come, and read in one go.
@Suite("steps in both forms")
struct StepFormTests {
    /// A step that takes rows as they come.
    private static let followed: [String: [String]] = [
        "filter": ["filter: n % 2 = 0"],
        "derive": ["derive: {twice: n * 2, at: at + INTERVAL '1 day'}"],
        "select": ["select: [k, half: n / 2]"],
        "drop": ["drop: [k, tags]"],
        "rename": ["rename: {k: key}"],
        "cast": ["cast: {n: string}"],
        "fill": ["fill: {k: \"'none'\"}"],
        "union": ["union: {files: \"more/*.jsonl\", columns: {n: int64, k: string}}"],
        "deduplicate": ["deduplicate: {by: [k], time: at, within: 1 day, delay: 1 day}"],
        "unpivot": ["unpivot: {columns: [january, february], name: month, value: amount}"],
        "explode": ["explode: {column: tags, as: tag, position: place, keep_empty: true}", "explode: tags"],
        "flatten": ["flatten: user"],
        "resolve": ["resolve: {x: columns}", "resolve: {x: {cast: string}}"],
        "join": ["join: {with: {files: names.csv}, on: [k], kind: left}", "join: {with: {files: names.csv}, on: [k], kind: anti}"],
        "mask": ["mask: {k: hash, n: {method: partial, keep_first: 1}}"],
        "sample": ["sample: {share: 0.5, by: n}"],
        "assert": ["assert: {small: {that: n < 20, on_fail: drop}}"],
        "quality": ["quality: {rules: 'ColumnValues \"n\" >= 0', failing_rows: drop}"],
        "sql": ["sql: SELECT k, n * 2 AS twice FROM input WHERE n > 3"],
        "exec": ["exec: {shell: cat, columns: {n: int64, k: string}}"],
    ]
    /// A step that needs all rows, and what says so when rows have no end.
    private static let refused: [String: [String]] = [
        "limit": ["limit: 3"], "sort": ["sort: [n]"], "aggregate": ["aggregate: {by: [k], columns: {c: count(*)}}"],
        "pivot": ["pivot: {by: [k], on: n, values: [1, 2], columns: {c: count(*)}}"],
        "deduplicate": ["deduplicate: {by: [k]}"],
        "join": ["join: {with: {files: names.csv}, on: [k], kind: right}", "join: {with: {stream: rows}, on: [k], prefix: other_}"],
        "sql": ["sql: SELECT k, count(*) AS c FROM input GROUP BY k", "sql: SELECT k FROM input ORDER BY k"],
    ]
    /// Steps with suites of their own: WindowRunTests, RelationalizeTests, and the package of Examples.
    private static let elsewhere = ["window", "relationalize", "swift"]

    private let project: Project

    init() throws { project = try Project() }

    private static func line(_ n: Int) -> String {
        let key = n % 5 == 4 ? "null" : "\"k\(n % 5)\""
        let tags = n % 3 == 0 ? "[]" : "[\"a\(n)\", \"b\"]"
        let user = n % 7 == 0 ? "null" : "{\"name\": \"u\(n)\", \"city\": \"c\(n % 2)\"}"
        return
            "{\"n\": \(n), \"part\": \"p\(n % 5)\", \"k\": \(key), \"at\": \"\(Clicks.time(n * 20))\", \"tags\": \(tags), \"user\": \(user), "
            + "\"x\": \(n % 2 == 0 ? "\(n)" : "\"t\(n)\""), \"january\": \(n), \"february\": \(n % 4 == 0 ? "null" : "\(n * 10)")}\n"
    }

    /// - Parameter isWhole: A run over everything, otherwise one that follows.
    private func define(_ name: String, _ step: String, isWhole: Bool) throws {
        let columns =
            "n: int64, k: string, at: timestamp, tags: list<string>, user: \"struct<name: string, city: string>\", "
            + "x: \"choice<int64, string>\", january: int64, february: int64"
        try project.directory.write(
            "\(isWhole ? "whole" : "live")/\(name).yaml",
            """
            name: \(isWhole ? "whole" : "live")-\(name)
            source: {stream: \(isWhole ? "all" : "rows"), columns: {\(columns.replacing("list<string>", with: "\"list<string>\""))}}
            steps:
              - \(step.replacing("names.csv", with: "../names.csv").replacing("more/", with: "../more/"))
            sink: {files: ../out/\(isWhole ? "whole" : "live")-\(name), format: json, mode: \(isWhole ? "overwrite" : "append")}
            incremental: \(!isWhole)
            """)
    }

    private func rows(_ name: String) -> [String] {
        let path = project.directory.path("out/\(name)")
        let files = TemporaryDirectory.files(below: path).filter { $0.hasPrefix("part-") }
        return files.flatMap { file in
            ((try? TemporaryDirectory.contents(of: path + "/" + file)) ?? "").split(separator: "\n").map(String.init)
        }.sorted()
    }

    @Test("what follows the stream comes to the rows of a run over all of it")
    func both() async throws {
        try project.directory.write("names.csv", "k,name\nk0,zero\nk1,one\nk1,uno\n")
        try project.directory.write("more/a.jsonl", "{\"n\": 1000, \"k\": \"more\"}\n")
        let names = Self.followed.flatMap { key, steps in steps.enumerated().map { (name: "\(key)-\($0.offset)", step: $0.element) } }
        for (name, step) in names {
            try define(name, step, isWhole: true)
            try define(name, step, isWhole: false)
        }
        for stream in ["all", "rows"] { _ = try await project.sluice("stream", "create", stream, "--shards", "2") }
        try await project.put((0..<60).map(Self.line).joined(), into: "all", key: "part")
        var expected: [String: [String]] = [:]
        for (name, step) in names {
            let whole = try await project.sluice("run", "whole/\(name).yaml", "--quiet")
            #expect(whole.exitCode == 0, "\(step): \(whole.transcript)")
            expected[name] = rows("whole-\(name)")
            #expect(expected[name]?.isEmpty == false, "\(step)")
        }
        let running = try project.command(["up", "live", "--every", "100ms", "--quiet"]).start()
        for part in 0..<3 {
            try await project.put((part * 20..<(part + 1) * 20).map(Self.line).joined(), into: "rows", key: "part")
            // The next part is none of the same epoch.
            for _ in 0..<900 where running.isRunning && rows("live-sql-0").count < [16, 36, 56][part] {
                try await Task.sleep(for: .milliseconds(200))
            }
        }
        for _ in 0..<900 where running.isRunning && names.contains(where: { rows("live-\($0.name)") != expected[$0.name] }) {
            try await Task.sleep(for: .milliseconds(200))
        }
        for (name, step) in names { #expect(rows("live-\(name)") == expected[name], "\(step)") }
        running.signal(SIGTERM)
        let ended = try await running.wait()
        #expect(ended.exitCode == 0, "\(ended.transcript)")
    }

    @Test("what needs all rows is refused with its place and a remedy where rows have no end", arguments: refused.keys.sorted())
    func refusals(_ key: String) async throws {
        try project.directory.write("names.csv", "k,name\nk0,zero\n")
        _ = try await project.sluice("stream", "create", "rows")
        try await project.put(Self.line(1), into: "rows", key: "part")
        for step in Self.refused[key] ?? [] {
            try define("step", step, isWhole: false)
            let result = try await project.sluice("run", "live/step.yaml", "--follow", "--quiet")
            #expect(result.exitCode == 2, "\(step): \(result.transcript)")
            #expect(result.errors.contains("live/step.yaml:4:") && result.errors.contains("= "), "\(step): \(result.transcript)")
        }
    }

    @Test("no kind of step is left out")
    func complete() async throws {
        let known = Set(Self.followed.keys).union(Self.refused.keys).union(Self.elsewhere)
        let manual = try TemporaryDirectory.contents(of: Repository.path("docs/pipelines.md"))
        let part = manual.split(separator: "<!-- steps: generated -->")[1].split(separator: "<!-- end of steps -->")[0]
        let steps = part.split(separator: "\n").filter { $0.hasPrefix("### ") }.map { String($0.dropFirst(4)) }
        #expect(Set(steps) == known)
    }
}
