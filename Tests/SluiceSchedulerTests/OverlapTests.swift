import SluiceCatalog
import SluicePipelines
import SluiceScheduler
import SluiceTestKit
import Synchronization
import Testing

/// Runs for which their job has no room.
@Suite("overlap") struct OverlapTests {
    private let world: SimulatedWorld

    init() throws { world = try SimulatedWorld(seed: 9, nowSeconds: 1_770_000_000) }

    private func takes(_ seconds: Int64, code: Int = 0) {
        world.state.withLock { $0.duration = { _, _ in (seconds * 1_000_000, code) } }
    }

    private func toTheHour() { world.move(micros: 3_600_000_000 - world.now % 3_600_000_000) }

    private func notices() -> [String] { world.state.withLock { $0.notices } }

    @Test("under skip a retry waits for its room, and the run ends as what it is") func retryUnderSkip() throws {
        let job = try job("a", #"{at: "*/10 0 * * * *", end: 2026-02-02T03:00:59, overlap: skip, retries: 3, retry_delay: 12s}"#)
        let only = try SimulatedScheduler(1, world, JobSet([job]))
        takes(0)
        try only.run(seconds: 1)
        toTheHour()
        takes(1, code: 1)
        try only.run(seconds: 8)
        takes(15)
        try only.run(seconds: 100)
        let first = try #require(try only.runs("a").min { $0.logical < $1.logical })
        #expect(first.state == .succeeded && first.attempts == 2, "\(first.state) \(first.reason ?? "")")
        #expect(try only.runs("a").contains { $0.state == .skipped && $0.attempts == 0 })
    }

    @Test("under replace a retry does not end a later run; it ends as failed, and is told") func retryUnderReplace() throws {
        let job = try job(
            "a", #"{at: "0,10 0 * * * *", overlap: replace, retries: 3, retry_delay: 12s, notify: {command: tell, on: failure}}"#)
        let only = try SimulatedScheduler(1, world, JobSet([job]))
        takes(0)
        try only.run(seconds: 1)
        toTheHour()
        takes(1, code: 1)
        try only.run(seconds: 8)
        takes(30)
        try only.run(seconds: 60)
        let runs = try only.runs("a").sorted { $0.logical < $1.logical }
        #expect(runs.map(\.state) == [.failed, .succeeded], "\(runs.map(\.reason))")
        #expect(runs[0].reason == "exit code 1; it is not tried again, since a later run of the job took its place")
        #expect(notices().count == 1 && notices()[0].contains(runs[0].id.text))
    }

    @Test("where a run takes longer to stop than its job's period, only the latest ones wait", arguments: [1, 2])
    func slowToStop(_ concurrency: Int) throws {
        let job = try job(
            "a", "{at: \"* * * * * *\", overlap: replace, concurrency: \(concurrency)}", work: "command: stubborn")
        let only = try SimulatedScheduler(1, world, JobSet([job]))
        takes(1_000)
        try only.run(seconds: 100)
        let runs = try only.runs("a").sorted { $0.logical < $1.logical }
        #expect(runs.count >= 95)
        let waiting = runs.filter { $0.state == .queued }
        #expect(!waiting.isEmpty && waiting.count <= concurrency, "\(runs.map(\.state))")
        // What was started is always what was newest: those between were passed over.
        #expect(runs.count { $0.attempts > 0 } <= 15 * concurrency, "\(runs.map(\.attempts))")
        #expect(runs.contains { $0.attempts == 0 && $0.reason == "a later run of the job took its place" })
    }

    @Test("a tick that is split is replaced as a whole, through another leader: nothing of it begins any more, and nobody is told")
    func elements() throws {
        let job = try job("a", "{overlap: replace, each: {list: [x, y, z], parallel: 1}, notify: {command: tell}}")
        let first = try SimulatedScheduler(1, world, JobSet([job]))
        takes(100)
        try first.run(seconds: 1)
        try first.catalog.changeSchedule { _ = try ScheduleRequests.add(job, .manual, $0) }
        try first.run(seconds: 3)
        try first.catalog.changeSchedule { _ = try ScheduleRequests.add(job, .manual, $0) }
        world.settle()
        _ = try first.scheduler.step()
        first.crash()
        world.move(micros: 1_000_000)
        let second = try SimulatedScheduler(2, world, JobSet([job]))
        try second.run(seconds: 400)
        let wholes = try second.runs("a").filter { $0.element == nil }.sorted { $0.logical < $1.logical }
        #expect(wholes.map(\.state) == [.cancelled, .succeeded])
        #expect(wholes[0].reason == "it was cancelled by a later run of the job: it took its place")
        let old = try second.runs("a").filter { $0.parent == wholes[0].id }
        #expect(old.allSatisfy { $0.state == .cancelled } && old.count { $0.attempts > 0 } == 1)
        #expect(notices().isEmpty, "\(notices())")
    }

    @Test(
        "runs of a backfill wait for each other, and a run of the clock waits for them or is left out", arguments: [Overlap.skip, .replace])
    func backfill(_ overlap: Overlap) throws {
        let jobs = try [
            job("a", "{at: \"0 * * * *\", overlap: \(overlap.rawValue)}"), job("b", "{after: a, overlap: \(overlap.rawValue)}"),
        ]
        let only = try SimulatedScheduler(1, world, JobSet(jobs))
        takes(7)
        try only.run(seconds: 1)
        toTheHour()
        let tick = world.now / 1_000_000
        world.move(micros: -20_000_000)
        try only.catalog.changeSchedule { ledger in
            _ = try ScheduleRequests.backfill(jobs[0], (1...4).map { tick - 86_400 + $0 * 3_600 }, parameters: [:], width: 2, ledger)
        }
        try only.run(seconds: 200)
        let ofBackfill = try only.runs().filter(\.isOfBackfill)
        #expect(ofBackfill.count == 8 && ofBackfill.allSatisfy { $0.state == .succeeded }, "\(ofBackfill.map(\.state))")
    }

    @Test("all missed ticks that are to run do, whatever the overlap is", arguments: [Overlap.skip, .replace])
    func catchUp(_ overlap: Overlap) throws {
        let jobs = try [
            job("a", "{at: \"*/5 * * * *\", catch_up: all, overlap: \(overlap.rawValue)}"),
            job("b", "{after: a, overlap: \(overlap.rawValue)}"),
        ]
        let first = try SimulatedScheduler(1, world, JobSet(jobs))
        takes(0)
        try first.run(seconds: 2)
        first.crash()
        toTheHour()
        world.move(micros: 2_800_000_000)
        world.state.withLock { $0.duration = { name, _ in (name == "a" ? 2_000_000 : 5_000_000, 0) } }
        let second = try SimulatedScheduler(2, world, JobSet(jobs))
        try second.run(seconds: 120)
        let runs = try second.runs()
        #expect(runs.count >= 18 && runs.allSatisfy { $0.state == .succeeded }, "\(runs.map(\.state))")
    }
}
