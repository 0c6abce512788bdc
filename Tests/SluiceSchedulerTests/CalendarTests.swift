import SluiceCatalog
import SluicePipelines
import SluiceTestKit
import Synchronization
import Testing

@testable import SluiceScheduler

/// Declared calendars whose days change.
@Suite("calendars of jobs") struct CalendarTests {
    private let world: SimulatedWorld
    private let directory: TemporaryDirectory

    init() throws {
        // A Monday in 2026, the second of February.
        world = try SimulatedWorld(seed: 17, nowSeconds: 1_770_000_000)
        world.state.withLock { $0.duration = { _, _ in (0, 0) } }
        directory = try TemporaryDirectory()
        try directory.write(
            "catalog/a.yaml", "job: a\ncommand: x\nschedule: {at: \"*/10 * * * *\", calendar: days, catch_up: all, concurrency: 99}\n")
    }

    private func set(excluding days: String) throws -> JobSet {
        try directory.write("catalog/days.yaml", "calendar: days\nexclude: [\(days)]\n")
        return try JobSet.load(folders: [directory.path("catalog")])
    }

    private func move(hours: Int64) { world.move(micros: hours * 3_600_000_000) }

    @Test(
        "days that are none any more have no ticks behind them, in a scheduler that begins and in one that reads again",
        arguments: [true, false])
    func change(_ isReload: Bool) throws {
        var scheduler = try SimulatedScheduler(1, world, set(excluding: "2026-02-02, 12-25"))
        try scheduler.run(seconds: 2)
        move(hours: 3)
        if isReload {
            try scheduler.run(seconds: 2)
            try scheduler.scheduler.reload(set(excluding: "12-25"))
        } else {
            scheduler.crash()
            scheduler = try SimulatedScheduler(2, world, set(excluding: "12-25"))
        }
        try scheduler.run(seconds: 2)
        #expect(try scheduler.runs().isEmpty)
        move(hours: 1)
        try scheduler.run(seconds: 2)
        #expect(try scheduler.runs().count == 6)
    }

    @Test("the same days in another order, and the text of a version that wrote no days, are the same clock") func same() throws {
        let first = try SimulatedScheduler(1, world, set(excluding: "12-25, weekends"))
        try first.run(seconds: 2)
        first.crash()
        move(hours: 1)
        let second = try SimulatedScheduler(2, world, set(excluding: "weekends, 12-25"))
        try second.run(seconds: 2)
        #expect(try second.runs().count == 6)
        second.crash()
        try second.catalog.changeSchedule { ledger in
            var row = try #require(try ledger.job("a"))
            #expect(row.schedule.split(separator: "#").count == 2)
            row.schedule = String(try #require(row.schedule.split(separator: "#").first))
            try ledger.put(row)
        }
        move(hours: 1)
        let third = try SimulatedScheduler(3, world, set(excluding: "weekends, 12-25"))
        try third.run(seconds: 2)
        #expect(try third.runs().count == 12)
        third.crash()
        let fourth = try SimulatedScheduler(4, world, set(excluding: "weekends"))
        move(hours: 1)
        try fourth.run(seconds: 2)
        #expect(try fourth.runs().count == 12)
    }

    @Test("a job of the state that is declared again has its ticks from where they were") func redeployed() throws {
        let set = try set(excluding: "12-25")
        let catalog = try world.open()
        func declare(_ description: String) throws -> Int64? {
            let text = #"{"job": "s", "command": "x", "description": "\#(description)", "schedule": {"at": "@hourly", "calendar": "days"}}"#
            let declared = try #require(try set.adding([JobSet.declaration("s", text)])["s"])
            return try catalog.changeSchedule { ledger in
                try ScheduleRequests.declare(declared, text, isPaused: false, ledger)
                return try ledger.job("s")?.cursor
            }
        }
        let cursor = try declare("first")
        move(hours: 2)
        #expect(try declare("second") == cursor)
    }
}
