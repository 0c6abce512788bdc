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
        /// Values of `RunVariables.port` for the processes of jobs, as far as there are any.
        package var port: [String: String] = [:]

        package init() {}
    }

    /// What happened, for whoever watches.
    package enum Event: Sendable {
        case leads, follows(ScheduleLeader), started(ScheduledRun), ended(ScheduledRun), warning(String)
    }

    let catalog: Catalog
    let launcher: any JobLauncher
    let options: Options
    let tell: (Event) -> Void
    let logs: RunLogs
    package internal(set) var jobs: JobSet
    var lead: ScheduleLeader?
    private var renewedMicros: Int64 = 0
    private var revision: Int64 = -1
    /// What the ledger says of jobs, by name.
    var stored: [String: StoredJob] = [:]
    var heap = TickHeap()
    /// Attempts that run, by run.
    var active: [RunID: ActiveAttempt] = [:]
    var isDraining = false
    var eventsMicros: Int64 = 0
    /// Files that were seen once as they are, by event.
    var unsettled: [String: [String: String]] = [:]
    /// Runs about whose lateness was told.
    var late: Set<RunID> = []
    /// What went wrong last with looking at an event, so that it is told once.
    var eventFailures: [String: String] = [:]
    var trimmedMicros: Int64 = 0
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

    enum StopReason { case cancelled, timedOut, replaced, drained }

    package init(
        catalog: Catalog, jobs: JobSet, launcher: any JobLauncher, options: Options = Options(), tell: @escaping (Event) -> Void = { _ in }
    ) {
        self.catalog = catalog
        self.jobs = jobs
        self.launcher = launcher
        self.options = options
        self.tell = tell
        logs = RunLogs(home: catalog.home)
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
            try refresh(now)
            if options.root == nil, !isDraining {
                try makeTicks(now)
                try lookForEvents(now)
            }
            try collectEnds(now)
            let open = try catalog.readSchedule { try $0.openRuns() }
            try endThoseThatShall(open, now)
            if !isDraining { try start(open, now) }
            try noticeLateness(open, now)
            return nextMicros(open, now)
        } catch let error as SluiceError where error.code == .leaseLost {
            loseLead()
            return catalog.clock.nowMicros() + SchedulerLimits.followMicros
        }
    }

    /// Starts nothing more, asks what runs to end if told so, and keeps collecting ends.
    package func drain(asksToEnd: Bool) {
        isDraining = true
        guard asksToEnd else { return }
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
                try makeTicks(catalog.clock.nowMicros())
            } catch let error as SluiceError where error.code == .leaseLost {
                loseLead()
            }
        }
        self.jobs = jobs
        revision = -1
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
        (active, late, unsettled, revision) = ([:], [], [:], -1)
        try catalog.readSchedule { ledger in
            for run in try ledger.openRuns() where run.state == .running {
                guard let attempt = try ledger.attempts(of: run.id).last, attempt.endedMicros == nil else { continue }
                active[run.id] = ActiveAttempt(attempt: attempt, job: run.job)
            }
        }
    }

    private func loseLead() {
        lead = nil
        active = [:]
        heap = TickHeap()
        revision = -1
    }

    /// Writes as the leader.
    func write<Result>(_ body: (ScheduleTransaction) throws -> Result) throws -> Result {
        guard let lead else { throw SluiceError(.leaseLost, "this scheduler does not lead") }
        return try catalog.schedule(leading: lead.token, body)
    }

    // MARK: Jobs

    /// Follows changes that commands made to jobs, and puts new and changed ones into the ledger.
    private func refresh(_ now: Int64) throws {
        let current = try catalog.readSchedule { try $0.revision() }
        guard current != revision else { return }
        let rows = try catalog.readSchedule { try $0.jobs() }
        try followCommands(rows)
        let moment = now.seconds
        try write { ledger in
            var known = Dictionary(uniqueKeysWithValues: rows.map { ($0.name, $0) })
            for name in jobs.names {
                guard let job = jobs[name], options.root == nil || known[name] == nil else { continue }
                guard var row = known[name] else {
                    let row = StoredJob(
                        name: name, declaration: nil, schedule: job.rules.scheduleText, isPaused: job.rules.startsPaused, cursor: moment,
                        createdMicros: now)
                    try ledger.put(row)
                    known[name] = row
                    continue
                }
                guard row.schedule != job.rules.scheduleText else { continue }
                // Another schedule begins now: ticks that it would have had before never were.
                row.schedule = job.rules.scheduleText
                row.cursor = max(row.cursor, moment)
                try ledger.put(row)
                known[name] = row
            }
            // Texts of declarations are with the jobs.
            stored = known.mapValues { row in
                var row = row
                row.declaration = nil
                return row
            }
            revision = try ledger.revision()
        }
        heap = TickHeap()
        options.sights?.want(
            Set(
                jobs.namesWithEvents.filter { stored[$0]?.isPaused != true }.flatMap { jobs[$0]?.rules.events ?? [] }.filter(\.isRemote)))
        for (name, row) in stored where !row.isPaused {
            if let tick = jobs[name]?.rules.schedule?.next(after: row.cursor) { heap.insert(.init(tick: tick, job: name)) }
        }
    }

    /// Jobs that commands added or removed since.
    private func followCommands(_ rows: [StoredJob]) throws {
        let declared = Dictionary(uniqueKeysWithValues: rows.compactMap { row in row.declaration.map { (row.name, $0) } })
        let (files, added) = (jobs.names.filter { jobs[$0]?.storedText == nil }, jobs.names.filter { jobs[$0]?.storedText != nil })
        // A name that a file has, too, is the file's.
        let wanted = declared.filter { name, _ in jobs[name].map { $0.storedText != nil } ?? true }
        guard added.count != wanted.count || added.contains(where: { wanted[$0] != jobs[$0]?.storedText }) else { return }
        do {
            let more = try wanted.map { name, text in
                if let known = jobs[name], known.storedText == text { return known }
                return try JobSet.declaration(name, text)
            }
            jobs = try JobSet(files.compactMap { jobs[$0] } + more, pools: jobs.pools)
        } catch {
            for mistake in DefinitionErrors.list(error) ?? [] { tell(.warning(mistake.message)) }
        }
    }

    private func nextMicros(_ open: [ScheduledRun], _ now: Int64) -> Int64 {
        var next = now + (active.isEmpty ? SchedulerLimits.idleMicros : SchedulerLimits.pollMicros)
        if let tick = heap.first?.tick { next = min(next, tick * TimeText.microsPerSecond) }
        for run in open where run.notBeforeMicros > now { next = min(next, run.notBeforeMicros) }
        return max(next, now + 1_000)
    }
}

extension Int64 {
    /// Whole seconds of microseconds, rounded down.
    var seconds: Int64 { self >= 0 ? self / TimeText.microsPerSecond : (self - TimeText.microsPerSecond + 1) / TimeText.microsPerSecond }
}
