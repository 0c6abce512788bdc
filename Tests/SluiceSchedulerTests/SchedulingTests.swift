import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceScheduler
import SluiceSchedules
import SluiceTestKit
import Synchronization
import Testing

/// What becomes of runs, on a clock that only the tests move.
@Suite("scheduling") struct SchedulingTests {
    private let world: SimulatedWorld

    init() throws { world = try SimulatedWorld(seed: 3, nowSeconds: 1_770_000_000) }

    private func scheduler(_ jobs: [JobDeclaration], slots: Int = 100, pools: [String: Int] = [:], number: Int = 1) throws
        -> SimulatedScheduler
    {
        try SimulatedScheduler(number, world, JobSet(jobs, beside: JobSet(pools: pools)), slots: slots)
    }

    /// Steps each second for so many.
    private func run(_ scheduler: SimulatedScheduler, seconds: Int) throws {
        for _ in 0..<seconds {
            world.settle()
            _ = try scheduler.scheduler.step()
            world.move(micros: 1_000_000)
        }
    }

    private func takes(_ seconds: Int64, code: Int = 0) {
        world.state.withLock { $0.duration = { _, _ in (seconds * 1_000_000, code) } }
    }

    private func runs(_ scheduler: SimulatedScheduler, _ job: String? = nil) throws -> [ScheduledRun] {
        try scheduler.catalog.readSchedule { try $0.runs(job: job, limit: 1_000) }.reversed()
    }

