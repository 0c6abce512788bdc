import SluiceCatalog
import SluiceCore
import SluicePipelines
@testable import SluiceScheduler
import SluiceSchedules
import SluiceTestKit
import Synchronization
import Testing

@Suite("declarations that are read when they are needed") struct StoredDeclarationTests {
    private static let now: Int64 = 1_770_000_000

    @Test("each key of a declaration has to do with others, or with its own runs alone") func keys() {
        let own: Set = [
            "job", "description", "crawler", "quality", "command", "parameters", "environment", "schedule", "at", "timezone", "start",
            "end",
            "exclude", "jitter", "catch_up", "catch_up_limit", "each", "retries", "retry_delay", "retry_delay_max", "timeout", "grace",
            "concurrency", "priority", "keep_logs", "paused", "notify",
        ]
        let shared = Set(StoredDeclarations.sharedKeys)
        #expect(own.isDisjoint(with: shared))
        #expect(own.union(shared) == Set((JobDeclaration.keys + ScheduleKeys.all).map(\.name)))
    }

    @Test(
        "a text stands alone if it is JSON without a key of those, however it is written",
        arguments: [
            (#"{"job": "a", "command": "x", "schedule": "@daily"}"#, true),
            (#"{"job": "after", "command": "echo after, on; pool", "schedule": {"at": "@daily"}}"#, false),
            (#"{"job": "a", "command": "echo after, on; pool", "schedule": {"at": "@daily"}}"#, true),
            (#"{"job": "a", "command": "x", "schedule": {"after" : "b"}}"#, false),
            (#"{"job": "a", "command": "x", "schedule": {"\u0061fter": "b"}}"#, false),
            (#"{"job": "a", "pipeline": "p.yaml", "schedule": "@daily"}"#, false),
            ("job: a\ncommand: x\nschedule: {after: b}", false), ("{job: a, command: x, schedule: {after: b}}", false), ("", false),
            (#"{"job": "a", "command": "x", 'after': "b"}"#, false), (#"{"job": "a", "command": "x", "paused": true, after: b}"#, false),
            (#"{"job": "a", "command": ["x", "1"], "schedule": {"at": "@daily", "paused": true, "retries": 3}}"#, true), ("{\"a", false),
        ])
    func alone(_ text: String, _ isAlone: Bool) {
        #expect(StoredDeclarations.standsAlone(text) == isAlone)
    }

    @Test(
        "the clock's text gives the ticks of the declaration",
        arguments: [
            #""30 2 * * *""#, #"{"at": ["@hourly", "cron(0 6 LW * ? *)"], "timezone": "Europe/Berlin"}"#,
            #"{"at": "rate(7 minutes)", "start": "2026-01-01T12:00", "end": "2027-01-01"}"#,
            #"{"at": "at(2031-03-30T02:30:00)", "timezone": "Australia/Lord_Howe"}"#,
            #"{"at": "0 0 12 * * *", "timezone": "America/New_York", "exclude": ["weekends", "12-25", "2026-07-01..2026-07-14"]}"#,
        ])
    func clock(_ schedule: String) throws {
        let job = try JobDeclaration(text: #"{"job": "a", "command": "x", "schedule": \#(schedule)}"#, path: "a", directory: ".")
        let text = job.rules.scheduleText
        let read = try #require(ClockText.schedule(text), "\(text)")
        let ticks = try #require(job.rules.schedule).ticks(after: Self.now, count: 400)
        #expect(!ticks.isEmpty && read.ticks(after: Self.now, count: 400) == ticks)
        for broken in ["", "x", text + "|holidays", String(text.dropLast(3)), text.replacing("|", with: "/")] where broken != text {
            if let other = ClockText.schedule(broken) { #expect(other.expressions == read.expressions, "\(broken)") }
        }
    }

    private func put(_ rows: [(text: String, schedule: String)], _ world: SimulatedWorld) throws -> JobRows {
        try world.open().changeSchedule { ledger in
            for (index, row) in rows.enumerated() {
                try ledger.put(
                    StoredJob(name: "j\(index)", declaration: row.text, schedule: row.schedule, cursor: Self.now, createdMicros: world.now))
            }
            return try ledger.jobRows()
        }
    }

    @Test("ticks of thousands of stored jobs are those of their declarations; those with neighbours are read at once") func ticks() throws {
        let world = try SimulatedWorld(seed: 5, nowSeconds: Self.now)
        world.state.withLock { $0.duration = { _, _ in (0, 0) } }
        let texts = (0..<5_000).map { index in
            let rest = index % 1_000 == 999 ? #", "after": "j0""# : ""
            return #"{"job": "j\#(index)", "command": "x", "schedule": {"at": "\#(index % 60) * * * *"\#(rest)}}"#
        }
        let rows = try put(
            texts.map { text in
                (text, try JobDeclaration(text: text, path: "a", directory: ".").rules.scheduleText)
            }, world)
        let (set, mistakes) = JobSet.read(folders: [], stored: rows)
        #expect(mistakes.isEmpty && set.names.count == 5_000 && set.followers["j0"]?.count == 5)
        #expect(set.names.count { set.jobs[$0]?.isText == true } == 4_995)
        let scheduler = try SimulatedScheduler(1, world, set, slots: 10_000)
        for _ in 0..<400 {
            world.settle()
            _ = try scheduler.scheduler.step()
            world.move(micros: 10_000_000)
        }
        // Each has the ticks of an hour and some minutes.
        let first = Self.now / 60 % 60
        try scheduler.catalog.readSchedule { ledger in
            for index in stride(from: 0, to: 5_000, by: 7) {
                let ticks = try ledger.ticks("j\(index)", in: 0..<(.max), limit: 10)
                let minutes = ticks.map { $0.logical / 60 % 60 }
                #expect(minutes.allSatisfy { $0 == Int64(index % 60) }, "\(index)")
                #expect((1...2).contains(ticks.count), "\(index) from minute \(first)")
            }
        }
        #expect(try set.adding([job("late", #"{after: j1}"#)]).followers["j1"] == ["late"])
    }

    @Test("a text that is wrong is told at its tick and leaves the others; a clock that another version wrote begins now")
    func wrong() throws {
        let world = try SimulatedWorld(seed: 6, nowSeconds: Self.now)
        world.state.withLock { $0.duration = { _, _ in (0, 0) } }
        let minutely = "* * * * *|UTC|0|0"
        let rows = try put(
            [
                (#"{"job": "j0", "comand": "x", "schedule": "* * * * *"}"#, minutely),
                (#"{"job": "j1", "command": "x", "schedule": "* * * * *"}"#, minutely),
                (#"{"job": "j2", "command": "x", "schedule": "0 0 1 1 *"}"#, minutely),
                (#"{"job": "j3", "command": "x", "schedule": "nonsense"}"#, "nonsense|UTC|0|0"),
            ], world)
        let (set, mistakes) = JobSet.read(folders: [], stored: rows)
        // Without a clock there is no tick to wait for.
        #expect(mistakes.count == 1 && set.names == ["j0", "j1", "j2"])
        let told = Mutex<[String]>([])
        let scheduler = try SimulatedScheduler(1, world, set) { event in
            if case .warning(let text) = event { told.withLock { $0.append(text) } }
        }
        for _ in 0..<200 {
            world.settle()
            _ = try scheduler.scheduler.step()
            world.move(micros: 1_000_000)
        }
        let runs = try scheduler.catalog.readSchedule { try $0.runs(job: nil, limit: 100) }
        #expect(Set(runs.map(\.job)) == ["j1"] && runs.count >= 3)
        let left = told.withLock { $0.filter { $0.contains("is left out") } }
        #expect(left.count == 1 && left[0].contains("\"j0\"") && left[0].contains("comand"), "\(left)")
        let row = try scheduler.catalog.readSchedule { try $0.job("j2") }
        #expect(row?.schedule == "0 0 1 1 *|UTC|0|0")
    }

    @Test("who looks sees that a scheduler only waits for what runs, until another one leads") func draining() throws {
        let world = try SimulatedWorld(seed: 7, nowSeconds: Self.now)
        let first = try SimulatedScheduler(1, world, JobSet())
        _ = try first.scheduler.step()
        #expect(try first.catalog.scheduleLeader()?.drainsUntilMicros == nil)
        first.scheduler.drain(until: world.now + 5)
        #expect(try world.open().scheduleLeader()?.drainsUntilMicros == world.now + 5)
        first.scheduler.leave()
        let second = try SimulatedScheduler(2, world, JobSet())
        _ = try second.scheduler.step()
        #expect(try second.catalog.scheduleLeader()?.drainsUntilMicros == nil)
    }
}
