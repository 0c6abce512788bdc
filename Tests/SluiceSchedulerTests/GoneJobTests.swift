import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceScheduler
import SluiceTestKit
import Synchronization
import Testing

/// What becomes of runs that wait when the definitions of their jobs change.
@Suite("runs whose job is gone") struct GoneJobTests {
    private let world: SimulatedWorld
    private let directory: TemporaryDirectory
    private var folders: [String] { ["pipelines", "catalog"].map { directory.path($0) } }
    private static let schedule = "schedule: {at: \"0 * * * *\", calendar: days, retries: 3, retry_delay: 1h}\n"

    init() throws {
        world = try SimulatedWorld(seed: 21, nowSeconds: 1_770_000_000)
        directory = try TemporaryDirectory()
        try directory.write("catalog/a.yaml", "job: a\ncommand: x\n" + Self.schedule)
        try directory.write("catalog/days.yaml", "calendar: days\nexclude: [12-25]\n")
        try directory.write("pipelines/b.yaml", "job: b\ncommand: x\nschedule: {at: \"0 * * * *\"}\n")
    }

    private func states(_ scheduler: SimulatedScheduler, _ job: String = "a") throws -> [ScheduledRunState] {
        try scheduler.catalog.readSchedule { try $0.runs(job: job, limit: 100) }.map(\.state)
    }

    private func run(_ scheduler: SimulatedScheduler, seconds: Int = 3) throws {
        for _ in 0..<seconds {
            world.settle()
            _ = try scheduler.scheduler.step()
            world.move(micros: 1_000_000)
        }
    }

    /// Both jobs wait with one tick.
    private func begin(isWhole: Bool = true) throws -> (SimulatedScheduler, JobSet) {
        let set = JobSet.read(folders: folders).set
        let scheduler = try SimulatedScheduler(1, world, set, slots: 0, hasWholeProject: isWhole)
        try run(scheduler)
        world.move(micros: 3_600_000_000 - world.now % 3_600_000_000)
        try run(scheduler)
        #expect(try states(scheduler) == [.queued] && states(scheduler, "b") == [.queued])
        return (scheduler, set)
    }

    /// What happens to the files of the project.
    enum Change: String, CaseIterable, CustomTestStringConvertible {
        case removed, moved, renamed, noSchedule, badText, badKey, badOther, misspelled, noCalendar, emptyFolder, noFolder, nothingLeft

        var testDescription: String { rawValue }

        func make(in directory: TemporaryDirectory) throws {
            let text = "job: a\ncommand: x\n" + GoneJobTests.schedule
            func remove(_ names: String...) throws {
                for name in names { try DiskFiles.removeTree(directory.path(name)) }
            }
            switch self {
            case .removed: try remove("catalog/a.yaml")
            case .moved:
                try remove("catalog/a.yaml")
                try directory.write("pipelines/team/z.yaml", text)
            case .renamed: try directory.write("catalog/a.yaml", text.replacing("job: a", with: "job: other"))
            case .noSchedule: try directory.write("catalog/a.yaml", "job: a\ncommand: x\n")
            case .badText: try directory.write("catalog/a.yaml", "job: [a\n")
            case .badKey: try directory.write("catalog/a.yaml", text + "comand: y\n")
            case .badOther:
                try remove("catalog/a.yaml")
                try directory.write("catalog/c.yaml", "job: c\n  command: x\n")
            case .misspelled: try directory.write("catalog/a.yaml", text.replacing("job:", with: "jbo:"))
            case .noCalendar: try remove("catalog/days.yaml")
            case .emptyFolder: try remove("catalog/a.yaml", "catalog/days.yaml")
            case .noFolder: try remove("catalog")
            case .nothingLeft: try remove("catalog", "pipelines")
            }
        }

        var isGone: Bool { self == .removed || self == .renamed }
        /// What was there before is not known to a scheduler that starts.
        var isGoneAtStart: Bool { isGone || self == .emptyFolder || self == .noFolder }
    }

    @Test("they end at SIGHUP, but not by definitions that are wrong or cannot be read", arguments: Change.allCases)
    func reload(_ change: Change) throws {
        let (scheduler, set) = try begin()
        try change.make(in: directory)
        try scheduler.scheduler.reload(JobSet.read(folders: folders, stored: JobRows(), keeping: set).set)
        try run(scheduler)
        #expect(try states(scheduler) == [change.isGone ? .cancelled : .queued])
        #expect(try states(scheduler, "b") == [.queued])
        guard change.isGone else { return }
        let run = try #require(try scheduler.catalog.readSchedule { try $0.runs(job: "a", limit: 1).first })
        #expect(run.reason == "its job is not declared any more" && run.endedMicros != nil && run.attempts == 0)
    }

    @Test("and at the start", arguments: Change.allCases) func start(_ change: Change) throws {
        let (scheduler, _) = try begin()
        scheduler.crash()
        try change.make(in: directory)
        let next = try SimulatedScheduler(2, world, JobSet.read(folders: folders).set, slots: 0, hasWholeProject: true)
        try run(next)
        #expect(try states(next) == [change.isGoneAtStart ? .cancelled : .queued])
    }

