import Glibc
package import SluiceCatalog
import SluiceCore

/// The files with what runs printed: `<home>/logs/<job>/<run>-<attempt>.log`.
package struct RunLogs: Sendable {
    let home: String

    package init(home: String) { self.home = home }

    package func path(job: String, run: RunID, attempt: Int) -> String { "\(home)/logs/\(job)/\(run.text)-\(attempt).log" }

    /// Cuts a log that has grown too long: what it had goes into one file beside it, and it begins anew.
    func rotate(_ path: String) {
        guard let count = DiskFiles.byteCount(of: path), count > SchedulerLimits.logBytes else { return }
        // The process goes on writing to the same file, at its end.
        guard let content = try? DiskFiles.read(path), (try? DiskFiles.writeAtomically(content, to: path + ".1")) != nil else { return }
        truncate(path, 0)
    }

    /// Removes the logs of a job's older runs; names of runs sort by time.
    func prune(job: String, keep: Int) {
        let folder = "\(home)/logs/\(job)"
        guard let names = try? DiskFiles.list(folder) else { return }
        let runs = Set(names.compactMap { $0.split(separator: "-").first.map(String.init) }).sorted()
        guard runs.count > keep else { return }
        let old = Set(runs.dropLast(keep))
        for name in names where name.split(separator: "-").first.map({ old.contains(String($0)) }) == true { unlink(folder + "/" + name) }
    }
}

/// Bounds of the scheduler.
package enum SchedulerLimits {
    /// Bytes of a log before it is cut.
    static let logBytes = 10 << 20
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
    /// Ticks that one transaction puts into the ledger.
    static let batchTicks = 500
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
    /// Runs of one backfill.
    package static let backfillRuns = 100_000
}
