/// Bounds of the scheduler.
package enum SchedulerLimits {
    /// Bytes that are kept of a log.
    static let logBytes = 10 << 20
    /// Bytes of all logs together, and how often they are counted.
    static let allLogBytes = 2 << 30
    static let trimMicros: Int64 = 600_000_000
    /// Bytes of the properties that one attempt tells, and how many they are.
    static let propertyBytes = 64 << 10
    static let properties = 200
    /// How often logs of processes that run are looked at, and when again if one was too long.
    static let cutMicros: Int64 = 1_000_000
    static let cutSoonMicros: Int64 = 100_000
    /// How long after its time a scheduler that begins tells that a run was missed.
    static let lateNoticeMicros: Int64 = 86_400_000_000
    /// Elements of one tick.
    static let elements = 10_000
    /// Bytes of what a caller sends to a webhook.
    package static let webhookBytes = 64 << 10
    /// How often events are looked for that take time to look at.
    static let remoteEventMicros: Int64 = 2_000_000
    /// How long the lead lasts without being renewed, and how often it is.
    static let leadSeconds: Int64 = 15
    static let renewMicros: Int64 = 4_000_000
    /// How often a scheduler that does not lead asks for the lead.
    static let followMicros: Int64 = 500_000
    /// How often it looks at processes that run, and at changes by others.
    static let pollMicros: Int64 = 20_000
    static let idleMicros: Int64 = 200_000
    /// How often events are looked for.
    static let eventMicros: Int64 = 1_000_000
    /// A tick that is older counts as missed: nothing was there to run it.
    static let missedSeconds: Int64 = 60
    /// Missed ticks of one job that are recorded as skipped one by one.
    static let recordedSkips = 1_000
    /// Ticks that one transaction puts into the ledger: twenty milliseconds, about, for which commands that write wait.
    static let batchTicks = 1_000
    /// Transactions of ticks that one step makes before it starts runs: a tick is twenty times cheaper than a start.
    static let tickBatches = 5
    /// Ticks of a job's clock that are looked at for a second between them, for a run that is asked for.
    static let passedTicks = 100
    /// Runs that one step starts.
    static let startedAtOnce = 16
    /// How often an attempt that ended with its scheduler is repeated.
    static let repeats = 10
    /// Failures of the state in a row behind which a scheduler gives up: an hour, about.
    static let failures = 66

    /// In microseconds: a second, twice as long each time, a minute at most.
    static func pause(afterFailures count: Int) -> Int64 { min(1 << Int64(min(count - 1, 6)), 60) * 1_000_000 }

    /// Files that one event sees.
    static let watchedFiles = 100_000
    /// Bytes of the names of files that one run is for: a process takes 128 KiB in one variable or argument, and quotes need room.
    static let eventBytes = 32 << 10
    /// Runs of one backfill.
    package static let backfillRuns = 100_000
}
