import Glibc
import SluiceCatalog
import SluiceCore
import SluiceSchedules
import SluiceTestKit
import Testing

/// Real processes on one state: an hour of ticks at a clock that runs faster than the world's, with kills.
@Suite("processes that race", .serialized) struct RaceTests {
    private static let racer: String? = {
        guard let buffer = realpath("/proc/self/exe", nil) else { return nil }
        defer { free(buffer) }
        // The tests' program stands beside it.
        let own = String(cString: buffer)
        let candidates =
            [own, CommandLine.arguments.first ?? ""].map { DiskFiles.parent(of: $0) + "/schedule-racer" }
            + CommandLine.arguments.flatMap { word in
                word.hasSuffix(".xctest") || word.contains(".xctest/")
                    ? [DiskFiles.parent(of: word.hasSuffix(".xctest") ? word : DiskFiles.parent(of: word)) + "/schedule-racer"] : []
            }
        return candidates.first { DiskFiles.kind(of: $0) == .file }
    }()

    private static func monotonicMicros() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
    }

    @Test("an hour of simulated ticks, two schedulers, one of them killed again and again")
    func race() async throws {
        let racer = try #require(Self.racer, "schedule-racer stands beside the tests")
        let directory = try TemporaryDirectory()
        let out = directory.path("out")
        try DiskFiles.createDirectories(out)
        for number in 0..<3 {
            // Appending a short line is one write, so that lines stay whole.
            try directory.write(
                "jobs/j\(number).yaml",
                """
                job: j\(number)
                command: echo $SLUICE_LOGICAL_TIME >> \(out)/j\(number)
                schedule: {at: "*/\(number + 1) * * * *", catch_up: all, concurrency: 50}
                """)
        }
        // 300 times as fast: the hour takes 12 seconds.
        let (start, speed) = (Int64(1_774_746_000), Int64(300))
        let real = Self.monotonicMicros()
        let home = directory.path("home")
        _ = try Catalog(home: home)
        func begin(length: Int64 = 3_600) throws -> RunningCommand {
            try Command(racer, [home, directory.path("jobs"), "\(start)", "\(real)", "\(speed)", "\(length)"]).start()
        }
        let steady = try begin()
        for _ in 0..<6 {
            let victim = try begin()
            try await Task.sleep(for: .milliseconds(1_200))
            victim.signal(SIGKILL)
            _ = try await victim.wait()
        }
        let ended = try await steady.wait()
        #expect(ended.exitCode == 0, "\(ended.output)\(ended.errors)")
        // One more finishes what the last one left.
        let reached = (Self.monotonicMicros() - real) * speed / 1_000_000
        let last = try await begin(length: reached + 1_500).wait()
        #expect(last.exitCode == 0, "\(last.output)\(last.errors)")
        let catalog = try Catalog(home: home)
        let end = start + 3_600
        var total = 0
        for number in 0..<3 {
            let name = "j\(number)"
            let lines = try directory.text("out/\(name)").split(separator: "\n").map(String.init)
            #expect(Set(lines).count == lines.count, "\(name) ran twice: \(lines.sorted())")
            let ticks = try catalog.readSchedule { try $0.ticks(name, in: 0..<end, limit: .max) }
            let runs = try catalog.readSchedule { try $0.runs(job: name, limit: .max) }.filter { $0.logical < end }
            #expect(ticks.count == runs.count)
            // From the first tick on there is one each so many minutes.
            let steps = zip(ticks, ticks.dropFirst()).map { $1.logical - $0.logical }
            #expect(steps.allSatisfy { $0 == Int64(60 * (number + 1)) }, "\(steps)")
            #expect(
                runs.allSatisfy { $0.state == .succeeded },
                "\(runs.filter { $0.state != .succeeded }.map { "\($0.state) \($0.reason ?? "")" })")
            let times = Set(runs.map { ZoneRules.utc.text(of: $0.logical) })
            #expect(Set(lines).isSuperset(of: times), "\(name): \(times.subtracting(lines).sorted())")
            total += lines.count
        }
        #expect(total > 60)
    }
}
