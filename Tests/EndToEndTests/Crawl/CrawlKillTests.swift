import Glibc
import SluiceTestKit
import Testing

/// Crawls that are killed at random times.
@Suite("killed crawls")
struct CrawlKillTests {
    @Test("kill -9 leaves the catalog as it was, or as it will be", arguments: [1, 2, 3]) func killed(_ seed: UInt64) async throws {
        let project = try Project()
        let rows = (0..<2_000).map { "\($0),pen,1.25\n" }.joined()
        for day in 1...12 { try project.directory.write("lake/day=\(day)/part.csv", "id,item,price\n" + rows) }
        _ = try await project.json("crawl", "lake")
        let before = try await project.json("catalog", "show", "lake", "--rows", "0", "--all")
        for day in 13...16 { try project.directory.write("lake/day=\(day)/part.csv", "id,item,price,gate\n" + "1,pen,1.25,A\n") }
        var random = SeededGenerator(seed: seed)
        var kills = 0
        for _ in 0..<8 {
            let running = try project.command(["crawl", "lake"]).start()
            try await Task.sleep(for: .milliseconds(Int.random(in: 5...400, using: &random)))
            guard running.isRunning else { break }
            running.signal(SIGKILL)
            _ = try await running.wait()
            kills += 1
            let after = try await project.json("catalog", "show", "lake", "--rows", "0", "--all")
            let files = after["table"]?["files"]?.integer
            if files == 12 { #expect(after["table"] == before["table"], "after \(kills) kills") } else { #expect(files == 16) }
        }
        _ = try await project.json("crawl", "lake")
        let last = try await project.json("catalog", "show", "lake", "--rows", "0", "--all")
        #expect(last["table"]?["files"]?.integer == 16 && last["table"]?["rows"]?.integer == 24_004, "after \(kills) kills")
        #expect(last["table"]?["columns"]?.items.count == 4)
        let states = Set(try await project.json("crawl", "runs")["crawls"]?.items.compactMap { $0["state"]?.text } ?? [])
        #expect(states.isSubset(of: ["done", "interrupted"]), "\(states)")
    }
}
