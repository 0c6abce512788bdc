import Glibc
import SluiceTestKit
import Testing

/// Following runs with windows of all kinds that are killed again and again, beside runs over the whole stream.
@Suite("kinds of windows through kills")
struct WindowKillTests {
    private let project: Project
    private static let events = 3_000
    private static let windows = [
        "stagger": "stagger: 5 s, delay: 1 s", "count": "count: 50", "corrected": "size: 5 s, allowed_lateness: 1 hour",
        "session": "session: 30 ms, delay: 1 s",
    ]

    init() throws { project = try Project() }

    private func define(_ name: String, _ window: String, isWhole: Bool) throws {
        try project.directory.write(
            (isWhole ? "whole-" : "") + name + ".yaml",
            """
            name: \(isWhole ? "whole-" : "")\(name)
            source: {stream: clicks, columns: {at: timestamp, page: string, n: int64}}
            steps:
              - window: {time: at, \(window), by: [page], columns: {views: count(*), total: sum(n), first: first(n)}}
            sink: {files: \(isWhole ? "whole" : "out")/\(name), format: csv, mode: \(isWhole ? "overwrite" : "append")}
            """)
    }

    /// A neighbour may come before a record.
    private func put(_ range: Range<Int>) async throws { try await put(Clicks.lines(Clicks.disordered(range))) }

    private func put(_ lines: String) async throws { try await project.put(lines, into: "clicks", key: "page") }

    /// Rows of windows before the last events, without their revisions; of several revisions the highest.
    private func results(_ directory: String, _ name: String) throws -> [String] {
        let table = try CSVDocument.directory(project.directory.path("\(directory)/\(name)"))
        var found: [[String]: (revision: Int, text: String)] = [:]
        for row in table.rows where !row[0].contains("T01:") {
            guard name == "corrected" else {
                if name == "count", row[3] != "50" { continue }
                let text = row.joined(separator: ",")
                #expect(found[row] == nil, "\(text) is there twice")
                found[row] = (0, text)
                continue
            }
            let (key, revision) = ([row[0], row[3]], Int(row[2]) ?? -1)
            if revision > found[key]?.revision ?? -1 { found[key] = (revision, (row[..<2] + row[3...]).joined(separator: ",")) }
        }
        return found.values.map(\.text).sorted()
    }

    @Test("kill -9 again and again: every window as in a run over the whole stream", arguments: [1, 2])
    func killed(_ seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        for (name, window) in Self.windows { try define(name, window, isWhole: false) }
        let names = Self.windows.keys.sorted()
        _ = try await project.sluice("stream", "create", "clicks", "--shards", "2")
        try await put(0..<30)
        var next = 30
        while next < Self.events {
            let running = try names.map { try project.follow("\($0).yaml") }
            let end = min(Self.events, next + Int.random(in: 200...900, using: &random))
            try await put(next..<end)
            next = end
            try await Task.sleep(for: .milliseconds(Int.random(in: 0...250, using: &random)))
            for process in running { process.signal(SIGKILL) }
            for process in running { _ = try await process.wait() }
        }
        // What closes the windows of all pages.
        try await put((0..<7).map { Clicks.line($0, at: "2024-01-01T01:00:00") }.joined())
        for name in names {
            let text = try project.directory.text("\(name).yaml")
            try project.directory.write("\(name).yaml", text + "\nincremental: true\n")
            let result = try await project.json("run", "\(name).yaml")
            #expect(result["dead_letters"]?.integer == 0, "\(name): \(result)")
            try define(name, Self.windows[name] ?? "", isWhole: true)
            let whole = try await project.sluice("run", "whole-\(name).yaml", "--quiet")
            #expect(whole.exitCode == 0, "\(whole.transcript)")
            let (found, expected) = (try results("out", name), try results("whole", name))
            let isEqual = found == expected
            #expect(!expected.isEmpty)
            #expect(isEqual, "\(name): \(found.count) rows, \(expected.count) expected")
        }
        #expect(project.stagedFiles.isEmpty, "\(project.stagedFiles)")
    }
}
