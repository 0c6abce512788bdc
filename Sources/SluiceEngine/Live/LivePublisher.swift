import Glibc
package import SluiceCatalog
import SluiceCore
package import SluicePipelines

/// Tells in the state directory how a run is doing, beside the run: its tasks only count as they do anyway.
package struct LivePublisher: Sendable {
    private let pipeline: String
    /// Nil where the plan cannot be made yet, because what it needs is away.
    private let plan: LogicalPlan?
    private let catalog: Catalog
    private let progress: RunProgress
    private let follows: Bool
    private let directory: LiveDirectory
    private let home: String

    package init(_ plan: LogicalPlan, catalog: Catalog, home: String, progress: RunProgress, follows: Bool) {
        self.init(plan.definition.name, plan, catalog, home, progress, follows)
    }

    /// For a following run that waits until it can be planned.
    package init(waiting pipeline: String, catalog: Catalog, home: String, progress: RunProgress) {
        self.init(pipeline, nil, catalog, home, progress, true)
    }

    private init(
        _ pipeline: String, _ plan: LogicalPlan?, _ catalog: Catalog, _ home: String, _ progress: RunProgress, _ follows: Bool
    ) {
        self.pipeline = pipeline
        self.plan = plan
        self.catalog = catalog
        self.progress = progress
        self.follows = follows
        self.home = home
        directory = LiveDirectory(home: home)
    }

    /// Runs `body` and tells of it until it ends. That something cannot be told is no reason for the run to fail.
    package func during<Result: Sendable>(_ body: @Sendable () async throws -> Result) async throws -> Result {
        // Who looks before the run has begun to count sees its steps, too.
        if let plan { progress.update { $0.list(plan) } }
        let telling = Task { await tell() }
        do {
            let result = try await body()
            telling.cancel()
            await telling.value
            return result
        } catch {
            telling.cancel()
            await telling.value
            throw error
        }
    }

    /// What was so at a moment, for rates.
    private struct Moment {
        var at: ContinuousClock.Instant
        var rowsRead: Int64
        var rowsWritten: Int64
        /// Records read, by shard.
        var reached: [String: Int64]
    }

    @concurrent private func tell() async {
        directory.removeLeftovers()
        let process = ProcessIdentity.current
        let file = directory.file(of: pipeline, process: process.processID)
        var taps = TapServer(home: home, pipeline: pipeline, process: process.processID, taps: progress.taps)
        var figures = LiveFigures(
            pipeline: pipeline, processID: process.processID, processStarted: process.started, follows: follows,
            startedMicros: catalog.clock.nowMicros(), updatedMicros: catalog.clock.nowMicros())
        var history: [Moment] = []
        var round = 0
        while !Task.isCancelled {
            if round % (LiveLimits.intervalMilliseconds / LiveLimits.tapMilliseconds) == 0 {
                count(&figures)
                let lags = lags
                history.append(
                    Moment(
                        at: .now, rowsRead: figures.rowsRead, rowsWritten: figures.rowsWritten,
                        reached: Dictionary((lags ?? []).compactMap { lag in lag.reached.map { (lag.split, $0) } }) { $1 }))
                history.removeFirst(max(0, history.count - LiveLimits.rateWindow))
                rate(&figures, lags, history[0], history[history.count - 1])
                try? directory.write(figures, to: file)
            }
            taps.serve()
            round += 1
            try? await Task.sleep(for: .milliseconds(LiveLimits.tapMilliseconds))
        }
        taps.end()
        unlink(file)
    }

    private func count(_ figures: inout LiveFigures) {
        let counts = progress.snapshot
        figures.updatedMicros = catalog.clock.nowMicros()
        figures.rowsRead = counts.rowsRead
        figures.rowsWritten = counts.rowsWritten
        figures.bytesRead = counts.bytesRead
        figures.bytesTotal = counts.bytesTotal
        figures.bytesWritten = counts.bytesWritten
        figures.rejected = counts.rejected
        figures.waiting = counts.waiting.map { KnownSecrets.masked($0) }
        figures.memoryBytes = Self.residentBytes
        figures.steps = counts.steps.map { .init($0.name, rowsIn: $0.rowsIn, rowsOut: $0.rowsOut, rejected: $0.rejected) }
    }

    /// Nil where the source cannot tell, or the run does not go on behind earlier ones.
    private var lags: [SplitLag]? {
        guard let plan, follows || plan.definition.isIncremental, let source = plan.source.source as? any LaggingSource,
            let bookmarks = try? catalog.bookmarks(pipeline: pipeline)
        else { return nil }
        return try? source.lag(behind: Dictionary(bookmarks.map { (ExactText($0.source), $0.position) }) { $1 })
    }

    private func rate(_ figures: inout LiveFigures, _ lags: [SplitLag]?, _ first: Moment, _ last: Moment) {
        let seconds = (last.at - first.at).seconds
        func perSecond(_ count: Int64) -> Double { seconds > 0 ? Double(count) / seconds : 0 }
        figures.rowsReadPerSecond = perSecond(last.rowsRead - first.rowsRead)
        figures.rowsWrittenPerSecond = perSecond(last.rowsWritten - first.rowsWritten)
        figures.lag = lags.map { $0.reduce(0) { $0 + $1.records } }
        figures.shards = lags.map { lags in
            lags.sorted { ($1.records, $0.split) < ($0.records, $1.split) }.prefix(LiveLimits.shards).map { lag in
                let rate = lag.reached.map { perSecond($0 - (first.reached[lag.split] ?? $0)) }
                return .init(name: lag.split, lag: lag.records, recordsPerSecond: rate ?? figures.rowsReadPerSecond)
            }
        }
    }

    /// Memory of the process that is in use (proc(5), statm).
    private static var residentBytes: Int64 {
        guard let bytes = try? DiskFiles.read("/proc/self/statm") else { return 0 }
        let fields = String(decoding: bytes, as: UTF8.self).split(separator: " ")
        return fields.count > 1 ? (Int64(fields[1]) ?? 0) * Int64(sysconf(Int32(_SC_PAGESIZE))) : 0
    }
}
