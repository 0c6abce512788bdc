import SluiceCatalog
import SluicePipelines
import SluiceScheduler
import SluiceTestKit
import Synchronization
import Testing

/// Ticks of runs that events and people ask for.
@Suite("runs that are asked for") struct AskedRunTests {
    private let world: SimulatedWorld

    init() throws {
        world = try SimulatedWorld(seed: 7, nowSeconds: 1_770_000_000)
        world.state.withLock { $0.duration = { _, _ in (0, 0) } }
    }

    private func ask(_ count: Int, _ job: JobDeclaration, _ scheduler: SimulatedScheduler) throws -> [ScheduledRun] {
        try scheduler.catalog.changeSchedule { ledger in
            try (0..<count).map { try ScheduleRequests.add(job, .event, parameters: ["event": "\($0)"], ledger) }
        }
    }

    @Test(
        "beside a clock of each second they are the ones of its next ticks, and none of these has two",
        arguments: [#""* * * * * *""#, "rate(1 second)"])
    func eachSecond(_ clock: String) throws {
        let job = try job("a", "{at: \(clock), concurrency: 100}")
        let only = try SimulatedScheduler(1, world, JobSet([job]))
        try only.run(seconds: 3)
        let asked = try ask(5, job, only)
        try only.run(seconds: 20)
        let runs = try only.runs("a").sorted { $0.logical < $1.logical }
        #expect(runs.filter { $0.cause == .event }.map(\.id) == asked.map(\.id))
        #expect(runs.allSatisfy { $0.state == .succeeded || $0.logical >= world.now / 1_000_000 - 2 })
        #expect(runs.map(\.logical) == Array(runs[0].logical...runs[runs.count - 1].logical) && runs.count >= 21)
        #expect(world.state.withLock { $0.begun["a"] ?? [:] }.values.allSatisfy { $0 == 1 })
    }

    @Test("beside other clocks they have a second between its ticks, however many there are") func between() throws {
        let job = try job("a", #"{at: "1-59 * * * * *", concurrency: 100}"#)
        let only = try SimulatedScheduler(1, world, JobSet([job]))
        try only.run(seconds: 3)
        #expect(try ask(1, job, only)[0].logical % 60 == 0)
        let rare = try JobDeclaration(text: "job: b\ncommand: x\nschedule: \"*/15 * * * * *\"\n", path: "<test>", directory: ".")
        let asked = try ask(200, rare, only)
        #expect(Set(asked.map(\.logical)).count == 200 && asked.allSatisfy { $0.logical % 15 != 0 })
    }
}
