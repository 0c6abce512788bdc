import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceScheduler
import SluiceTestKit
import Synchronization
import Testing

/// Ticks that are split, and what jobs tell to those behind them.
@Suite("elements and properties") struct ElementTests {
    private let world: SimulatedWorld
    private let directory: TemporaryDirectory

    init() throws {
        world = try SimulatedWorld(seed: 11, nowSeconds: 1_770_000_000)
        world.state.withLock { $0.duration = { _, _ in (1_000_000, 0) } }
        directory = try TemporaryDirectory()
    }

    private func run(_ scheduler: SimulatedScheduler, seconds: Int) throws {
        for _ in 0..<seconds {
            world.settle()
            _ = try scheduler.scheduler.step()
            world.move(micros: 1_000_000)
        }
    }

    private func runs(_ scheduler: SimulatedScheduler, _ job: String) throws -> [ScheduledRun] {
        try scheduler.catalog.readSchedule { try $0.runs(job: job, limit: 1_000) }.reversed()
    }

    private func toTheHour() { world.move(micros: 3_600_000_000 - world.now % 3_600_000_000) }

    @Test("a tick has a run of each element; what failed is done again alone, and the job behind it then runs")
    func elements() throws {
        let jobs = try JobSet([
            job("a", #"{at: "0 * * * *", each: {list: [eu, us, asia], parallel: 2}}"#, work: "command: load {element}"),
            job("b", "{after: a}"),
        ])
        let first = try #require(jobs["a"])
        world.state.withLock { $0.failing = ["us"] }
        let only = try SimulatedScheduler(1, world, jobs)
        try run(only, seconds: 2)
        toTheHour()
        try run(only, seconds: 2)
        #expect(try runs(only, "a").filter { $0.state == .running && $0.element != nil }.count == 2)
        try run(only, seconds: 12)
        let whole = try #require(try runs(only, "a").first { $0.element == nil })
        #expect(whole.state == .failed && whole.reason == "1 of 3 elements did not succeed: us")
        #expect(try runs(only, "b").map(\.state) == [.skipped])
        let programs = try runs(only, "a").compactMap(\.element).sorted()
        #expect(programs == ["asia", "eu", "us"])
        world.state.withLock { $0.failing = [] }
        let failed = try #require(try runs(only, "a").first { $0.element == "us" })
        try only.catalog.changeSchedule { _ = try ScheduleRequests.retry(failed, first, $0) }
        try run(only, seconds: 12)
        #expect(try runs(only, "a").filter { $0.element == nil }.map(\.state) == [.failed, .succeeded])
        #expect(try runs(only, "b").map(\.state) == [.skipped, .succeeded])
        let begun = world.state.withLock { $0.begunElements }
        #expect(begun.values.sorted() == [1, 1, 2], "\(begun)")
    }

    @Test(
        "elements of a file, of a property and of partitions; none is done twice when schedulers are cut off", arguments: [UInt64(1), 2, 3])
    func cuts(_ seed: UInt64) throws {
        let list = (0..<40).map { "e\($0)" }
        try directory.write("list.txt", list.joined(separator: "\n") + "\n\n")
        let jobs = try JobSet([
            job("a", #"{at: "0 * * * *", each: {file: "\#(directory.path("list.txt"))", parallel: 7}}"#),
            job("b", "{after: a, each: {property: regions}}"),
        ])
        world.state.withLock { $0.properties["a"] = "regions=x, y,x\nwrong line\n" }
        var random = SeededGenerator(seed: seed)
        var number = 1
        var scheduler = try SimulatedScheduler(number, world, jobs)
        try run(scheduler, seconds: 2)
        toTheHour()
        for _ in 0..<60 {
            let calls = Int.random(in: 0...9, using: &random)
            world.state.withLock { $0.callsLeft[number] = calls }
            for _ in 0..<Int.random(in: 1...6, using: &random) where scheduler.isAlive {
                world.settle()
                _ = try? scheduler.scheduler.step()
                world.move(micros: 700_000)
            }
            scheduler.crash()
            number += 1
            scheduler = try SimulatedScheduler(number, world, jobs)
        }
        try run(scheduler, seconds: 60)
        let begun = world.state.withLock { $0.begunElements }
        #expect(begun.values.allSatisfy { $0 == 1 }, "\(begun.filter { $0.value != 1 })")
        #expect(begun.keys.filter { $0.hasPrefix("a ") }.count == 40 && begun.keys.filter { $0.hasPrefix("b ") }.count == 2)
        #expect(try runs(scheduler, "b").filter { $0.element == nil }.map(\.state) == [.succeeded])
    }

    @Test("a byte order mark is no part of the first element") func mark() throws {
        try directory.write("list.txt", "\u{FEFF}eu\r\nus\r\n")
        let job = try job("a", "{each: {file: \"\(directory.path("list.txt"))\"}}")
        let only = try SimulatedScheduler(1, world, JobSet([job]))
        try run(only, seconds: 1)
        try only.catalog.changeSchedule { _ = try ScheduleRequests.add(job, .manual, $0) }
        try run(only, seconds: 5)
        #expect(try runs(only, "a").compactMap(\.element).sorted() == ["eu", "us"])
    }

    @Test(
        "of a diamond's values of a property, what a job told itself goes before what another one passed on", arguments: ["b, c", "c, b"])
    func diamond(_ order: String) throws {
        let jobs = try JobSet([job("a"), job("b", "{after: a}"), job("c", "{after: a}"), job("d", "{after: [\(order)]}")])
        let first = try #require(jobs["a"])
        world.state.withLock { $0.properties = ["a": "mode=old\n", "b": "mode=new\n"] }
        let only = try SimulatedScheduler(1, world, jobs)
        try run(only, seconds: 1)
        try only.catalog.changeSchedule { _ = try ScheduleRequests.add(first, .manual, $0) }
        try run(only, seconds: 10)
        #expect(try runs(only, "d").map(\.properties) == [["mode": "new"]])
    }

    @Test("properties are passed on, conditions on them are met or skip the job") func properties() throws {
        let jobs = try JobSet([
            job("a"), job("full", "{after: {jobs: a, properties: {mode: full}}}"),
            job("part", "{after: {jobs: [a], properties: {mode: [part, half]}}}"), job("last", "{after: part}"),
        ])
        let first = try #require(jobs["a"])
        world.state.withLock { $0.properties["a"] = "rows=12\nmode=half\n" }
        let only = try SimulatedScheduler(1, world, jobs)
        try run(only, seconds: 1)
        try only.catalog.changeSchedule { _ = try ScheduleRequests.add(first, .manual, $0) }
        try run(only, seconds: 10)
        #expect(try runs(only, "full").map(\.reason) == ["the property mode is \"half\", and not \"full\""])
        #expect(try runs(only, "part").map(\.state) == [.succeeded])
        #expect(try runs(only, "last").map(\.properties) == [["rows": "12", "mode": "half"]])
    }

    @Test("the run of a tick that is split is cancelled with its elements, and says by whom") func cancel() throws {
        world.state.withLock { $0.duration = { _, _ in (1_000_000_000, 0) } }
        let jobs = try JobSet([job("a", "{each: [x, y, z]}")])
        let first = try #require(jobs["a"])
        let only = try SimulatedScheduler(1, world, jobs)
        try run(only, seconds: 1)
        let whole = try only.catalog.changeSchedule { try ScheduleRequests.add(first, .manual, $0) }
        try run(only, seconds: 3)
        try only.catalog.changeSchedule { ledger in
            try ledger.note(RunCancellation(run: whole.id, author: "me", reason: "too late"))
            var run = try #require(try ledger.run(whole.id))
            run.isCancelled = true
            try ledger.update(run)
        }
        try run(only, seconds: 6)
        #expect(try runs(only, "a").allSatisfy { $0.state == .cancelled })
        #expect(try runs(only, "a").allSatisfy { $0.reason == "it was cancelled by me: too late" || $0.startedMicros == nil })
    }
}
