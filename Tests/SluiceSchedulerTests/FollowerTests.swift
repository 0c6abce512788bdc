import SluiceCatalog
import SluicePipelines
import SluiceScheduler
import SluiceTestKit
import Synchronization
import Testing

/// Jobs after others, of which several have a clock of their own.
@Suite("jobs after several others") struct FollowerTests {
    private let world: SimulatedWorld

    init() throws { world = try SimulatedWorld(seed: 13, nowSeconds: 1_770_000_000) }

    private func begin(_ jobs: [JobDeclaration]) throws -> SimulatedScheduler {
        let only = try SimulatedScheduler(1, world, JobSet(jobs))
        try only.run(seconds: 1)
        world.move(micros: 3_600_000_000 - world.now % 3_600_000_000)
        try only.run(seconds: 20)
        return only
    }

    @Test("after any of two a job runs once for a tick, and once more when one of them is done again") func any() throws {
        world.state.withLock { $0.duration = { name, _ in (name == "y" ? 2_000_000 : 0, name == "b" ? 1 : 0) } }
        let jobs = try [
            job("x", #"{at: "0 * * * *"}"#), job("y", #"{at: "0 * * * *"}"#), job("a", "{after: x}"),
            job("b", "{after: {jobs: y, states: [succeeded, failed]}}"),
            job("c", "{after: {jobs: [a, b], when: any, states: [succeeded, failed]}}"), job("d", "{after: c}"),
        ]
        let only = try begin(jobs)
        #expect(try only.runs("c").map(\.state) == [.succeeded] && only.runs("d").map(\.state) == [.succeeded])
        let failed = try #require(try only.runs("b").last)
        try only.catalog.changeSchedule { _ = try ScheduleRequests.retry(failed, jobs[3], $0) }
        try only.run(seconds: 10)
        #expect(try only.runs("c").count == 2 && only.runs("d").count == 2)
    }

    @Test("a job that was left out since the first failed has no second run when the other one ends") func leftOut() throws {
        world.state.withLock { $0.duration = { name, _ in (name == "q" ? 3_000_000 : 0, name == "p" ? 1 : 0) } }
        let jobs = try [job("p", #"{at: "0 * * * *"}"#), job("q", #"{at: "0 * * * *"}"#), job("r", "{after: [p, q]}")]
        let only = try begin(jobs)
        #expect(try only.runs("r").map(\.state) == [.skipped])
        world.state.withLock { $0.duration = { _, _ in (0, 0) } }
        let failed = try #require(try only.runs("p").last)
        try only.catalog.changeSchedule { _ = try ScheduleRequests.retry(failed, jobs[0], $0) }
        try only.run(seconds: 10)
        #expect(try only.runs("r").map(\.state) == [.skipped, .succeeded])
    }
}
