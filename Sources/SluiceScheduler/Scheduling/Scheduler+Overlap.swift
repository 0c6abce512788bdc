import SluiceCatalog
import SluiceCore
import SluicePipelines

/// What `overlap` says of runs for which their job has no room.
extension Scheduler {
    /// What becomes of a run without room.
    enum WithoutRoom {
        case waits
        /// It ends.
        case isOver(ScheduledRun)
        /// It waits until this one has ended, which is asked for; nil: until one has, whose end was asked for before.
        case replaces(ScheduledRun?)
    }

    /// - Parameter replaced: Runs whose end this step asks for.
    func withoutRoom(_ run: ScheduledRun, _ overlap: Overlap, _ replaced: Set<RunID>, _ now: Int64) -> WithoutRoom {
        if overlap == .queue || Self.waitsAlways(run) { return .waits }
        if overlap == .skip {
            // A further attempt belongs to a run that had its room.
            if run.attempts > 0 { return .waits }
            return .isOver(Self.ended(run, .skipped, "another run of the job had not ended", now))
        }
        let atWork = openRuns.running.compactMap { openRuns[$0] }.filter { $0.job == run.job && $0.parent == nil && !Self.waitsAlways($0) }
        // One at a time, and only when it has ended the next.
        if atWork.contains(where: { $0.isCancelled || replaced.contains($0.id) }) { return .replaces(nil) }
        guard let oldest = atWork.min(by: Self.isOlder) else { return .waits }
        return Self.isOlder(run, oldest) ? .isOver(Self.replaced(run, now)) : .replaces(oldest)
    }

    /// The runs that end because later ones wait for the same room: where a run takes longer to stop than its job's period, they would grow
    /// without end, and none of them would be there for longer than it takes to be replaced.
    ///
    /// - Parameter waiting: Of one job, those that wait until others have ended.
    func superseded(_ waiting: [ScheduledRun], of job: JobDeclaration?, _ now: Int64) -> [ScheduledRun] {
        guard let job, waiting.count > job.rules.concurrency else { return [] }
        return waiting.sorted(by: Self.isOlder).dropLast(job.rules.concurrency).map { Self.replaced($0, now) }
    }

    private static func replaced(_ run: ScheduledRun, _ now: Int64) -> ScheduledRun {
        guard run.state == .retrying else { return ended(run, .cancelled, "a later run of the job took its place", now) }
        let failure = run.reason.map { $0 + "; " } ?? ""
        return ended(run, .failed, failure + "it is not tried again, since a later run of the job took its place", now)
    }

    /// Asks for the end of a run in whose place a later one comes. Also of a tick that is split, and through a scheduler that dies meanwhile.
    func replace(_ run: ScheduledRun, _ ledger: ScheduleTransaction) throws {
        var run = run
        run.isCancelled = true
        try ledger.note(RunCancellation(run: run.id, author: "a later run of the job", reason: "it took its place"))
        try ledger.update(run)
    }

    /// Runs of a backfill, and of ticks that were missed, wait for room whatever their job says of others, and none comes in their place: they
    /// are there to be done, one after the other.
    private static func waitsAlways(_ run: ScheduledRun) -> Bool {
        if run.isOfBackfill { return true }
        guard run.cause == .schedule || run.cause == .jobs, let begun = RunID.startMillis(of: run.root.text) else { return false }
        return begun / 1_000 - run.logical > SchedulerLimits.missedSeconds
    }

    private static func isOlder(_ run: ScheduledRun, _ other: ScheduledRun) -> Bool {
        (run.createdMicros, run.logical, run.id) < (other.createdMicros, other.logical, other.id)
    }

    private static func ended(_ run: ScheduledRun, _ state: ScheduledRunState, _ reason: String, _ now: Int64) -> ScheduledRun {
        var run = run
        (run.state, run.reason, run.endedMicros) = (state, reason, now)
        return run
    }
}
