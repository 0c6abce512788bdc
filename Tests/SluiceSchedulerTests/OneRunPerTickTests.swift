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

    private func jobs(_ seed: UInt64, count: Int) throws -> JobSet {
        var random = SeededGenerator(seed: seed)
        let zones = ZoneDirectory.system.names().shuffled(using: &random).prefix(count)
        return try JobSet(
            zones.enumerated().map { index, zone in
                // Sundays, on which clocks are changed in most zones, and now and then another day.
                let minute = Int.random(in: 0...59, using: &random)
                let day = index % 3 == 0 ? "*/9 * *" : "* * SUN"
                return try job(
                    "j\(index)",
                    "{at: \"\(minute) \(Int.random(in: 0...4, using: &random)) \(day)\", timezone: \(zone), catch_up: all, catch_up_limit: 100000, jitter: \(index % 5)m, concurrency: 1000}"
                )
            })
    }

    @Test("restarts, cuts, jumps of the clock and two schedulers", arguments: seeds)
    func simulation(_ seed: UInt64) throws {
        let start: Int64 = 1_770_000_000 + Int64(seed) * 40_000_000
        let world = try SimulatedWorld(seed: seed, nowSeconds: start)
        let jobs = try jobs(seed, count: Self.zoneCount)
        var next = 1
        var schedulers: [SimulatedScheduler] = []
        func begin() throws {
            schedulers.append(try SimulatedScheduler(next, world, jobs))
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
                let scheduler = schedulers[world.draw(0...(schedulers.count - 1))]
                _ = try? scheduler.scheduler.step()
                world.move(micros: Int64(world.draw(0...2_000_000)))
            }
            // Now and then a process ends without a word between two calls.
            if world.draw(0...9) == 0 { schedulers[0].crash() }
            cuts += schedulers.count { !$0.isAlive }
            schedulers.removeAll { !$0.isAlive }
        }
        #expect(cuts > 40)
        try finish(world, jobs, from: start, latest: max(latest, world.now) / 1_000_000, number: next)
    }

    /// Lets one scheduler do all that is left, and compares.
    private func finish(_ world: SimulatedWorld, _ jobs: JobSet, from start: Int64, latest: Int64, number: Int) throws {
        world.state.withLock { $0.callsLeft = [:] }
        world.move(micros: latest * 1_000_000 - world.now + 400_000_000)
        let last = try SimulatedScheduler(number, world, jobs)
        let moment = world.now / 1_000_000
        for round in 0..<20_000 {
            world.settle()
            _ = try last.scheduler.step()
            world.move(micros: 20_000_000)
            if round > 40, last.scheduler.runningCount == 0, try last.catalog.readSchedule({ try $0.openRuns() }).isEmpty { break }
        }
        let begun = world.state.withLock { $0.begun }
        for name in jobs.names {
            let schedule = try #require(jobs[name]?.rules.schedule)
            let expected = schedule.ticks(after: start, notAfter: moment, limit: .max)
            let counts = begun[name] ?? [:]
            let doubled = counts.filter { $0.value != 1 }
            #expect(doubled.isEmpty, "\(name) in \(schedule.zone.name)")
            let missing = Set(expected).subtracting(counts.keys)
            #expect(missing.isEmpty, "\(name) in \(schedule.zone.name): \(missing.sorted().prefix(5))")
            // Ticks of the minutes in which the last scheduler works.
            let extra = counts.keys.filter { $0 <= moment }.filter { !expected.contains($0) }
            #expect(extra.isEmpty, "\(name)")
            let rows = try last.catalog.readSchedule { try $0.ticks(name, in: 0..<(moment + 1), limit: .max) }
            #expect(rows.map(\.logical) == expected)
            #expect(rows.allSatisfy { $0.run != nil })
        }
        let states = try last.catalog.readSchedule { try $0.runs(limit: .max) }.map(\.state)
        #expect(states.allSatisfy { $0 == .succeeded })
        #expect(states.count > Self.zoneCount * 40)
    }
}
