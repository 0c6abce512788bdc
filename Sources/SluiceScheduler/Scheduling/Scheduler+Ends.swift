import SluiceCatalog
import SluiceCore
import SluicePipelines

extension Scheduler {
    /// Writes down what became of processes that ended.
    func collectEnds(_ now: Int64) throws {
        var ended: [(ActiveAttempt, JobOutcome)] = []
        let cuts = now - cutMicros > SchedulerLimits.cutMicros || now < cutMicros
        if cuts { cutMicros = now }
        for entry in active.values {
            if let outcome = launcher.outcome(of: entry.attempt) {
                ended.append((entry, outcome))
                logs.cut(entry.attempt.log, isOver: true)
            } else if cuts, logs.cut(entry.attempt.log, isOver: false) {
                cutMicros = now - SchedulerLimits.cutMicros + SchedulerLimits.cutSoonMicros
            }
        }
        guard !ended.isEmpty else { return }
        ended.sort { $0.0.attempt.run < $1.0.attempt.run }
        let told = properties(of: ended.map { $0.0 })
        var again: [ScheduledRun] = []
        let over = try write { ledger in
            try ended.flatMap { entry, outcome -> [ScheduledRun] in
                guard var run = try ledger.run(entry.attempt.run) else { return [] }
                var attempt = entry.attempt
                run.properties.merge(told[run.id] ?? [:]) { $1 }
                settle(&run, &attempt, entry, outcome, now)
                if run.state == .cancelled, run.isCancelled, let cancellation = try ledger.cancellation(of: run.id) {
                    run.reason = cancellation.text + Self.killed(entry)
                    attempt.reason = run.reason
                }
                try ledger.update(attempt)
                if run.state == .retrying { again.append(run) }
                return try put(run, ledger)
            }
        }
        again.forEach { tell(.retries($0)) }
        for (entry, _) in ended {
            active[entry.attempt.run] = nil
            launcher.forget(entry.attempt)
            if let job = jobs[entry.job] { logs.prune(job: job.name, keep: job.rules.keptLogs) }
        }
        if now - trimmedMicros > SchedulerLimits.trimMicros || now < trimmedMicros {
            trimmedMicros = now
            logs.trim(except: Set(active.keys.map(\.text)))
        }
        announce(over)
    }

    /// What attempts that ended told to those behind them.
    private func properties(of ended: [ActiveAttempt]) -> [RunID: [String: String]] {
        var told: [RunID: [String: String]] = [:]
        for entry in ended {
            let found = RunProperties.read(log: entry.attempt.log)
            if !found.values.isEmpty { told[entry.attempt.run] = found.values }
            if found.unreadable > 0 {
                tell(.warning("\(entry.job): \(found.unreadable) lines of its properties are not NAME=VALUE, or too many"))
            }
        }
        return told
    }

    /// Writes a run, and what follows from it if it is over.
    ///
    /// - Returns: All runs that are over by it.
    func put(_ run: ScheduledRun, _ ledger: ScheduleTransaction) throws -> [ScheduledRun] {
        try ledger.update(run)
        guard run.state.isOver else { return [] }
        try options.follower?.follow(run, ledger)
        if let parent = run.parent { return try [run] + finish(parent, ledger) }
        return try [run] + follow(run, ledger)
    }

    /// What an attempt's end means for it and its run.
    private func settle(
        _ run: inout ScheduledRun, _ attempt: inout RunAttempt, _ entry: ActiveAttempt, _ outcome: JobOutcome, _ now: Int64
    ) {
        let job = jobs[run.job]
        attempt.endedMicros = now
        if case .exited(let code) = outcome { attempt.exitCode = code }
        let isTransactional = job?.isTransactional ?? false
        let wasStopped = entry.askedMicros != nil
        switch (outcome, entry.stop) {
        case (.exited(0), _): settle(&run, job, .succeeded, nil, mayRetry: false, now)
        case _ where run.isCancelled && outcome != .neverStarted: settle(&run, job, .cancelled, "it was cancelled", mayRetry: false, now)
        case (_, .timedOut?) where wasStopped:
            settle(&run, job, .timedOut, "it took longer than its timeout" + Self.killed(entry), mayRetry: true, now)
        case (.neverStarted, _): again(&run, "the scheduler ended before it began", now)
        case (_, .drained?) where wasStopped && isTransactional && run.repeats < SchedulerLimits.repeats:
            again(&run, "the scheduler ended", now)
        case (_, .drained?) where wasStopped: settle(&run, job, .failed, "the scheduler ended before it did", mayRetry: true, now)
        case (.lost, _) where isTransactional && run.repeats < SchedulerLimits.repeats: again(&run, "its process was gone", now)
        case (.lost, _): settle(&run, job, .failed, "its process is gone, and nobody knows how it ended", mayRetry: true, now)
        case (.exited(2), _) where isTransactional:
            let reason = job?.missingDefinition ?? "its definition or arguments are wrong, as its log says (exit code 2)"
            settle(&run, job, .failed, reason, mayRetry: false, now)
        case (.exited(let code), _) where code > 128:
            settle(&run, job, .failed, "it was ended by signal \(code - 128)", mayRetry: true, now)
        case (.exited(let code), _): settle(&run, job, .failed, "exit code \(code)", mayRetry: true, now)
        }
        attempt.reason = run.reason
        // An attempt that is made good by the next one, and counts for none.
        attempt.state = run.state.isOver ? run.state : run.state == .queued ? .cancelled : .failed
    }

