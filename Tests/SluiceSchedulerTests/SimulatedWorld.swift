import Glibc
import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceScheduler
import SluiceSchedules
import SluiceTestKit
import Synchronization

/// A machine with a clock that tests move, processes that take time on it, and schedulers that can be cut off anywhere.
final class SimulatedWorld: Sendable {
    enum Stage: Equatable { case atGate, running(until: Int64), over(Int), neverStarted, lost }

    struct Process {
        var scheduler: Int
        var job: String
        var logical: Int64
        var stage: Stage
        var program: [String]
        var element: String?
        var properties: String?
    }

    struct State {
        var nowMicros: Int64
        var processes: [Int32: Process] = [:]
        var lastProcess: Int32 = 1_000_000
        var living: Set<Int> = []
        /// Processes that began their work, by job and tick.
        var begun: [String: [Int64: Int]] = [:]
        /// Those of elements, by job, tick and element.
        var begunElements: [String: Int] = [:]
        /// What processes of a job tell to those behind it.
        var properties: [String: String] = [:]
        /// Which elements fail.
        var failing: Set<String> = []
        var notices: [String] = []
        var random: SeededGenerator
        /// How many more calls the scheduler's launcher takes before the scheduler is cut off.
        var callsLeft: [Int: Int] = [:]
        /// How long a process takes, in microseconds, and its exit code.
        var duration: @Sendable (String, inout SeededGenerator) -> (micros: Int64, code: Int) = { _, random in
            (Int64.random(in: 0...120_000_000, using: &random), 0)
        }
    }

    let state: Mutex<State>
    let home: String
    private let directory: TemporaryDirectory?
    /// By which schedulers that are gone lose their lead.
    private let tomb = Mutex<Catalog?>(nil)

    init(seed: UInt64, nowSeconds: Int64) throws {
        state = Mutex(State(nowMicros: nowSeconds * 1_000_000, random: SeededGenerator(seed: seed)))
        // Memory, where the system has such a directory: these states are synced thousands of times.
        if access("/dev/shm", W_OK) == 0 {
            home = "/dev/shm/sluice-schedule-\(getpid())-\(UInt64.random(in: 0 ... .max))"
            directory = nil
        } else {
            let made = try TemporaryDirectory()
            (home, directory) = (made.path("home"), made)
        }
    }

    deinit { try? DiskFiles.removeTree(home) }

    var now: Int64 { state.withLock { $0.nowMicros } }

    func move(micros: Int64) { state.withLock { $0.nowMicros += micros } }

    /// Opens the state as a scheduler's process does.
    func open() throws -> Catalog {
        var hooks = Catalog.Hooks()
        hooks.isRunning = { process in self.state.withLock { $0.living.contains(Int(process.processID)) } }
        return try Catalog(home: home, clock: WallClock { self.now }, hooks: hooks)
    }

    /// Takes the lead from whoever has it and is gone.
    func takeLead() throws {
        try tomb.withLock { held in
            let catalog = try held ?? open()
            held = catalog
            _ = try catalog.takeScheduleLead(nil, process: ProcessIdentity(processID: 0, started: "tomb"), seconds: 1)
        }
    }

    func draw(_ range: ClosedRange<Int>) -> Int { state.withLock { Int.random(in: range, using: &$0.random) } }

    /// Ends what is over by now.
    func settle() {
        state.withLock { state in
            for (id, process) in state.processes {
                if case .running(let until) = process.stage, until <= state.nowMicros {
                    let drawn = state.duration(process.job, &state.random)
                    let fails = process.element.map { state.failing.contains($0) } ?? false
                    state.processes[id]?.stage = .over(fails ? 1 : drawn.code)
                }
            }
        }
    }
}

/// A scheduler in its own process, as far as the ledger and the launcher can tell.
final class SimulatedScheduler {
    let number: Int
    let world: SimulatedWorld
    let catalog: Catalog
    let scheduler: Scheduler

    init(
        _ number: Int, _ world: SimulatedWorld, _ jobs: JobSet, slots: Int = 1_000, hasWholeProject: Bool = false,
        sights: EventSights? = nil, tell: @escaping (Scheduler.Event) -> Void = { _ in }
    ) throws {
        self.number = number
        self.world = world
        world.state.withLock { _ = $0.living.insert(number) }
        catalog = try world.open()
        var options = Scheduler.Options()
        options.slots = slots
        options.hasWholeProject = hasWholeProject
        options.sights = sights
        options.process = ProcessIdentity(processID: Int32(number), started: "simulated")
        scheduler = Scheduler(
            catalog: catalog, jobs: jobs, launcher: SimulatedLauncher(world: world, number: number), options: options,
            tell: tell)
    }

    /// Its process is gone at once: what waits at a gate never starts, what runs goes on.
    func crash() { Self.crash(number, world) }

