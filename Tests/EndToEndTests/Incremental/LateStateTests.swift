import Glibc
import SluiceTestKit
import Testing

/// A following run with so much state that it goes on before this is read, killed while it reads.
@Suite("restarts with much state")
struct LateStateTests {
    private let project: Project
    private static let groups = 90_000
    private static let filling = String(repeating: "a part of the key/", count: 5)

    init() throws {
        project = try Project()
        try project.directory.write(
            "p.yaml",
            """
            name: counts
            source: {stream: clicks, columns: {at: timestamp, page: string, n: int64}}
            routes:
              counts:
                steps:
                  - window: {time: at, size: 1 day, by: [page], columns: {views: count(*), total: sum(n)}}
                sink: {files: counts, format: csv, mode: append}
              live:
                when: n < 0
                sink: {files: live, format: csv, mode: append}
            match: all
            """)
    }

    private func line(_ page: Int, _ n: Int, at: String = "2024-01-01T00:00:00") -> String {
        "{\"at\":\"\(at)\",\"page\":\"\(Self.filling)\(page)\",\"n\":\(n)}\n"
    }

    private func put(_ lines: String) async throws { try await project.put(lines, into: "clicks", key: "page") }

    /// Waits until rows with a negative number have gone through.
    private func wait(forLive count: Int) async throws {
        while true {
            let isThere = project.directory.files(below: "live").contains { $0.hasPrefix("part-") && $0.hasSuffix(".csv") }
            if try isThere && CSVDocument.directory(project.directory.path("live")).rows.count == count { return }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    @Test("rows of another route go through at once, and windows count every row once through kills while their values are read")
    func killed() async throws {
        _ = try await project.sluice("stream", "create", "clicks", "--shards", "1")
        try await put((0..<Self.groups).map { line($0, 1) }.joined() + line(0, -1))
        for round in 1...4 {
            let running = try project.follow("p.yaml")
            try await wait(forLive: round)
            running.signal(SIGKILL)
            _ = try await running.wait()
            // Some groups, and then the row that shows that they have come through.
            try await put((0..<round * 10).map { line($0, 1) }.joined() + line(0, -1))
        }
        let size = try await Command.shell("du -sb \(project.directory.path("home/state")) | cut -f1").run()
        let bytes = Int(size.output.split(whereSeparator: \.isWhitespace)[0]) ?? 0
        #expect(bytes > 8 << 20, "the state is read before the first epoch")
        try await put(line(0, 1, at: "2024-01-03T00:00:00"))
        let text = try project.directory.text("p.yaml")
        try project.directory.write("p.yaml", text + "\nincremental: true\n")
        let result = try await project.sluice("run", "p.yaml", "--quiet")
        #expect(result.exitCode == 0, "\(result.transcript)")
        let rows = try CSVDocument.directory(project.directory.path("counts")).rows
        #expect(rows.count == Self.groups && Set(rows.map { $0[2] }).count == Self.groups)
        let added = (1...4).reduce(0) { $0 + $1 * 10 }
        #expect(rows.reduce(0) { $0 + (Int($1[3]) ?? 0) } == Self.groups + added + 5)
        #expect(rows.reduce(0) { $0 + (Int($1[4]) ?? 0) } == Self.groups + added - 5)
        #expect(project.stagedFiles.isEmpty, "\(project.stagedFiles)")
    }
}
