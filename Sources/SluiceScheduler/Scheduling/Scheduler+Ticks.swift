import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceSchedules

extension Scheduler {
    /// Puts the ticks up to a moment into the ledger, each with its run or the reason why it has none.
    ///
    /// - Parameter batches: How many transactions of `SchedulerLimits.batchTicks` jobs each; of more, the next step makes the rest.
    func makeTicks(_ now: Int64, batches: Int) throws {
        let moment = now.seconds
        var made = 0
        while made < batches, let first = ticks.first, first.time <= moment {
            made += 1
            var due: [String] = []
            while due.count < SchedulerLimits.batchTicks, let item = ticks.first, item.time <= moment {
                _ = ticks.popFirst()
                due.append(item.subject)
            }
            var cursors: [String: Int64] = [:]
            try write { ledger in
                for name in due {
                    guard let job = readable(name), let schedule = job.rules.schedule, var row = try ledger.job(name), !row.isPaused else {
                        continue
                    }
                    if !ClockText.isSame(row.schedule, as: job.rules.scheduleText), row.declaration == job.storedText {
                        // What another version of this program made of the same text: ticks that it would have had before never were.
                        (row.schedule, row.cursor) = (job.rules.scheduleText, max(row.cursor, moment))
                        try ledger.put(row)
                        cursors[name] = row.cursor
                    } else {
                        cursors[name] = try makeTicks(job, schedule, after: row.cursor, moment, ledger)
                    }
                }
            }
            for (name, cursor) in cursors {
                stored[name]?.cursor = cursor
                if let next = jobs.jobs[name]?.tick(after: cursor) { ticks.insert(.init(time: next, subject: name)) }
            }
        }
    }

    /// A job whose declaration may be read only now; that it is wrong is told once, and it has no ticks then.
    private func readable(_ name: String) -> JobDeclaration? {
        switch jobs.jobs[name]?.result {
        case .success(let job): return job
        case .failure(let error):
            for mistake in DefinitionErrors.list(error) ?? [SluiceError(.ioFailure, "\(error)")]
            where toldMistakes.insert("\(name): \(mistake.message)").inserted {
                tell(.warning("the job \(name.quotedForMessage) is left out: \(mistake.message)"))
            }
            return nil
        case nil: return nil
        }
    }

    /// - Returns: The last tick that is in the ledger now.
    private func makeTicks(
        _ job: JobDeclaration, _ schedule: Schedule, after cursor: Int64, _ moment: Int64, _ ledger: ScheduleTransaction
    ) throws -> Int64 {
        let decided = Self.decide(job.rules, schedule, after: cursor, moment)
        for tick in decided.skipped {
            _ = try ledger.add(StoredTick(job: job.name, logical: tick.logical, run: nil, reason: tick.reason))
        }
        for tick in decided.run where try ledger.tick(job.name, tick) == nil {
            let run = ScheduledRun(
                id: newID(ledger.now), job: job.name, logical: tick, cause: .schedule, priority: job.rules.priority,
                createdMicros: ledger.now, notBeforeMicros: (tick + schedule.delay(of: tick, job: job.name)) * TimeText.microsPerSecond)
            try ledger.add(run)
            _ = try ledger.add(StoredTick(job: job.name, logical: tick, run: run.id))
        }
        let last = max(decided.run.last ?? cursor, decided.lastSkipped ?? cursor)
        try ledger.advance(job.name, to: last)
        return last
    }

    /// What happens to the ticks behind a moment.
    struct Decision {
        /// Ascending.
        var run: [Int64] = []
        var skipped: [(logical: Int64, reason: String)] = []
        var lastSkipped: Int64?
    }

    /// Ticks of the last minute run; of older ones, which nothing was there to run, those that `catch_up` says.
    static func decide(_ rules: ScheduleDeclaration, _ schedule: Schedule, after cursor: Int64, _ moment: Int64) -> Decision {
        var decision = Decision()
        let border = max(cursor, moment - SchedulerLimits.missedSeconds)
        let recent = schedule.ticks(after: border, notAfter: moment, limit: .max)
        decision.run = recent
        guard let lastMissed = schedule.last(notAfter: border, after: cursor) else { return decision }
        decision.lastSkipped = lastMissed
        switch rules.catchUp {
        case .all:
            // The newest ones run.
            var newest: [Int64] = []
            var tick = schedule.next(after: cursor)
            while let missed = tick, missed <= lastMissed {
                newest.append(missed)
                if newest.count >= 2 * rules.catchUpLimit { newest.removeFirst(rules.catchUpLimit) }
                tick = schedule.next(after: missed)
            }
            decision.run = Array(newest.suffix(rules.catchUpLimit)) + recent
        case .last: decision.run = recent.isEmpty ? [lastMissed] : recent
        case .none: break
        }
        let end = decision.run.first ?? .max
        let reason = "nothing was there to run it, and catch_up is \(rules.catchUp.rawValue)"
        let skipped = schedule.ticks(after: cursor, notAfter: min(end - 1, lastMissed), limit: SchedulerLimits.recordedSkips + 1)
        decision.skipped = skipped.prefix(SchedulerLimits.recordedSkips).map { (logical: $0, reason: reason) }
        if skipped.count > SchedulerLimits.recordedSkips, let last = decision.skipped.indices.last {
            decision.skipped[last].reason += "; all later ones up to \(ZoneRules.utc.text(of: lastMissed)) that did not run are not listed"
        }
        return decision
    }

    func newID(_ now: Int64) -> RunID {
        var random = SystemRandomNumberGenerator()
        return RunID(atMicros: now, using: &random)
    }
}
