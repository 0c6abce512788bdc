import Glibc
import SluiceCatalog
import SluiceCore
package import SluicePipelines
package import SluiceLog

/// Runs plans without any state: nothing is recorded, and outputs are put in place by a rename.
package struct ConversionRunner: Sendable {
    private let streams: StreamStore
    private let options: RunOptions

    package init(streams: StreamStore, options: RunOptions = RunOptions()) {
        self.streams = streams
        self.options = options
    }

    /// Runs a plan to the end of its input.
    ///
    /// - Parameters:
    ///   - deadLetters: The file for records that could not be processed, where the plan says that they are kept.
    ///   - progress: Live counts, for whoever shows them.
    /// - Throws: the first reject where the plan says so, what reading and writing throw, `interrupted`. There is no output then.
    @concurrent
    package func run(_ plan: LogicalPlan, deadLetters: String, progress: RunProgress = RunProgress()) async throws -> ConversionSummary {
        var random = SystemRandomNumberGenerator()
        let run = RunID(atMicros: WallClock.system.nowMicros(), using: &random)
        let letters = DeadLetterFile(path: deadLetters)
        let work = RunWork(
            plan: plan, run: run, options: options, streams: streams, progress: progress,
            rejects: RejectHandler(policy: plan.definition.onError, file: letters, progress: progress),
            spillPath: "/tmp/sluice-\(run)")
        let start = ContinuousClock.now
        do {
            let staged = try await work.execute()
            var output = try plan.commit(run: run.text, staged: staged)
            let kept = try letters.close()
            if let kept { output.add(kept) }
            try Task.checkCancellation()
            try Self.carryOut(output)
            await plan.discard(run: run.text)
            let elapsed = (ContinuousClock.now - start).components
            var summary = ConversionSummary(
                report: work.report, seconds: Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18)
            summary.outputs = staged.filter { $0.rowCount > 0 || staged.count == 1 }.map(\.finalPath)
            summary.report.deadLetterFile = kept == nil ? nil : letters.path
            summary.deadLetters = work.rejects.shown
            summary.notices = progress.snapshot.lateNotices
            return summary
        } catch {
            await letters.discard()
            await plan.discard(run: run.text)
            if error is CancellationError || Task.isCancelled { throw SluiceError(.interrupted, "interrupted; nothing was written") }
            throw error
        }
    }

    private static func carryOut(_ output: OutputCommit) throws(SluiceError) {
        for path in output.removals { try DiskFiles.removeTree(path) }
        for move in output.renames {
            try DiskFiles.createDirectories(DiskFiles.parent(of: move.final))
            guard rename(move.staged, move.final) == 0 else { throw .system(errno, cannot: "put in place", move.final) }
        }
    }
}
