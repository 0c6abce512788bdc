import SluiceCatalog
import SluiceCore
import SluicePipelines

extension Scheduler {
    /// Makes the runs of jobs that run after one that is over, in the same transaction.
    ///
    /// - Returns: Those that are over at once, because what they wait for did not end so.
    func follow(_ run: ScheduledRun, _ ledger: ScheduleTransaction) throws -> [ScheduledRun] {
        guard let followers = jobs.followers[run.job] else { return [] }
        // A run that is not its tick's any more makes nothing.
        guard try ledger.tick(run.job, run.logical)?.run == run.id else { return [] }
        var over: [ScheduledRun] = []
        for name in followers.sorted() {
            guard let job = jobs[name], let condition = job.rules.after, try ledger.job(name)?.isPaused != true else { continue }
            let known = try ledger.tick(name, run.logical)
            if let known, try !mayReplace(known, run, ledger) { continue }
            let given = try properties(before: condition, run.logical, ledger)
            guard let verdict = try verdict(condition, given, run.logical, ledger) else { continue }
            var next = ScheduledRun(
                id: newID(ledger.now), job: name, logical: run.logical, cause: .jobs, root: run.root, priority: job.rules.priority,
                parameters: run.parameters, width: run.width, createdMicros: ledger.now, notBeforeMicros: ledger.now, properties: given)
            if case .missed(let reason) = verdict { (next.state, next.reason, next.endedMicros) = (.skipped, reason, ledger.now) }
            try ledger.add(next)
            let tick = StoredTick(job: name, logical: run.logical, run: next.id)
            if known == nil { _ = try ledger.add(tick) } else { try ledger.replace(tick) }
            if next.state.isOver { over += try [next] + follow(next, ledger) }
        }
        return over
    }

    /// Whether a tick may get another run: what it waits for is done again, by whatever the cause goes back to. That a second one of several jobs
    /// ends, by another clock, does nothing again.
    private func mayReplace(_ tick: StoredTick, _ cause: ScheduledRun, _ ledger: ScheduleTransaction) throws -> Bool {
        guard let id = tick.run, let before = try ledger.run(id) else { return true }
        guard before.root != cause.root, let root = cause.root == cause.id ? cause : try ledger.run(cause.root) else { return false }
        return root.cause.isAgain || root.cause == .backfill
    }

    /// What has become of a condition.
    private enum Verdict {
        case met
        /// It can no longer be met, for a reason.
        case missed(String)
    }

    /// What the runs before one told. Of several values of a name that of a job that told it itself goes before those that others only passed on;
    /// then that of a later job in the list.
    private func properties(before condition: JobCondition, _ logical: Int64, _ ledger: ScheduleTransaction) throws -> [String: String] {
        var values: [String: [(job: String, value: String)]] = [:]
        for name in condition.jobs {
            for (key, value) in try told(name, logical, ledger) { values[key, default: []].append((name, value)) }
        }
        var found: [String: String] = [:]
        for (key, given) in values {
            found[key] = given.last?.value
            guard given.contains(where: { $0.value != found[key] }) else { continue }
            found[key] = try given.last { try !isPassedOn(key, $0.value, by: $0.job, logical, ledger) }?.value ?? found[key]
        }
        return found
    }

    /// What the run of a tick tells to those behind it.
    private func told(_ job: String, _ logical: Int64, _ ledger: ScheduleTransaction) throws -> [String: String] {
        try ledger.tick(job, logical)?.run.flatMap { try ledger.run($0) }?.properties ?? [:]
    }

    /// Whether a job has a value of a property from one before it.
    private func isPassedOn(
        _ key: String, _ value: String, by job: String, _ logical: Int64, _ ledger: ScheduleTransaction
    ) throws -> Bool {
        try (jobs[job]?.rules.after?.jobs ?? []).contains { try told($0, logical, ledger)[key] == value }
    }

    /// Nil while it is open.
    private func verdict(
        _ condition: JobCondition, _ given: [String: String], _ logical: Int64, _ ledger: ScheduleTransaction
    ) throws -> Verdict? {
        let found = try verdict(condition, logical, ledger)
        guard case .met? = found, let refusal = condition.refusal(of: given) else { return found }
        return .missed(refusal)
    }

    private func verdict(_ condition: JobCondition, _ logical: Int64, _ ledger: ScheduleTransaction) throws -> Verdict? {
        var met = 0
        var missed: [String] = []
        for name in condition.jobs {
            guard let tick = try ledger.tick(name, logical) else { continue }
            let run = try tick.run.flatMap { try ledger.run($0) }
            let state = run?.state ?? .skipped
            guard state.isOver else { continue }
            if condition.states.contains(state.rawValue) {
                met += 1
            } else {
                missed.append("\(name) \(state.rawValue.replacing("_", with: " "))")
            }
        }
        if condition.isAny {
            if met > 0 { return .met }
            return missed.count == condition.jobs.count
                ? .missed("none of what it waits for ended so: \(missed.joined(separator: ", "))") : nil
        }
        if !missed.isEmpty { return .missed("what it waits for did not end so: \(missed.joined(separator: ", "))") }
        return met == condition.jobs.count ? .met : nil
    }
}
