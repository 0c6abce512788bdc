import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceScheduler
import SluiceTestKit
import Synchronization
import Testing

@Suite("events and notices") struct EventTests {
    private let world: SimulatedWorld
    private let directory: TemporaryDirectory

    init() throws {
        world = try SimulatedWorld(seed: 5, nowSeconds: 1_770_000_000)
        world.state.withLock { $0.duration = { _, _ in (0, 0) } }
        directory = try TemporaryDirectory()
    }

    private func run(_ scheduler: SimulatedScheduler, seconds: Int) throws {
        for _ in 0..<seconds {
            world.settle()
            _ = try scheduler.scheduler.step()
            world.move(micros: 1_000_000)
        }
    }

    @Test("new and changed files make one run together, when two looks find them the same; those that were there make none")
    func files() throws {
        try directory.write("in/old.csv", "1")
        let watching = try JobSet([job("a", "{on: {file: \"\(directory.path("in/*.csv"))\"}}")])
        let first = try SimulatedScheduler(1, world, watching)
        try run(first, seconds: 4)
        func runs(_ scheduler: SimulatedScheduler) throws -> [ScheduledRun] {
            try scheduler.catalog.readSchedule { try $0.runs(job: "a", limit: 100) }.reversed()
        }
        #expect(try runs(first).isEmpty)
        try directory.write("in/new.csv", "1")
        try directory.write("in/other.txt", "1")
        try directory.write("in/second.csv", "1")
        try run(first, seconds: 5)
        #expect(try runs(first).map { $0.parameters["files"] } == ["\(directory.path("in/new.csv")) \(directory.path("in/second.csv"))"])
        // A scheduler that begins anew knows what was seen, and finds what came meanwhile.
        first.crash()
        try directory.write("in/old.csv", "longer")
        let second = try SimulatedScheduler(2, world, watching)
        try run(second, seconds: 5)
        #expect(try runs(second).map { $0.parameters["files"] }.last == directory.path("in/old.csv"))
        #expect(try runs(second).count == 2 && runs(second).allSatisfy { $0.cause == .event && $0.state == .succeeded })
    }

    @Test("a run that is late is told once, in a file as a line of JSON")
    func late() throws {
        world.state.withLock { $0.duration = { _, _ in (500_000_000, 0) } }
        let file = directory.path("alerts/late.jsonl")
        let jobs = try JobSet([job("a", "{at: \"0 * * * *\", expected_by: 60s, notify: {file: \"\(file)\", on: late}}")])
        let first = try SimulatedScheduler(1, world, jobs)
        try run(first, seconds: 1)
        world.move(micros: 3_600_000_000 - world.now % 3_600_000_000)
        try run(first, seconds: 100)
        first.crash()
        let second = try SimulatedScheduler(2, world, jobs)
        try run(second, seconds: 20)
        let lines = try directory.text("alerts/late.jsonl").split(separator: "\n")
        #expect(lines.count == 1 && lines[0].hasPrefix("{\"notice\":\"late\",\"run_id\":"))
    }
}
