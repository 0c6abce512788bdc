package import SluiceCatalog
import SluiceCore
package import SluicePipelines
import SluiceSchedules

/// Runs that are asked for beside the clock, each with a tick of its own.
package enum ScheduleRequests {
    /// Adds a run of a job, for now.
    ///
    /// - Parameters:
    ///   - root: What the run goes back to; nil: itself.
    ///   - properties: What was told to it.
    /// - Returns: The run; its logical time is now, or the next second that is no tick of the job and has no run yet. Where the clock leaves no
    ///   such second near, the run is that of the clock's next tick, made early.
    @discardableResult
    package static func add(
        _ job: JobDeclaration, _ cause: RunCause, parameters: [String: String] = [:], root: RunID? = nil,
        properties: [String: String] = [:], _ ledger: ScheduleTransaction
    ) throws -> ScheduledRun {
        return try add(
            job, cause, logical: ownSecond(of: job, ledger), root: root, parameters: parameters, width: nil, ledger, properties: properties)
    }

    /// A second for a run that no clock makes, which the clock has not and will not make another run for.
    ///
    /// The first one from now on without a tick that is no tick of the clock. A clock of each second has none: behind so many ticks of the clock
    /// the search ends, and the first of these is taken. The clock finds then that its tick has a run.
    private static func ownSecond(of job: JobDeclaration, _ ledger: ScheduleTransaction) throws -> Int64 {
        var second = try ledger.freeSecond(of: job.name, from: ledger.now.seconds)
        guard let schedule = job.rules.schedule else { return second }
        let first = second
        var passed = 0
        while schedule.next(after: second - 1) == second {
            passed += 1
            if passed == SchedulerLimits.passedTicks { return first }
            second = try ledger.freeSecond(of: job.name, from: second + 1)
        }
        return second
    }

    /// Does a run that is over again, and what runs after it.
    ///
    /// - Throws: `invalidArgument` where it is not over, or has succeeded.
    package static func retry(_ run: ScheduledRun, _ job: JobDeclaration, _ ledger: ScheduleTransaction) throws -> ScheduledRun {
        // Of a tick that is split, all elements that did not succeed.
        if let parent = run.parent, let whole = try ledger.run(parent) { return try retry(whole, job, ledger) }
        guard run.state.isOver, run.state != .succeeded else {
            throw SluiceError(
                .invalidArgument, "the run \(run.id) of \(run.job) is \(run.state.rawValue)",
                remedy: run.state.isOver
                    ? "only a run that did not succeed is done again; `schedule run` makes a new one" : "wait until it ends, or cancel it")
        }
        guard try ledger.tick(run.job, run.logical)?.run == run.id else {
            throw SluiceError(.invalidArgument, "the tick of run \(run.id) has another run by now", remedy: "look at the job's history")
        }
        return try add(
            job, .retry, logical: run.logical, root: nil, parameters: run.parameters, width: nil, ledger, properties: run.properties)
    }

    /// Goes on with all runs that a run goes back to the same root with: those that failed are done again, and what runs after them.
    ///
    /// - Returns: The new runs, with one root; none where nothing failed.
    /// - Throws: `invalidArgument` where one of them still runs.
    package static func resumeGraph(of run: ScheduledRun, _ jobs: JobSet, _ ledger: ScheduleTransaction) throws -> [ScheduledRun] {
        let all = try ledger.runs(root: run.root, limit: SchedulerLimits.backfillRuns).filter { $0.parent == nil }
        if let open = all.first(where: { !$0.state.isOver }) {
            throw SluiceError(
                .invalidArgument, "the run \(open.id) of \(open.job) is \(open.state.rawValue)",
                remedy: "wait until it ends, or cancel it", isRetriable: true)
        }
        var resumed: [ScheduledRun] = []
        for failed in all.reversed() where failed.state != .succeeded && failed.state != .skipped {
            guard let job = jobs[failed.job], try ledger.tick(failed.job, failed.logical)?.run == failed.id else { continue }
            resumed.append(
                try add(
                    job, .resume, logical: failed.logical, root: resumed.first?.id, parameters: failed.parameters, width: nil, ledger,
                    properties: failed.properties))
        }
        return resumed
    }

    /// What a backfill over logical times does to one of them.
    package enum BackfillStep: Hashable, Sendable {
        case run(Int64)
        /// It has a run already.
        case done(Int64, ScheduledRunState)
    }

    /// The ticks of a job from one moment to before another, with what there is of them.
    ///
    /// - Parameters:
    ///   - again: Whether ticks that succeeded are to run once more.
    ///   - ledger: Nil where there is no state yet.
    /// - Throws: `invalidArgument` for a job without a clock; `limitExceeded`.
    package static func backfillPlan(
        _ job: JobDeclaration, _ range: Range<Int64>, again: Bool, _ ledger: ScheduleTransaction?
    ) throws -> [BackfillStep] {
        guard let schedule = job.rules.schedule else {
            throw SluiceError(
                .invalidArgument, "the job \(job.name.quotedForMessage) has no clock, and so no ticks in the past",
                remedy: "give its schedule an `at`, or start it with `schedule run`")
        }
        let ticks = schedule.ticks(after: range.lowerBound - 1, notAfter: range.upperBound - 1, limit: SchedulerLimits.backfillRuns + 1)
        guard ticks.count <= SchedulerLimits.backfillRuns else {
            throw SluiceError(
                .limitExceeded, "the job has more than \(SchedulerLimits.backfillRuns) ticks in this range", remedy: "take a shorter range")
        }
        return try ticks.map { tick in
            guard let ledger, let known = try ledger.tick(job.name, tick), let id = known.run, let run = try ledger.run(id) else {
                return .run(tick)
            }
            let isDone = run.state == .succeeded && !again || !run.state.isOver
            return isDone ? .done(tick, run.state) : .run(tick)
        }
    }

    /// Adds the runs of a backfill.
    ///
    /// - Parameter width: How many of them run side by side.
    /// - Returns: In the order of their ticks; the first one is the root of all.
    package static func backfill(
        _ job: JobDeclaration, _ ticks: [Int64], parameters: [String: String], width: Int, _ ledger: ScheduleTransaction
    ) throws -> [ScheduledRun] {
        var runs: [ScheduledRun] = []
        for tick in ticks {
            runs.append(
                try add(job, .backfill, logical: tick, root: runs.first?.id, parameters: parameters, width: width, ledger))
        }
        return runs
    }

    private static func add(
        _ job: JobDeclaration, _ cause: RunCause, logical: Int64, root: RunID?, parameters: [String: String], width: Int?,
        _ ledger: ScheduleTransaction, properties: [String: String] = [:]
    ) throws -> ScheduledRun {
        var random = SystemRandomNumberGenerator()
        let run = ScheduledRun(
            id: RunID(atMicros: ledger.now, using: &random), job: job.name, logical: logical, cause: cause, root: root,
            priority: job.rules.priority - (cause == .backfill ? 1 : 0), parameters: parameters, width: width, createdMicros: ledger.now,
            notBeforeMicros: ledger.now, properties: properties)
        try ledger.add(run)
        let tick = StoredTick(job: job.name, logical: logical, run: run.id)
        if try !ledger.add(tick) { try ledger.replace(tick) }
        return run
    }
}
