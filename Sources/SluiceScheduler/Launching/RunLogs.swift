import CSystemCalls
import Glibc
package import SluiceCatalog
import SluiceCore

/// The files with what runs printed: `<home>/logs/<job>/<run>-<attempt>.log`.
package struct RunLogs: Sendable {
    let home: String

    package init(home: String) { self.home = home }

    package func path(job: String, run: RunID, attempt: Int) -> String { "\(home)/logs/\(job)/\(run.text)-\(attempt).log" }

    /// Where the process tells properties to those behind it, beside its log.
    static func propertiesPath(log: String) -> String { (log.hasSuffix(".log") ? String(log.dropLast(4)) : log) + ".properties" }

    /// Cuts a log that has grown too long, while its process goes on writing at its end: its newest part stays.
    ///
    /// Where the file system cannot take the front of a file away, that part goes into one file beside it, and the log begins anew. Where the disk
    /// has no room for that file, it is given up: the bound holds.
    ///
    /// - Parameter isOver: Whether its process has ended; a log that grows may be twice as long before it is cut.
    /// - Returns: Whether it was too long.
    @discardableResult
    func cut(_ path: String, isOver: Bool) -> Bool {
        let limit = isOver ? SchedulerLimits.logBytes : 2 * SchedulerLimits.logBytes
        guard let count = DiskFiles.byteCount(of: path), count > limit else { return false }
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        if sluice_cut_front(descriptor, Int64(count - SchedulerLimits.logBytes)) >= 0 { return true }
        if let content = Self.read(descriptor, (count - SchedulerLimits.logBytes)..<count) {
            try? DiskFiles.writeAtomically(content, to: path + ".1")
            // What came while that was written.
            let end = Int(lseek(descriptor, 0, SEEK_END))
            if end > count, let more = Self.read(descriptor, max(count, end - SchedulerLimits.logBytes)..<end) {
                try? DiskFiles.append(more, to: path + ".1")
            }
        }
        ftruncate(descriptor, 0)
        return true
    }

    private static func read(_ descriptor: Int32, _ range: Range<Int>) -> [UInt8]? {
        var content = [UInt8](repeating: 0, count: range.count)
        let found = pread(descriptor, &content, content.count, off_t(range.lowerBound))
        return found < 0 ? nil : Array(content.prefix(found))
    }

    /// Removes the oldest logs of all jobs while all of them together are too large.
    ///
    /// - Parameter kept: Runs whose logs stay.
    func trim(to bytes: Int = SchedulerLimits.allLogBytes, except kept: Set<String>) {
        let root = "\(home)/logs"
        var files: [(run: String, path: String, bytes: Int)] = []
        for job in (try? DiskFiles.list(root)) ?? [] {
            for name in (try? DiskFiles.list("\(root)/\(job)")) ?? [] {
                let path = "\(root)/\(job)/\(name)"
                guard let count = DiskFiles.byteCount(of: path) else { continue }
                files.append((String(name.prefix { $0 != "-" }), path, count))
            }
        }
        var total = files.reduce(0) { $0 + $1.bytes }
        guard total > bytes else { return }
        for file in files.sorted(by: { $0.run < $1.run }) where total > bytes && !kept.contains(file.run) {
            if unlink(file.path) == 0 { total -= file.bytes }
        }
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
