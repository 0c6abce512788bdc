package import SluiceCatalog
import SluiceCore
import SluiceExpressions
package import SluicePipelines
import SluiceQuality

/// Judges what is stored somewhere by a rule set, and records the results.
package struct QualityRunner: Sendable {
    private let catalog: Catalog
    private let options: RunOptions

    package init(catalog: Catalog, options: RunOptions = RunOptions()) {
        self.catalog = catalog
        self.options = options
    }

    /// Reads a source to its end.
    ///
    /// - Returns: What came out, recorded: one result; of rules with windows one for each that has ended since the last that was judged, in their
    ///   order.
    /// - Throws: What reading throws; rules that are not passed are a result.
    @concurrent
    package func run(_ operation: QualityOperation, over source: PlannedSource, progress: RunProgress = RunProgress()) async throws
        -> [QualityResult]
    {
        let rejects = RejectHandler(policy: .skip, file: DeadLetterFile(path: catalog.home + "/tmp/quality.jsonl"), progress: progress)
        let step = PlannedStep(name: "quality", operation: .quality(operation), outputSchema: source.schema, summary: "", location: nil)
        let judged = try await QualityOperator(operation, step, progress: progress, rejects: rejects, epoch: nil)
        if let window = operation.window {
            let parts = (0..<options.width).map { _ in WindowPart(judged, window) }
            try await read(source, parts, rejects, progress)
            return try verdicts(parts, judged, window)
        }
        let parts = (0..<options.width).map { _ in TablePart(judged.rules.makePart(comparingWith: judged.compared)) }
        try await read(source, parts, rejects, progress)
        var whole = judged.rules.makePart(comparingWith: judged.compared)
        for part in parts { whole.merge(part.measured) }
        return [try record(whole, judged)]
    }

    private func read(
        _ source: PlannedSource, _ parts: [any GatheringPart], _ rejects: RejectHandler, _ progress: RunProgress
    ) async throws {
        var segment = Segment()
        segment.splits = try await source.source.splits().map { (source, $0, 0) }
        let runner = try SegmentRunner(
            segment, .table(parts, step: "quality", isCounted: true), width: options.width, rejects: rejects, progress: progress,
            keepsRaw: false)
        try await runner.run(segment.splits.map { .split($0.source, $0.split, lane: 0) })
    }

    /// Judges the windows that the newest row says have ended, one after the other, as each is an earlier result to the next.
    private func verdicts(_ parts: [WindowPart], _ judged: QualityOperator, _ window: QualityWindow) throws -> [QualityResult] {
        var windows = MeasuredWindows(judged)
        for part in parts { windows.merge(part.measured) }
        guard let newest = parts.map(\.newest).max(), newest > .min else { return [] }
        let watermark = newest.clampedAdding(-window.delay)
        let operation = judged.operation
        let known = try catalog.qualityResults(subject: operation.subject, ruleSet: operation.name).compactMap { $0.window?.end }.max()
        var results: [QualityResult] = []
        for (start, part) in windows.inOrder {
            let end = start.clampedAdding(window.size)
            if end > watermark || start < known ?? .min { continue }
            results.append(try record(part, judged, .init(start: start, end: end)))
        }
        return results
    }

    private func record(_ part: QualityPart, _ judged: QualityOperator, _ window: QualityResult.Window? = nil) throws -> QualityResult {
        let verdict = try judged.rules.verdict(part, history: judged.operation.history)
        var result = QualityResult(verdict, subject: judged.operation.subject, ruleSet: judged.operation.name)
        result.window = window
        return try catalog.record(result)
    }

    private final class TablePart: GatheringPart, @unchecked Sendable {
        private(set) var measured: QualityPart

        init(_ measured: QualityPart) { self.measured = measured }

        func take(_ batch: Batch, at position: BatchPosition, rejects: inout [Reject]) { _ = measured.take(batch) }
    }

    /// What one worker measured, by windows.
    private final class WindowPart: GatheringPart, @unchecked Sendable {
        private let window: QualityWindow
        private(set) var measured: MeasuredWindows
        /// Event time of the newest row, in microseconds since 1970.
        private(set) var newest = Int64.min

        init(_ judged: QualityOperator, _ window: QualityWindow) {
            self.window = window
            measured = MeasuredWindows(judged)
        }

        func take(_ batch: Batch, at position: BatchPosition, rejects: inout [Reject]) throws {
            let time = window.time.evaluate(batch)
            var errors = time.errors
            let times = EventTimes.micros(time.column, &errors)
            guard errors.isEmpty else {
                let (kept, rejected) = batch.separating(errors)
                rejects.append(contentsOf: rejected)
                if kept.rowCount > 0 { try take(kept, at: position, rejects: &rejects) }
                return
            }
            newest = max(newest, times.max() ?? .min)
            var rows: [Int64: [Int32]] = [:]
            for (row, time) in times.enumerated() {
                rows[time.floorDivided(by: window.size) * window.size, default: []].append(Int32(truncatingIfNeeded: row))
            }
            for (start, rows) in rows {
                _ = try measured.take(rows.count == batch.rowCount ? batch : batch.gather(rows), from: start, judging: [])
            }
        }
    }
}
