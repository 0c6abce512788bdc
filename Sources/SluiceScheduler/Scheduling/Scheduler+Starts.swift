import SluiceCatalog
import SluiceCore
import SluicePipelines

extension Scheduler {
    /// A run that may start, and its process at the gate.
    private struct Start {
        var run: ScheduledRun
        var job: JobDeclaration
        var attempt: RunAttempt
        var prepared: PreparedJob
    }

    /// Starts runs that wait, in the order of `StartQueue`, as far as there is room for them.
    func start(_ now: Int64) throws {
        var room = Room(
            openRuns.running.compactMap { openRuns[$0] }.filter { active[$0.id] != nil || isSplit($0) }, jobs, slots: options.slots)
        var starts: [Start] = []
        var changed: [ScheduledRun] = []
        var splits: [Split] = []
        var replaced: Set<RunID> = []
        var taking: [String: [ScheduledRun]] = [:]
        for id in openRuns.waiting(at: now) {
            // Without a slot only jobs that do not queue have something to do.
            if room.slots <= 0, !jobs.hasOverlapRules { break }
            guard var run = openRuns[id], !run.isCancelled, options.root == nil || run.root == options.root else { continue }
            // Elements of a tick that is to end.
            if let parent = run.parent, replaced.contains(parent) || openRuns.cancelled.contains(parent) { continue }
            if starts.count + splits.count >= SchedulerLimits.startedAtOnce {
                hasMore = true
                break
            }
            guard let job = jobs[run.job] else {
                if let run = try waiting(run, now) { changed.append(run) }
                continue
            }
            if isHeld(run) {
                if run.reason != Self.pausedReason {
                    run.reason = Self.pausedReason
                    changed.append(run)
                }
                continue
            }
            switch room.place(run, job) {
            case .full: continue
            case .jobIsFull:
                switch withoutRoom(run, job.rules.overlap, replaced, now) {
                case .waits: continue
                case .isOver(let run): changed.append(run)
                case .replaces(let other):
                    if let other { replaced.insert(other.id) }
                    taking[run.job, default: []].append(run)
                }
            case .free where isSplit(run):
                splits.append(split(run, job, now))
                room.take(run, job)
            case .free:
                if let start = prepare(&run, job, now) {
                    starts.append(start)
                    room.take(run, job)
                } else {
                    changed.append(run)
                }
            }
        }
        for (job, runs) in taking { changed += superseded(runs, of: jobs[job], now) }
        if !starts.isEmpty || !changed.isEmpty { try commit(starts, changed) }
        if !replaced.isEmpty {
            let others = replaced.sorted().compactMap { openRuns[$0] }
            try write { ledger in for run in others { try replace(run, ledger) } }
            hasMore = true
        }
        if !splits.isEmpty { try commit(splits, now) }
    }

    private static let pausedReason = "the job is paused"

    /// Whether a run waits until its job is resumed; one that a person asked for does not.
    private func isHeld(_ run: ScheduledRun) -> Bool {
        stored[run.job]?.isPaused == true && run.cause != .manual && !run.cause.isAgain
    }

    /// Starts the process; of one that cannot be started the run gets the reason.
    private func prepare(_ run: inout ScheduledRun, _ job: JobDeclaration, _ now: Int64) -> Start? {
        run.attempts += 1
        let log = logs.path(job: job.name, run: run.id, attempt: run.attempts)
        do {
            let launch = JobCommand(program: options.program, home: catalog.home, port: options.port).launch(
                job, run, attempt: run.attempts, log: log)
            let prepared = try launcher.prepare(launch)
            if let failure = prepared.logFailure { tell(.warning("\(job.name): it runs without a log: \(failure.message)")) }
            run.state = .running
            run.reason = nil
            let started = catalog.clock.nowMicros()
            run.startedMicros = run.startedMicros ?? started
            let attempt = RunAttempt(run: run.id, number: run.attempts, startedMicros: started, process: prepared.process, log: log)
            return Start(run: run, job: job, attempt: attempt, prepared: prepared)
        } catch {
            settle(&run, job, .failed, "it could not be started: \(error.message)", mayRetry: true, now)
            tell(.warning("\(job.name): \(error.message)"))
            return nil
        }
    }

    /// The processes begin when the ledger has them.
    private func commit(_ starts: [Start], _ changed: [ScheduledRun]) throws {
        var over: [ScheduledRun] = []
        do {
            over = try write { ledger in
                for start in starts {
                    try ledger.update(start.run)
                    try ledger.add(start.attempt)
                }
                var over: [ScheduledRun] = []
                for run in changed { over += try put(run, ledger) }
                return over
            }
        } catch {
            starts.forEach { launcher.abandon($0.prepared) }
            throw error
        }
        for start in starts {
            active[start.run.id] = ActiveAttempt(attempt: start.attempt, job: start.job.name)
            launcher.release(start.prepared)
            tell(.started(start.run))
        }
        announce(over)
    }

    /// How much room there is for more runs.
    private struct Room {
        enum Place { case free, full, jobIsFull }

        let pools: [String: Int]
        var slots: Int
        var byJob: [String: Int] = [:]
        var byPool: [String: Int] = [:]
        var byRoot: [RunID: Int] = [:]
        var byParent: [RunID: Int] = [:]

        init(_ running: [ScheduledRun], _ jobs: JobSet, slots: Int) {
            pools = jobs.pools
            self.slots = slots
            for run in running { take(run, jobs[run.job]) }
        }

        /// The run of a tick that is split has no process, and its elements are one run of the job.
        mutating func take(_ run: ScheduledRun, _ job: JobDeclaration?) {
            let isSplit = job?.rules.each != nil && run.element == nil
            if let parent = run.parent { byParent[parent, default: 0] += 1 } else { byJob[run.job, default: 0] += 1 }
            if isSplit { return }
            slots -= 1
            byRoot[run.root, default: 0] += 1
            if let pool = job?.rules.pool?.text { byPool[pool, default: 0] += 1 }
        }

        func place(_ run: ScheduledRun, _ job: JobDeclaration) -> Place {
            if let parent = run.parent {
                if byParent[parent, default: 0] >= run.width ?? 1 { return .full }
            } else if byJob[run.job, default: 0] >= max(job.rules.concurrency, run.width ?? 0) {
                return .jobIsFull
            }
            if slots <= 0 { return .full }
            if run.parent == nil, let width = run.width, byRoot[run.root, default: 0] >= width { return .full }
            if job.rules.each == nil || run.element != nil, let pool = job.rules.pool?.text,
                byPool[pool, default: 0] >= pools[pool, default: 0]
            {
                return .full
            }
            return .free
        }
    }
}
