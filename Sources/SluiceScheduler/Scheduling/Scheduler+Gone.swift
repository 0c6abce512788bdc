import SluiceCatalog
import SluiceCore

extension Scheduler {
    /// Whether nothing declares the job of a run any more, for certain: not where it is wrong, may be in what could not be read, or may have been
    /// declared since the definitions were read.
    func isWithoutJob(_ run: ScheduledRun) -> Bool {
        options.hasWholeProject && options.root == nil && run.createdMicros < jobsMicros && jobs.isGone(run.job)
            && stored[run.job]?.isDeclared != true
    }

    /// Ends runs that wait for a job that is gone: nobody would start them. One that is at work goes on.
    func endThoseWithoutJob(_ now: Int64) throws {
        guard looksForGone else { return }
        var over: [ScheduledRun] = []
        for run in openRuns.all where run.state != .running && isWithoutJob(run) {
            over.append(withoutJob(run, now))
            if over.count == SchedulerLimits.batchTicks { break }
        }
        over.sort { $0.id < $1.id }
        // The rest is the next step's.
        looksForGone = over.count == SchedulerLimits.batchTicks
        if looksForGone { hasMore = true }
        if !over.isEmpty { announce(try write { ledger in try over.flatMap { try put($0, ledger) } }) }
    }

    /// A run whose job is not among those at work: it ends if that is gone, and otherwise says why it waits.
    ///
    /// - Returns: Nil where it says so already.
    func waiting(_ run: ScheduledRun, _ now: Int64) throws -> ScheduledRun? {
        if isWithoutJob(run) { return withoutJob(run, now) }
        let reason = "no job of this name is declared any more"
        if run.reason == reason { return nil }
        // One that was at work when its job was removed, and did not begin.
        if try catalog.readSchedule({ try $0.cancellation(of: run.id) }) != nil { return withoutJob(run, now) }
        var run = run
        run.reason = reason
        return run
    }

    private func withoutJob(_ run: ScheduledRun, _ now: Int64) -> ScheduledRun {
        var run = run
        (run.state, run.reason, run.endedMicros) = (.cancelled, "its job is not declared any more", now)
        return run
    }
}
