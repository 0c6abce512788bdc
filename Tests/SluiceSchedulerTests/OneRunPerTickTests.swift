import Glibc
import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceScheduler
import SluiceSchedules
import SluiceTestKit
import Synchronization
import Testing

/// Years of ticks in many zones, with two schedulers that are cut off at random and a clock that jumps: each tick runs once.
@Suite("one run for each tick", .enabled(if: !ZoneDirectory.system.names().isEmpty, "this system has no tzdata"))
struct OneRunPerTickTests {
    /// `SLUICE_SCHEDULE_ZONES` takes more of them, up to all.
    static let zoneCount = getenv("SLUICE_SCHEDULE_ZONES").flatMap { Int(String(cString: $0)) } ?? 24
    static let years = getenv("SLUICE_SCHEDULE_YEARS").flatMap { Int(String(cString: $0)) } ?? 1
    /// `SLUICE_SCHEDULE_SEED` is one in place of both, `SLUICE_SCHEDULE_SEEDS` so many of them.
    static let seeds: [UInt64] = {
        func number(_ name: String) -> UInt64? { getenv(name).flatMap { UInt64(String(cString: $0)) } }
        return number("SLUICE_SCHEDULE_SEED").map { [$0] } ?? Array(1...max(1, number("SLUICE_SCHEDULE_SEEDS") ?? 2))
    }()

    @Test("restarts, cuts, jumps of the clock and two schedulers", arguments: seeds)
    func simulation(_ seed: UInt64) throws {
        let start: Int64 = 1_770_000_000 + Int64(seed) * 40_000_000
        let world = try SimulatedWorld(seed: seed, nowSeconds: start)
        var random = SeededGenerator(seed: seed)
        let jobs = try RedeployedJobs(world, zones: ZoneDirectory.system.names().shuffled(using: &random).prefix(Self.zoneCount))
        var next = 1
        var schedulers: [SimulatedScheduler] = []
        func begin() throws {
            schedulers.append(try SimulatedScheduler(next, world, jobs.read()))
            next += 1
        }
        try begin()
        _ = try schedulers[0].scheduler.step()
        let end = (start + Int64(Self.years) * 365 * 86_400) * 1_000_000
        var latest = world.now
        var cuts = 0
        while world.now < end {
            // Up to a day at once; now and then the clock jumps ahead for a week, or back for hours.
            switch world.draw(0...60) {
            case 0: world.move(micros: Int64(world.draw(1...7)) * 86_400_000_000)
            case 1...3: world.move(micros: -Int64(world.draw(1...20_000)) * 1_000_000)
            default: world.move(micros: Int64(world.draw(1...60_000)) * 1_000_000)
            }
            latest = max(latest, world.now)
            while schedulers.count < 2 { try begin() }
            if world.draw(0...3) == 0 {
                let victim = schedulers[world.draw(0...1)]
                let calls = world.draw(0...12)
                world.state.withLock { $0.callsLeft[victim.number] = calls }
            }
            for _ in 0..<world.draw(1...8) {
                world.settle()
                try step(schedulers[world.draw(0...(schedulers.count - 1))], world, jobs)
                // Also between a cut and whoever goes on.
                if world.draw(0...30) == 0 { try jobs.change() }
                world.move(micros: Int64(world.draw(0...2_000_000)))
            }
            if world.draw(0...3) == 0 {
                for _ in 0...(jobs.storedCount / 40) { try jobs.change() }
            }
            if world.draw(0...19) == 0 { try? schedulers[world.draw(0...1)].scheduler.reload(jobs.read()) }
            // Now and then a process ends without a word between two calls.
            if world.draw(0...9) == 0 { schedulers[0].crash() }
            cuts += schedulers.count { !$0.isAlive }
            schedulers.removeAll { !$0.isAlive }
        }
        #expect(cuts > 40 && jobs.changes > 100)
        #expect(jobs.lost.isEmpty, "\(jobs.lost.prefix(5))")
        try finish(world, jobs, latest: max(latest, world.now) / 1_000_000, number: next)
    }

    private func step(_ scheduler: SimulatedScheduler, _ world: SimulatedWorld, _ jobs: RedeployedJobs) throws {
        let now = world.now
        guard let wake = try? scheduler.scheduler.step(), scheduler.scheduler.isLeading, wake > now else { return }
        jobs.noteStep(at: now / 1_000_000)
    }

    /// Lets one scheduler do all that is left, and compares.
    private func finish(_ world: SimulatedWorld, _ jobs: RedeployedJobs, latest: Int64, number: Int) throws {
        world.state.withLock { $0.callsLeft = [:] }
        world.move(micros: latest * 1_000_000 - world.now + 400_000_000)
        let last = try SimulatedScheduler(number, world, jobs.read())
        let moment = world.now / 1_000_000
        for round in 0..<20_000 {
            world.settle()
            _ = try last.scheduler.step()
            world.move(micros: 20_000_000)
            if round > 40, last.scheduler.runningCount == 0, try last.catalog.readSchedule({ try $0.openRuns() }).isEmpty { break }
        }
        let runs = try last.catalog.readSchedule { try $0.runs(limit: .max) }
        #expect(runs.count > Self.zoneCount * 20)
        let wrong = runs.filter { $0.state != .succeeded && !($0.state == .cancelled && jobs.removed.contains($0.job)) }
        #expect(wrong.isEmpty, "\(wrong.prefix(3))")
        let cancelled = Dictionary(grouping: runs.filter { $0.state == .cancelled }, by: \.job).mapValues { Set($0.map(\.logical)) }
        for name in jobs.names { try compare(name, jobs.model.ticks(name, notAfter: moment), cancelled[name] ?? [], moment, last) }
    }

    /// Lays the runs of a job that began, and its ticks in the ledger, beside those of the model.
    ///
    /// - Parameter cancelled: Ticks whose run waited when the job was removed.
    private func compare(
        _ name: String, _ expected: [Int64], _ cancelled: Set<Int64>, _ moment: Int64, _ last: SimulatedScheduler
    ) throws {
        let begun = last.world.state.withLock { $0.begun[name] } ?? [:]
        let doubled = begun.filter { $0.value != 1 }
        #expect(doubled.isEmpty, "\(name)")
        let done = cancelled.union(begun.keys)
        let missing = Set(expected).subtracting(done)
        #expect(missing.isEmpty, "\(name): \(missing.sorted().prefix(5))")
        #expect(cancelled.isDisjoint(with: begun.keys), "\(name)")
        // Those behind the moment are of the minutes in which the last scheduler works.
        let extra = done.filter { $0 <= moment }.subtracting(expected)
        #expect(extra.isEmpty, "\(name): \(extra.sorted().prefix(5))")
        let rows = try last.catalog.readSchedule { try $0.ticks(name, in: 0..<(moment + 1), limit: .max) }
        #expect(rows.map(\.logical) == expected, "\(name)")
        #expect(rows.allSatisfy { $0.run != nil }, "\(name)")
    }
}