    @Test("who was given a part of the project ends nothing of the rest, and says why it waits") func part() throws {
        let (scheduler, set) = try begin(isWhole: false)
        try Change.removed.make(in: directory)
        try scheduler.scheduler.reload(JobSet.read(folders: folders, stored: JobRows(), keeping: set).set)
        try run(scheduler)
        #expect(try states(scheduler) == [.queued])
    }

    @Test("a run that was asked for behind the reading waits for the next one; thousands end in turns") func later() throws {
        let (scheduler, set) = try begin()
        let late = try job("late")
        try scheduler.catalog.changeSchedule { ledger in
            _ = try ScheduleRequests.backfill(late, (0..<1_100).map { $0 * 60 }, parameters: [:], width: 1, ledger)
        }
        try run(scheduler)
        #expect(try states(scheduler, "late").allSatisfy { $0 == .queued })
        try scheduler.scheduler.reload(set)
        try run(scheduler)
        let runs = try scheduler.catalog.readSchedule { try $0.runs(job: "late", limit: 2_000) }
        #expect(runs.count == 1_100 && runs.allSatisfy { $0.state == .cancelled })
    }

    @Test("one at work goes on, and is not tried again; elements end with their tick") func atWork() throws {
        world.state.withLock { $0.duration = { job, _ in (job == "a" ? 30_000_000 : 60_000_000, job == "a" ? 1 : 0) } }
        try directory.write(
            "catalog/e.yaml", "job: e\ncommand: x {element}\nschedule: {at: \"0 * * * *\", each: {list: [eu, us, asia], parallel: 1}}\n")
        let set = JobSet.read(folders: folders).set
        let only = try SimulatedScheduler(1, world, set, hasWholeProject: true)
        try run(only)
        world.move(micros: 3_600_000_000 - world.now % 3_600_000_000)
        try run(only)
        for name in ["a", "e"] { try DiskFiles.removeTree(directory.path("catalog/\(name).yaml")) }
        try only.scheduler.reload(JobSet.read(folders: folders, stored: JobRows(), keeping: set).set)
        try run(only, seconds: 20)
        #expect(try states(only) == [.running])
        #expect(try states(only, "e").sorted { $0.rawValue < $1.rawValue } == [.cancelled, .cancelled, .running, .running])
        try run(only, seconds: 60)
        #expect(try states(only) == [.failed])
        let whole = try #require(try only.catalog.readSchedule { try $0.runs(job: "e", limit: 9) }.first { $0.element == nil })
        #expect(whole.state == .cancelled && whole.reason == "its job is not declared any more", "\(whole)")
        #expect(try states(only, "e").count { $0 == .succeeded } == 1)
    }

    /// Adds the job `s` to the state.
    private func declare(_ commands: Catalog) throws -> JobRows {
        let text = #"{"job": "s", "command": "x", "schedule": "0 * * * *"}"#
        let declared = try JobDeclaration(text: text, path: "<job s>", directory: ".")
        return try commands.changeSchedule { ledger in
            try ScheduleRequests.declare(declared, text, isPaused: false, ledger)
            return try ledger.jobRows()
        }
    }

    @Test("one whose process had not begun when its job was removed ends with it") func removalAtTheGate() throws {
        let commands = try world.open()
        let first = try SimulatedScheduler(1, world, JobSet.read(folders: [], stored: declare(commands)).set)
        try run(first)
        world.move(micros: 3_600_000_000 - world.now % 3_600_000_000)
        // Cut off behind the commit, before the gate is opened.
        world.state.withLock { $0.callsLeft[1] = 2 }
        try run(first, seconds: 1)
        #expect(!first.isAlive)
        #expect(try commands.readSchedule { try $0.openRuns() }.map(\.state) == [.running])
        #expect(try commands.changeSchedule { try ScheduleRequests.remove("s", author: "me", isLed: false, $0) }.isEmpty)
        let second = try SimulatedScheduler(2, world, JobSet())
        try run(second)
        let found = try commands.readSchedule { try $0.runs(job: "s", limit: 9) }
        #expect(found.map(\.state) == [.cancelled] && found[0].reason == "its job is not declared any more")
        #expect(world.state.withLock { $0.begun["s"] } == nil)
    }

    @Test("a job that a command removes takes its runs with it, with and without a scheduler", arguments: [true, false])
    func removal(_ isLed: Bool) throws {
        let commands = try world.open()
        let rows = try declare(commands)
        let scheduler = try SimulatedScheduler(1, world, JobSet.read(folders: [], stored: rows).set, slots: 0)
        try run(scheduler)
        world.move(micros: 3_600_000_000 - world.now % 3_600_000_000)
        try run(scheduler)
        if !isLed { scheduler.crash() }
        let cancelled = try commands.changeSchedule { try ScheduleRequests.remove("s", author: "me", isLed: isLed, $0) }
        #expect(cancelled.count == 1 && cancelled[0].state == (isLed ? .queued : .cancelled))
        if isLed { try run(scheduler) }
        let found = try commands.readSchedule { try $0.runs(job: "s", limit: 9) }
        #expect(found.map(\.state) == [.cancelled])
        #expect(found[0].reason == "it was cancelled by me: its job was removed before it ran")
        #expect(try commands.readSchedule { try $0.job("s") } == nil)
    }
}
