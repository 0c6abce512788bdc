package import SluiceCatalog
package import SluicePipelines

/// Jobs that commands add to the state and take out of it.
extension ScheduleRequests {
    /// Declares a job, or puts another declaration in the place of the one there is. A job whose clock is new, or another one, has ticks from now on.
    ///
    /// - Parameters:
    ///   - job: As a set of jobs has it, with its calendars.
    ///   - text: The job's declaration, as the state keeps it.
    ///   - isPaused: Whether a job that was not known begins paused.
    package static func declare(_ job: JobDeclaration, _ text: String, isPaused: Bool, _ ledger: ScheduleTransaction) throws {
        let (now, schedule) = (ledger.now.seconds, job.rules.scheduleText)
        var row =
            try ledger.job(job.name)
            ?? StoredJob(
                name: job.name, declaration: text, schedule: schedule, isPaused: isPaused, cursor: now, createdMicros: ledger.now)
        if !ClockText.isSame(row.schedule, as: schedule) { row.cursor = max(row.cursor, now) }
        (row.declaration, row.schedule) = (text, schedule)
        try ledger.put(row)
    }

    /// Takes a job out of the state. Its runs that wait are cancelled, and so are those at work that turn out not to have begun; the others go on, and
    /// its history stays.
    ///
    /// - Parameters:
    ///   - author: Who asks for it, as a cancellation says.
    ///   - isLed: Whether a scheduler is there to end what waits.
    /// - Returns: The runs that are cancelled.
    @discardableResult
    package static func remove(_ job: String, author: String, isLed: Bool, _ ledger: ScheduleTransaction) throws -> [ScheduledRun] {
        var cancelled: [ScheduledRun] = []
        for run in try ledger.openRuns() where run.job == job {
            let cancellation = RunCancellation(run: run.id, author: author, reason: "its job was removed")
            if run.state == .running {
                try ledger.note(cancellation)
            } else {
                cancelled.append(try cancel(run, cancellation, isLed: isLed, ledger))
            }
        }
        try ledger.removeJob(job)
        return cancelled
    }

    /// Asks for the end of a run that is not over.
    ///
    /// - Parameter isLed: Whether a scheduler is there to end it; otherwise one that waits ends at once, but for an element: its tick ends with it.
    /// - Returns: The run as it is now.
    package static func cancel(
        _ run: ScheduledRun, _ cancellation: RunCancellation, isLed: Bool, _ ledger: ScheduleTransaction
    ) throws -> ScheduledRun {
        var run = run
        try ledger.note(cancellation)
        run.isCancelled = true
        if !isLed, run.state != .running, run.parent == nil {
            (run.state, run.reason, run.endedMicros) = (.cancelled, cancellation.text + " before it ran", ledger.now)
        }
        try ledger.update(run)
        return run
    }
}