    fileprivate static func crash(_ number: Int, _ world: SimulatedWorld) {
        world.state.withLock { state in
            state.living.remove(number)
            for (id, process) in state.processes where process.scheduler == number && process.stage == .atGate {
                state.processes[id]?.stage = .neverStarted
            }
        }
        // What it still wants to write is refused, as it would not have been written.
        try? world.takeLead()
    }

    var isAlive: Bool { world.state.withLock { $0.living.contains(number) } }
}

private final class SimulatedLauncher: JobLauncher {
    let world: SimulatedWorld
    let number: Int

    init(world: SimulatedWorld, number: Int) { (self.world, self.number) = (world, number) }

    var tellsEnds: Bool { false }

    /// Counts a call, and cuts the scheduler off where its time has come.
    private func isCutOff() -> Bool {
        let isOver = world.state.withLock { state -> Bool in
            guard state.living.contains(number) else { return true }
            guard let left = state.callsLeft[number] else { return false }
            state.callsLeft[number] = left - 1
            return left <= 0
        }
        if isOver { SimulatedScheduler.crash(number, world) }
        return isOver
    }

    func prepare(_ launch: JobLaunch) throws(SluiceError) -> PreparedJob {
        if isCutOff() { throw SluiceError(.ioFailure, "cut off") }
        let id = world.state.withLock { state -> Int32 in
            state.lastProcess += 1
            let id = state.lastProcess
            state.processes[id] = .init(
                scheduler: number, job: launch.run.job, logical: launch.run.logical, stage: .atGate, program: launch.program,
                element: launch.environment["SLUICE_ELEMENT"], properties: launch.environment["SLUICE_PROPERTIES"])
            return id
        }
        _ = isCutOff()
        return PreparedJob(process: ProcessIdentity(processID: id, started: "simulated"), gate: id)
    }

    func release(_ job: PreparedJob) {
        if isCutOff() { return }
        world.state.withLock { state in
            guard let process = state.processes[job.gate], process.stage == .atGate else { return }
            if let element = process.element {
                state.begunElements["\(process.job) \(process.logical) \(element)", default: 0] += 1
            } else {
                state.begun[process.job, default: [:]][process.logical, default: 0] += 1
            }
            if let path = process.properties, let text = state.properties[process.job] {
                try? DiskFiles.createDirectories(DiskFiles.parent(of: path))
                try? DiskFiles.writeAtomically(Array(text.utf8), to: path)
            }
            let drawn = state.duration(process.job, &state.random)
            state.processes[job.gate]?.stage = .running(until: state.nowMicros + drawn.micros)
        }
        _ = isCutOff()
    }

    func abandon(_ job: PreparedJob) {
        world.state.withLock { state in
            if state.processes[job.gate]?.stage == .atGate { state.processes[job.gate]?.stage = .neverStarted }
        }
    }

    func outcome(of attempt: RunAttempt) -> JobOutcome? {
        world.state.withLock { state in
            switch state.processes[attempt.process.processID]?.stage {
            case .over(let code): .exited(code)
            case .neverStarted: .neverStarted
            case .lost, nil: .lost
            case .atGate, .running: nil
            }
        }
    }

    func end(_ attempt: RunAttempt, isHard: Bool) {
        world.state.withLock { state in
            let program = state.processes[attempt.process.processID]?.program.joined(separator: " ") ?? ""
            guard case .running = state.processes[attempt.process.processID]?.stage else { return }
            if isHard {
                state.processes[attempt.process.processID]?.stage = .lost
            } else if !program.contains("stubborn") {
                state.processes[attempt.process.processID]?.stage = .over(143)
            }
        }
    }

    func forget(_ attempt: RunAttempt) { world.state.withLock { $0.processes[attempt.process.processID] = nil } }
    func notify(command: String, text: String, directory: String, otherwise: [String]) {
        world.state.withLock { $0.notices.append("\(command): \(text)") }
    }
}

/// Jobs for tests.
func job(_ name: String, _ schedule: String = "", work: String = "command: work") throws -> JobDeclaration {
    let rules = schedule.isEmpty ? "" : "\nschedule: \(schedule)"
    return try JobDeclaration(text: "job: \(name)\n\(work)\(rules)\n", path: "<test>", directory: ".")
}

extension SimulatedScheduler {
    /// Steps each second for so many.
    func run(seconds: Int) throws {
        for _ in 0..<seconds {
            world.settle()
            _ = try scheduler.step()
            world.move(micros: 1_000_000)
        }
    }

    /// Runs of a job, or of all, in the order of their ids.
    func runs(_ job: String? = nil) throws -> [ScheduledRun] {
        try catalog.readSchedule { try $0.runs(job: job, limit: 1_000) }.reversed()
    }
}