    /// What became of the soft end, where the hard one was needed.
    private static func killed(_ entry: ActiveAttempt) -> String { entry.isKilled ? "; it did not listen and was killed" : "" }

    /// The run waits for an attempt that does not count as a retry.
    private func again(_ run: inout ScheduledRun, _ reason: String, _ now: Int64) {
        (run.state, run.reason, run.notBeforeMicros) = (.queued, reason, now)
        run.repeats += 1
    }

    /// Ends a run, or lets it wait for its next attempt.
    func settle(
        _ run: inout ScheduledRun, _ job: JobDeclaration?, _ state: ScheduledRunState, _ reason: String?, mayRetry: Bool, _ now: Int64
    ) {
        (run.state, run.reason) = (state, reason)
        let failures = run.attempts - run.repeats
        if mayRetry, !run.isCancelled, let rules = job?.rules, failures <= rules.retries {
            let factor = Int64(1) << Int64(min(max(failures - 1, 0), 40))
            let (delay, isLong) = rules.retryDelayMicros.multipliedReportingOverflow(by: factor)
            run.state = .retrying
            run.notBeforeMicros = now + (isLong ? rules.retryDelayMaxMicros : min(delay, rules.retryDelayMaxMicros))
            return
        }
        run.endedMicros = now
    }

    // MARK: Ending what runs

    /// Ends runs that were cancelled or take too long: softly first, and after their time for it hard.
    func endThoseThatShall(_ now: Int64) throws {
        var waiting: [ScheduledRun] = []
        for id in openRuns.cancelled.sorted() where active[id] == nil {
            guard var run = openRuns[id] else { continue }
            if run.state == .running {
                try cancelElements(of: run)
            } else {
                let cancellation = try catalog.readSchedule { try $0.cancellation(of: id) }
                (run.state, run.reason, run.endedMicros) = (.cancelled, (cancellation?.text ?? "it was cancelled") + " before it ran", now)
                waiting.append(run)
            }
        }
        for (id, entry) in active {
            guard let run = openRuns[id] else { continue }
            let rules = jobs[run.job]?.rules
            if run.isCancelled { stop(run.id, .cancelled) }
            if let timeout = run.timeoutMicros ?? rules?.timeoutMicros, now - entry.attempt.startedMicros > timeout {
                stop(run.id, .timedOut)
            }
            let grace = rules?.graceMicros ?? ScheduleDeclaration().graceMicros
            if let asked = active[run.id]?.askedMicros, now - asked > grace, active[run.id]?.isKilled == false {
                launcher.end(entry.attempt, isHard: true)
                active[run.id]?.isKilled = true
            }
        }
        guard !waiting.isEmpty else { return }
        announce(try write { ledger in try waiting.flatMap { try put($0, ledger) } })
    }

    /// The run of a tick that is split ends with its elements.
    private func cancelElements(of run: ScheduledRun) throws {
        let elements = openRuns.all.filter { $0.parent == run.id && !$0.isCancelled }
        guard !elements.isEmpty else { return }
        try write { ledger in
            let cancellation = try ledger.cancellation(of: run.id)
            for var element in elements {
                element.isCancelled = true
                try ledger.update(element)
                if let cancellation {
                    try ledger.note(RunCancellation(run: element.id, author: cancellation.author, reason: cancellation.reason))
                }
            }
        }
    }

    /// Asks an attempt to end; a second reason changes nothing.
    func stop(_ run: RunID, _ reason: StopReason) {
        guard let entry = active[run], entry.stop == nil else { return }
        active[run]?.stop = reason
        active[run]?.askedMicros = catalog.clock.nowMicros()
        launcher.end(entry.attempt, isHard: false)
    }
}