    @Test("missed ticks: the last one, all of them up to a limit, or none; the others say why") func catchUp() throws {
        takes(0)
        let jobs = try [
            job("last", #"{at: "0 * * * *"}"#), job("all", #"{at: "0 * * * *", catch_up: all, catch_up_limit: 3}"#),
            job("none", #"{at: "0 * * * *", catch_up: none}"#),
        ]
        let first = try scheduler(jobs)
        try run(first, seconds: 2)
        first.crash()
        world.move(micros: 10 * 3_600_000_000)
        let second = try scheduler(jobs, number: 2)
        try run(second, seconds: 5)
        for (name, count) in [("last", 1), ("all", 3), ("none", 0)] {
            #expect(try runs(second, name).count == count, "\(name)")
            let ticks = try second.catalog.readSchedule { try $0.ticks(name, in: 0..<(.max), limit: 100) }
            #expect(ticks.count == 10)
            #expect(ticks.filter { $0.run == nil }.allSatisfy { $0.reason?.contains("catch_up is \(name)") == true })
            #expect(ticks.suffix(count).allSatisfy { $0.run != nil })
        }
    }

    @Test("a run that fails is tried again, later each time, and its recovery is told") func retries() throws {
        takes(1, code: 1)
        let jobs = try [
            job("a", #"{at: "0 * * * *", retries: 2, retry_delay: 10s, notify: [{command: tell, on: [failure, recovery, success]}]}"#)
        ]
        let only = try scheduler(jobs)
        try run(only, seconds: 3)
        world.move(micros: 3_600_000_000 - world.now % 3_600_000_000)
        try run(only, seconds: 50)
        var found = try runs(only, "a")
        #expect(found.map(\.state) == [.failed] && found[0].attempts == 3 && found[0].reason == "exit code 1")
        let attempts = try only.catalog.readSchedule { try $0.attempts(of: found[0].id) }
        let gaps = zip(attempts, attempts.dropFirst()).map { ($1.startedMicros - ($0.endedMicros ?? 0)) / 1_000_000 }
        #expect(gaps == [10, 20])
        takes(1)
        world.move(micros: 3_600_000_000 - world.now % 3_600_000_000)
        try run(only, seconds: 5)
        found = try runs(only, "a")
        #expect(found.map(\.state) == [.failed, .succeeded])
        let notices = world.state.withLock { $0.notices }
        #expect(
            notices.map { $0.prefix(26) } == [
                "tell: {\"notice\":\"failure\",", "tell: {\"notice\":\"success\",", "tell: {\"notice\":\"recovery\"",
            ])
    }

    @Test("runs that wait say for what: another run of the job, or a slot of a pool") func waits() throws {
        takes(100)
        let jobs = try [job("a"), job("b", "{pool: p, priority: 9}"), job("c", "{pool: p}"), job("d")]
        let only = try scheduler(jobs, pools: ["p": 1])
        try run(only, seconds: 1)
        try only.catalog.changeSchedule { ledger in
            for name in ["a", "a", "b", "c", "d"] {
                _ = try ScheduleRequests.add(try #require(jobs.first { $0.name == name }), .manual, ledger)
            }
        }
        try run(only, seconds: 3)
        let open = try runs(only)
        let reasons = WaitReason(open, try JobSet(jobs, beside: JobSet(pools: ["p": 1])))
        let found = open.map { "\($0.job) \($0.state.rawValue) \(reasons.text($0) ?? "")" }.sorted()
        #expect(
            found == [
                "a queued it waits for another run of the job", "a running ", "b running ", "c queued the pool p has no free slot",
                "d running ",
            ], "\(found)")
    }

    @Test("timeouts and cancels end softly, and hard what does not listen") func ends() throws {
        takes(1_000)
        let jobs = try [
            job("slow", #"{timeout: 20s}"#), job("deaf", #"{timeout: 20s, grace: 5s}"#, work: "command: stubborn"), job("other"),
        ]
        let only = try scheduler(jobs)
        try run(only, seconds: 1)
        let other = try only.catalog.changeSchedule { ledger in
            try jobs.map { try ScheduleRequests.add($0, .manual, ledger) }.last
        }
        try run(only, seconds: 5)
        #expect(try runs(only).map(\.state) == [.running, .running, .running])
        try only.catalog.changeSchedule { ledger in
            let asked = try #require(other)
            var run = try #require(try ledger.run(asked.id))
            run.isCancelled = true
            try ledger.update(run)
        }
        try run(only, seconds: 3)
        #expect(try runs(only, "other").map(\.state) == [.cancelled])
        try run(only, seconds: 30)
        #expect(try runs(only, "slow").map(\.state) == [.timedOut])
        #expect(try runs(only, "deaf").map(\.state) == [.timedOut])
    }

    @Test("concurrency, pools, slots and priorities decide what runs") func room() throws {
        takes(10)
        let jobs = try [
            job("one"), job("skips", "{overlap: skip}"), job("two", "{concurrency: 2}"), job("low", "{pool: p, priority: 1}"),
            job("high", "{pool: p, priority: 5}"), job("takes", "{overlap: replace}"),
        ]
        let only = try scheduler(jobs, pools: ["p": 1])
        try run(only, seconds: 1)
        try only.catalog.changeSchedule { ledger in
            for job in jobs { for _ in 0..<3 { try ScheduleRequests.add(job, .manual, ledger) } }
        }
        try run(only, seconds: 2)
        func states(_ name: String) throws -> [ScheduledRunState] { try runs(only, name).map(\.state) }
        #expect(try states("one").count { $0 == .running } == 1)
        #expect(try states("two").count { $0 == .running } == 2)
        #expect(try states("skips").sorted { $0.rawValue < $1.rawValue } == [.running, .skipped, .skipped])
        #expect(try states("high").count { $0 == .running } == 1)
        #expect(try states("low").count { $0 == .running } == 0)
        try run(only, seconds: 120)
        #expect(try states("one") == [.succeeded, .succeeded, .succeeded])
        #expect(try states("takes").contains(.cancelled))
        #expect(try states("low") == [.succeeded, .succeeded, .succeeded])
    }

    @Test("jobs after others: all, any, states, parameters, and a retry from the run that failed on") func graph() throws {
        takes(1)
        let jobs = try [
            job("load", #"{at: "0 * * * *"}"#), job("clean", "{after: load}"), job("left", "{after: clean}"),
            job("right", "{after: clean}"),
            job("join", "{after: [left, right]}"), job("alarm", "{after: {jobs: [left, right], when: any, states: [failed]}}"),
        ]
        world.state.withLock { $0.duration = { name, _ in (1_000_000, name == "right" ? 1 : 0) } }
        let only = try scheduler(jobs)
        try run(only, seconds: 1)
        world.move(micros: 3_600_000_000 - world.now % 3_600_000_000)
        try run(only, seconds: 15)
        func state(_ name: String) throws -> ScheduledRunState? { try runs(only, name).last?.state }
        #expect(try state("clean") == .succeeded && state("right") == .failed)
        #expect(try state("join") == .skipped && state("alarm") == .succeeded)
        #expect(try runs(only, "join").last?.reason == "what it waits for did not end so: right failed")
        #expect(Set(try runs(only).map(\.logical)).count == 1)
        takes(1)
        let failed = try #require(try runs(only, "right").last)
        try only.catalog.changeSchedule { _ = try ScheduleRequests.retry(failed, jobs[3], $0) }
        try run(only, seconds: 10)
        #expect(try state("right") == .succeeded && state("join") == .succeeded)
        #expect(try runs(only, "load").count == 1 && runs(only, "left").count == 1)
        let started = try only.catalog.changeSchedule { try ScheduleRequests.add(jobs[0], .manual, parameters: ["day": "x"], $0) }
        try run(only, seconds: 15)
        #expect(try runs(only, "join").last?.parameters == ["day": "x"] && runs(only, "join").last?.root == started.id)
    }

    @Test("a backfill runs the ticks that have no run, so many side by side") func backfill() throws {
        takes(5)
        let daily = try job("daily", #"{at: "0 3 * * *", timezone: Europe/Berlin}"#)
        let only = try scheduler([daily])
        try run(only, seconds: 1)
        let now = world.now / 1_000_000
        let range = (now - 20 * 86_400)..<(now - 10 * 86_400)
        func plan(again: Bool) throws -> [ScheduleRequests.BackfillStep] {
            try only.catalog.readSchedule { try ScheduleRequests.backfillPlan(daily, range, again: again, $0) }
        }
        let ticks = try plan(again: false).compactMap { step in if case .run(let tick) = step { tick } else { nil } }
        #expect(ticks.count == 10)
        let made = try only.catalog.changeSchedule { try ScheduleRequests.backfill(daily, ticks, parameters: [:], width: 3, $0) }
        try run(only, seconds: 2)
        #expect(try runs(only).count { $0.state == .running } == 3)
        try run(only, seconds: 60)
        #expect(try runs(only).allSatisfy { $0.state == .succeeded && $0.root == made[0].id })
        #expect(try plan(again: false).allSatisfy { if case .done(_, .succeeded) = $0 { true } else { false } })
        #expect(try plan(again: true).allSatisfy { if case .run = $0 { true } else { false } })
    }

    @Test("a backfill of one at a time runs its ticks in their order, again and again") func backfillOrder() throws {
        takes(0)
        let daily = try job("daily", #"{at: "0 3 * * *"}"#)
        let only = try scheduler([daily])
        try run(only, seconds: 1)
        for round in 1...6 {
            let begin = (world.now / 1_000_000 / 86_400 - Int64(round) * 10) * 86_400 + 3 * 3_600
            let made = try only.catalog.changeSchedule { ledger in
                try ScheduleRequests.backfill(daily, (0..<4).map { begin + $0 * 86_400 }, parameters: [:], width: 1, ledger)
            }
            try run(only, seconds: 10)
            let starts = try made.map { run in try only.catalog.readSchedule { try $0.run(run.id) }?.startedMicros ?? 0 }
            #expect(starts.allSatisfy { $0 > 0 } && starts == starts.sorted() && Set(starts).count == 4, "\(starts)")
        }
    }

    @Test("runs that wait go on waiting while their job is paused, but for those that a person asked for") func paused() throws {
        takes(30)
        let jobs = try [job("a", #"{at: "0 0 1 1 *"}"#)]
        let only = try scheduler(jobs)
        try run(only, seconds: 1)
        let begin = world.now / 1_000_000 - 86_400
        try only.catalog.changeSchedule { ledger in
            _ = try ScheduleRequests.backfill(jobs[0], [begin, begin + 60, begin + 120], parameters: [:], width: 1, ledger)
        }
        func pause(_ isPaused: Bool) throws {
            try only.catalog.changeSchedule { ledger in
                var row = try #require(try ledger.job("a"))
                row.isPaused = isPaused
                try ledger.put(row)
            }
        }
        try run(only, seconds: 5)
        try pause(true)
        try run(only, seconds: 100)
        #expect(try runs(only).map(\.state).filter { $0 == .queued }.count == 2)
        #expect(try runs(only).filter { $0.state == .queued }.allSatisfy { $0.reason == "the job is paused" })
        _ = try only.catalog.changeSchedule { try ScheduleRequests.add(jobs[0], .manual, $0) }
        try run(only, seconds: 40)
        #expect(try runs(only).map(\.state).filter { $0 == .succeeded }.count == 2)
        try pause(false)
        try run(only, seconds: 100)
        #expect(try runs(only).allSatisfy { $0.state == .succeeded && $0.reason == nil })
    }

    @Test("another schedule begins when it is there; a paused job has no runs; what a scheduler that ended was at is done again")
    func changes() throws {
        takes(500)
        let old = try scheduler([job("a", #"{at: "0 * * * *"}"#, work: "pipeline: a.yaml")])
        try run(old, seconds: 1)
        world.move(micros: 3_600_000_000 - world.now % 3_600_000_000)
        try run(old, seconds: 3)
        old.scheduler.drain(until: world.now)
        old.scheduler.askToEnd()
        try run(old, seconds: 2)
        #expect(old.scheduler.runningCount == 0)
        #expect(try runs(old).map(\.state) == [.queued])
        old.scheduler.leave()
        old.crash()
        takes(1)
        let new = try scheduler([job("a", #"{at: "*/10 * * * *"}"#, work: "pipeline: a.yaml")], number: 2)
        try run(new, seconds: 10)
        #expect(try runs(new).map(\.state) == [.succeeded])
        try new.catalog.changeSchedule { ledger in
            var row = try #require(try ledger.job("a"))
            row.isPaused = true
            try ledger.put(row)
        }
        try run(new, seconds: 1_300)
        #expect(try runs(new).count == 1)
    }

    @Test("a lead that another scheduler took is not written over") func fencing() throws {
        takes(1)
        let jobs = try [job("a", #"{at: "* * * * *"}"#)]
        let first = try scheduler(jobs)
        try run(first, seconds: 1)
        #expect(first.scheduler.isLeading)
        // It sleeps beyond its time; another one takes over.
        world.move(micros: 60_000_000)
        let second = try scheduler(jobs, number: 2)
        _ = try second.scheduler.step()
        #expect(second.scheduler.isLeading)
        let token = try #require(try second.catalog.scheduleLeader()).token
        let error = try #require(throws: SluiceError.self) { try first.catalog.schedule(leading: token - 1) { try $0.removeJob("a") } }
        #expect(error.code == .leaseLost)
        try run(first, seconds: 1)
        #expect(!first.scheduler.isLeading)
        try run(second, seconds: 130)
        let begun = world.state.withLock { $0.begun["a"] ?? [:] }
        #expect(begun.values.allSatisfy { $0 == 1 } && begun.count >= 3)
    }
}
