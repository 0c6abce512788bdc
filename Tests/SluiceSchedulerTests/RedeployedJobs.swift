import SluiceCatalog
import SluicePipelines
@testable import SluiceScheduler
import SluiceSchedules
import SluiceTestKit

/// A project of jobs, some in files and the others in the state, which commands redeploy while schedulers work: another text with the same clock,
/// another clock, none any more, and there again.
final class RedeployedJobs {
    private(set) var model = TickModel()
    /// Stored jobs that were removed at some time: of these, runs that waited are cancelled.
    private(set) var removed: Set<String> = []
    private(set) var changes = 0
    /// Ticks that are not in the ledger although a step has done all that was due.
    private(set) var lost: [String] = []
    private let world: SimulatedWorld
    private let catalog: Catalog
    private let files: [JobDeclaration]
    /// The zone of each stored job.
    private let zones: [(name: String, zone: String)]
    /// Those that are in the state.
    private var stored: [String: JobDeclaration] = [:]

    /// - Parameter zones: One of each job.
    init(_ world: SimulatedWorld, zones: some Sequence<String>) throws {
        self.world = world
        catalog = try world.open()
        var files: [JobDeclaration] = []
        var others: [(name: String, zone: String)] = []
        for (index, zone) in zones.enumerated() {
            let name = "j\(index)"
            if world.draw(0...1) == 0 {
                files.append(try JobDeclaration(text: Self.text(name, zone, world), path: "<file>", directory: "."))
            } else {
                others.append((name, zone))
            }
        }
        (self.files, self.zones) = (files, others)
        for job in files { begin(job, after: world.now.seconds) }
        for job in others { try declare(job.name, Self.text(job.name, job.zone, world)) }
    }

    var names: [String] { model.names }
    var storedCount: Int { zones.count }

    /// The jobs as a scheduler reads them when it starts, and at SIGHUP; now and then they change before it begins with them.
    func read() throws -> JobSet {
        let rows = try catalog.readSchedule { try $0.jobRows() }
        var set = try JobSet.load(folders: [], stored: rows).adding(files)
        set.source = ReadRows(rows)
        if world.draw(0...2) == 0 { try change() }
        return set
    }

    /// Does to one stored job what a command does.
    func change() throws {
        guard !zones.isEmpty else { return }
        let (name, zone) = zones[world.draw(0...(zones.count - 1))]
        changes += 1
        guard let job = stored[name] else { return try declare(name, Self.text(name, zone, world)) }
        switch world.draw(0...3) {
        case 0: try remove(name)
        case 1: try declare(name, Self.text(name, zone, world))
        default: try declare(name, (job.storedText ?? "").replacing(#""description": ""#, with: #""description": "x"#))
        }
    }

    /// A step of a scheduler that leads has left nothing that is due.
    func noteStep(at moment: Int64) { model.noteStep(at: moment) }

    private func begin(_ job: JobDeclaration, after moment: Int64) {
        if let schedule = job.rules.schedule { model.begin(job.name, schedule, after: moment) }
    }

    private func end(_ name: String, at cursor: Int64) {
        if let tick = model.end(name, at: cursor) { lost.append("\(name): \(tick) behind \(cursor)") }
    }

    private func declare(_ name: String, _ text: String) throws {
        let job = try JobSet.declaration(name, text)
        let row = try catalog.changeSchedule { ledger in
            let row = try ledger.job(name)
            try ScheduleRequests.declare(job, text, isPaused: false, ledger)
            return row
        }
        let now = world.now.seconds
        if let row, stored[name]?.rules.scheduleText != job.rules.scheduleText {
            end(name, at: row.cursor)
            begin(job, after: max(row.cursor, now))
        } else if row == nil {
            begin(job, after: now)
        }
        stored[name] = job
    }

    private func remove(_ name: String) throws {
        let isLed = try catalog.scheduleLeader() != nil
        let cursor = try catalog.changeSchedule { ledger in
            let cursor = try ledger.job(name)?.cursor
            try ScheduleRequests.remove(name, author: "a test", isLed: isLed, ledger)
            return cursor
        }
        if let cursor { end(name, at: cursor) }
        removed.insert(name)
        stored[name] = nil
    }

    /// Sundays, on which clocks are changed in most zones, and now and then other days. Of the stored texts some are read at once.
    private static func text(_ name: String, _ zone: String, _ world: SimulatedWorld) -> String {
        let day = world.draw(0...2) == 0 ? "*/9 * *" : "* * SUN"
        let neighbour = world.draw(0...5) == 0 ? #", "overlap": "queue""# : ""
        return """
            {"job": "\(name)", "command": "work", "description": "", "schedule": {"at": "\(world.draw(0...59)) \(world.draw(0...4)) \(day)", \
            "timezone": "\(zone)", "catch_up": "all", "catch_up_limit": 100000, "jitter": "\(world.draw(0...4))m", "concurrency": 1000\(neighbour)}}
            """
    }
}
