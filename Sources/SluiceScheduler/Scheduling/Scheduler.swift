package import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceSchedules

/// Runs jobs at their ticks, each tick once.
///
/// Of several schedulers on one state one leads; all that it writes carries its token and is refused once another leads. A tick is a row whose
/// key is job and logical time, made in the transaction that also makes its run. A process is started in front of a gate, which opens when the
/// ledger knows the process: so an attempt whose process did anything is in the ledger. Nothing here relies on the clock going forward.
///
/// `step` does what is due and says when it wants to be called again; who calls it waits. Owned by one task at a time.
package final class Scheduler {
    /// What a scheduler may do.
    package struct Options: Sendable {
        /// The program that runs pipelines: this one's path.
        package var program = "/proc/self/exe"
        /// Runs side by side.
        package var slots = 16
        /// Only runs that go back to this one are started, and no ticks are made; nil: all.
        package var root: RunID?
        /// Whether it starts nothing, and only ends and collects what runs.
        package var startsNothing = false
        /// What events look like that take time to look at; nil: such events are not looked for.
        package var sights: EventSights?
        /// Whose lead it is.
        package var process = ProcessIdentity.current
        /// What makes further runs when one ends, beside what jobs declare.
        package var follower: (any RunFollower)?
        /// Whether its jobs are all that are declared, so that runs of others may be ended: not those of some folders or files.
        package var hasWholeProject = false
        /// Values of `RunVariables.port` for the processes of jobs, as far as there are any.
        package var port: [String: String] = [:]

        package init() {}
    }

    /// What happened, for whoever watches.
    package enum Event: Sendable {
        case leads, follows(ScheduleLeader), started(ScheduledRun), ended(ScheduledRun), warning(String)
        /// An attempt failed, and the run waits for the next one.
        case retries(ScheduledRun)
        /// So many runs are at work, and nothing more is started; they may go on for so long. Without time they are asked to end.
        case drains(running: Int, micros: Int64)
    }

    let catalog: Catalog
    let launcher: any JobLauncher
    let options: Options
    let tell: (Event) -> Void
    let logs: RunLogs
    package internal(set) var jobs: JobSet
    var lead: ScheduleLeader?
    private var renewedMicros: Int64 = 0
    /// How often jobs were changed, and anything beside this scheduler, when it last read what there is.
    var counts: (jobs: Int64, requests: Int64) = (-1, -1)
    /// What the ledger says of jobs, by name.
    var stored: [String: JobState] = [:]
    /// The next ticks, in seconds since 1970, with the names of their jobs.
    var ticks = TimeHeap<String>()
    var openRuns = OpenRuns()
    /// Attempts that run, by run.
    var active: [RunID: ActiveAttempt] = [:]
    var isDraining = false
    var eventsMicros: Int64 = 0
    /// Files that were seen once as they are, by event.
    var unsettled: [String: [String: String]] = [:]
    /// Files that are passed over for their names, by event, so that each is told once.
    var passedFiles: [String: Set<String>] = [:]
    /// Of whose lateness was told: runs, and ticks of jobs that run after others.
    var late: Set<String> = []
    /// Runs that ended without success before they were expected, with the names of the jobs that are; by these names and their ticks.
    var missed: [String: (job: String, run: ScheduledRun)] = [:]
    /// What was told of jobs that are wrong, so that it is told once.
    var toldMistakes: Set<String> = []
    /// What went wrong last with looking at an event, so that it is told once.
    var eventFailures: [String: String] = [:]
    var trimmedMicros: Int64 = 0
    /// When logs were looked at last.
    var cutMicros: Int64 = 0
    var latenessMicros: Int64 = 0
    /// When definitions were read last, about: runs that were asked for later may be of newer ones.
    var jobsMicros: Int64
    /// Whether jobs, or runs that wait, are others than when it last looked for runs without a job.
    var looksForGone = true
    /// Whether the last step left something that can be done at once.
    var hasMore = false
    private var followedToken: Int64?
    /// When the lead was left to another scheduler.
    private var yieldedMicros: Int64 = 0

    /// An attempt that runs, and what is done to end it.
    struct ActiveAttempt {
        var attempt: RunAttempt
        var job: String
        var stop: StopReason?
        /// When the process was asked to end, in microseconds.
        var askedMicros: Int64?
        var isKilled = false
    }

    /// What is kept of a job's row.
    struct JobState {
        var isPaused: Bool
        /// Whether a command added the job, so that its declaration is in the ledger.
        var isDeclared: Bool
        /// Ticks up to it are in the ledger; seconds since 1970.
        var cursor: Int64
    }

    enum StopReason { case cancelled, timedOut, drained }

    package init(
        catalog: Catalog, jobs: JobSet, launcher: any JobLauncher, options: Options = Options(), tell: @escaping (Event) -> Void = { _ in }
    ) {
        self.catalog = catalog
        self.jobs = jobs
        self.launcher = launcher
        self.options = options
        self.tell = tell
        logs = RunLogs(home: catalog.home)
        jobsMicros = catalog.clock.nowMicros()
        isDraining = options.startsNothing
    }

    package var isLeading: Bool { lead != nil }
    package var runningCount: Int { active.count }

    /// Does what is due.
    ///
    /// - Returns: When to call again, in microseconds since 1970, if nothing happens before.
    /// - Throws: What the state throws; a lead that was lost is no error.
    package func step() throws -> Int64 {
        do {
            let now = catalog.clock.nowMicros()
            guard try keepLead(now) else { return now + SchedulerLimits.followMicros }
            hasMore = false
            try look(now)
            if options.root == nil, !isDraining {
                try endThoseWithoutJob(now)
                try makeTicks(now, batches: SchedulerLimits.tickBatches)
                try lookForEvents(now)
            }
            try collectEnds(now)
            try endThoseThatShall(now)
            if !isDraining { try start(now) }
            try noticeLateness(now)
            return nextMicros(now)
        } catch let error as SluiceError where error.code == .leaseLost {
            loseLead()
            return catalog.clock.nowMicros() + SchedulerLimits.followMicros
        }
    }

    /// Starts nothing more, and keeps collecting ends.
    ///
    /// - Parameter end: When `askToEnd` is due, in microseconds since 1970, for those who look.
    package func drain(until end: Int64) {
        isDraining = true
        // That nobody may learn of it keeps nothing from ending.
        if let lead { try? catalog.drainSchedule(lead.token, until: end) }
    }

    /// Asks what still runs to end.
    package func askToEnd() {
        for id in active.keys { stop(id, .drained) }
    }

    /// Gives the lead back.
    package func leave() {
        if let lead { try? catalog.leaveScheduleLead(lead.token) }
        loseLead()
    }

    /// Puts other definitions in place, after the ticks that were due by the ones before.
    package func reload(_ jobs: JobSet) throws {
        if lead != nil, options.root == nil {
            do {
                try makeTicks(catalog.clock.nowMicros(), batches: .max)
            } catch let error as SluiceError where error.code == .leaseLost {
                loseLead()
            }
        }
        self.jobs = jobs
        jobsMicros = catalog.clock.nowMicros()
        counts.jobs = -1
    }

    // MARK: The lead

    private func keepLead(_ now: Int64) throws -> Bool {
        if lead != nil, now >= renewedMicros, now < renewedMicros + SchedulerLimits.renewMicros { return true }
        // One that runs a single run leaves the lead to one that runs all; that one goes on with the processes of both.
        let yields = options.root != nil
        if lead == nil, yields, (yieldedMicros..<(yieldedMicros + SchedulerLimits.renewMicros)).contains(now) { return false }
        let answer = try catalog.takeScheduleLead(
            lead?.token, process: options.process, seconds: SchedulerLimits.leadSeconds, yields: yields)
        switch answer {
        case .led(let other):
            if lead != nil {
                yieldedMicros = now
                loseLead()
            }
            if followedToken != other.token { tell(.follows(other)) }
            followedToken = other.token
            return false
        case .leads(let leader):
            renewedMicros = now
            guard lead?.token != leader.token else { return true }
            lead = leader
            followedToken = nil
            try takeOver()
            tell(.leads)
            return true
        }
    }

    /// Learns what an earlier leader left: processes that run go on under this one.
    private func takeOver() throws {
        (active, late, unsettled, counts, openRuns) = ([:], [], [:], (-1, -1), OpenRuns())
        try catalog.readSchedule { ledger in
            for run in try ledger.openRuns() where run.state == .running {
                guard let attempt = try ledger.attempts(of: run.id).last, attempt.endedMicros == nil else { continue }
                active[run.id] = ActiveAttempt(attempt: attempt, job: run.job)
            }
            try rememberMissed(ledger)
        }
    }

    private func loseLead() {
        lead = nil
        (active, openRuns) = ([:], OpenRuns())
        ticks = TimeHeap()
        counts = (-1, -1)
    }

    /// Writes as the leader.
    func write<Result>(_ body: (ScheduleTransaction) throws -> Result) throws -> Result {
        guard let lead else { throw SluiceError(.leaseLost, "this scheduler does not lead") }
        let (result, written) = try catalog.schedule(leading: lead.token) { ledger in (try body(ledger), ledger.writtenRuns) }
        written.forEach { openRuns.put($0) }
        return result
    }

    private func nextMicros(_ now: Int64) -> Int64 {
        if hasMore || ticks.first.map({ $0.time * TimeText.microsPerSecond <= now }) == true { return now }
        let polls = !active.isEmpty && !launcher.tellsEnds
        var next = now + (polls ? SchedulerLimits.pollMicros : SchedulerLimits.idleMicros)
        if let tick = ticks.first?.time { next = min(next, tick * TimeText.microsPerSecond) }
        if let due = openRuns.nextMicros() { next = min(next, due) }
        return max(next, now + 1_000)
    }
}

extension Int64 {
    /// Whole seconds of microseconds, rounded down.
    var seconds: Int64 { self >= 0 ? self / TimeText.microsPerSecond : (self - TimeText.microsPerSecond + 1) / TimeText.microsPerSecond }
}
