import SluiceCatalog
import SluiceCore
import SluiceExpressions
import SluicePipelines
import SluiceQuality

/// Measures rows as they pass, and judges those of each window of time by rules when it ends.
struct WindowedQuality: ProbingOperator {
    let quality: QualityOperator
    let window: QualityWindow
    let state: JudgedRows

    /// - Parameter state: What an epoch goes on with; nil for a run over a whole input.
    init(_ quality: QualityOperator, _ window: QualityWindow, state: JudgedRows? = nil) {
        self.quality = quality
        self.window = window
        self.state = state ?? JudgedRows(window, columns: quality.operation.columns, quality.step.outputSchema)
    }

    var isSerial: Bool { quality.isSerial }

    func makePart() -> any ProbingPart { Part(self) }

    func combine(_ parts: [any ProbingPart]) throws -> GatheredResult {
        let parts = parts.compactMap { $0 as? Part }
        var windows = MeasuredWindows(quality)
        if let epoch = quality.epoch {
            try close(parts, epoch, &windows)
        } else {
            for part in parts { windows.merge(part.measured) }
        }
        var results: [QualityResult] = []
        var earlier = EarlierFigures(quality.operation.history)
        for (start, part) in windows.inOrder {
            let verdict = try quality.rules.verdict(part, history: earlier.values)
            var result = QualityResult(verdict, subject: quality.operation.subject, ruleSet: quality.operation.name)
            result.window = .init(start: start, end: start.clampedAdding(window.size))
            earlier.add(result)
            results.append(result)
        }
        try quality.conclude(results)
        return GatheredResult(streams: [])
    }

    /// Takes in what an epoch brought, and measures the windows that end with it.
    private func close(_ parts: [Part], _ epoch: EpochContext, _ windows: inout MeasuredWindows) throws {
        var newest: [String: Int64] = [:]
        var late = 0
        for part in parts {
            for rows in part.kept { try state.changes?.append(rows) }
            for (input, time) in part.newest {
                let name = epoch.splitName(ofInput: input)
                newest[name] = max(newest[name] ?? .min, time)
            }
            late += part.lateRows
        }
        if late > 0 {
            let notice = "step \"\(quality.step.name)\": rows came behind the watermark, and no window judges them"
            quality.progress.update { snapshot in
                if snapshot.notices.count < RunProgress.mostNotices, !snapshot.notices.contains(notice) { snapshot.notices.append(notice) }
            }
        }
        let earlier = state.closedThrough
        guard !epoch.isReplay, state.advance(newest, open: epoch.openSplits, now: epoch.nowMicros) else { return }
        try state.forEachEnded(since: earlier, parts.flatMap(\.kept)) { start, rows in
            _ = try windows.take(rows, from: start, judging: [])
        }
    }

    /// What one worker does of it.
    private final class Part: ProbingPart, @unchecked Sendable {
        private let step: WindowedQuality
        private let judged: [Int]
        /// Of a run over a whole input; of an epoch only what says which rows fail.
        fileprivate var measured: MeasuredWindows
        /// Rows for the windows that are open.
        private(set) var kept: [Batch] = []
        /// Time of the newest row by the number of the input.
        private(set) var newest: [Int: Int64] = [:]
        private(set) var lateRows = 0

        init(_ step: WindowedQuality) {
            self.step = step
            judged = step.quality.judged
            measured = MeasuredWindows(step.quality)
        }

        func push(_ batch: Batch, at position: BatchPosition, rejects: inout [Reject]) throws -> [Batch] {
            var errors = RowErrors()
            let time = step.window.time.evaluate(batch)
            errors.merge(time.errors)
            let times = EventTimes.micros(time.column, &errors)
            guard errors.isEmpty else {
                let (good, rejected) = batch.separating(errors)
                rejects.append(contentsOf: rejected)
                return good.rowCount == 0 ? [] : try push(good, at: position, rejects: &rejects)
            }
            let starts = times.map { step.state.start(of: $0) }
            if step.quality.epoch != nil { keep(batch, starts, times, position) }
            if step.quality.epoch != nil, judged.isEmpty { return [batch] }
            return step.quality.separated(batch, try measure(batch, starts), &rejects)
        }

        private func keep(_ batch: Batch, _ starts: [Int64], _ times: [Int64], _ position: BatchPosition) {
            if let last = times.max() { newest[position.inputNumber] = max(newest[position.inputNumber] ?? .min, last) }
            let open = Bitmap(starts.map { !step.state.isClosed($0) })
            lateRows += batch.rowCount - open.setCount
            let rows = step.state.kept(batch, starts).filter(open)
            if rows.rowCount > 0 { kept.append(rows) }
        }

        /// - Returns: Rows that do not keep rules, by these.
        private func measure(_ batch: Batch, _ starts: [Int64]) throws -> [(rule: Int, failed: Bitmap)] {
            var rows: [Int64: [Int32]] = [:]
            for (row, start) in starts.enumerated() { rows[start, default: []].append(Int32(truncatingIfNeeded: row)) }
            var failed: [Int: Bitmap] = [:]
            for (start, rows) in rows {
                let some = rows.count == batch.rowCount ? batch : batch.gather(rows)
                for (rule, failing) in try measured.take(some, from: start, judging: judged) {
                    var all = failed[rule] ?? Bitmap(repeating: false, count: batch.rowCount)
                    failing.forEachSet { all[Int(rows[$0])] = true }
                    failed[rule] = all
                }
            }
            return failed.sorted { $0.key < $1.key }.map { (rule: $0.key, failed: $0.value) }
        }
    }
}

/// What was measured of windows, by their begins.
struct MeasuredWindows {
    private let quality: QualityOperator
    /// By the begins of their windows.
    private var parts: [Int64: QualityPart] = [:]

    init(_ quality: QualityOperator) { self.quality = quality }

    var inOrder: [(start: Int64, part: QualityPart)] { parts.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }

    mutating func take(_ rows: Batch, from start: Int64, judging rules: [Int]) throws -> [(rule: Int, failed: Bitmap)] {
        if parts[start] == nil {
            guard parts.count < QualityWindowLimits.windows else {
                throw SluiceError(
                    .limitExceeded, "step \"\(quality.step.name)\" has more than \(QualityWindowLimits.windows) windows at once",
                    at: quality.step.location, remedy: "give windows a greater size")
            }
            parts[start] = quality.rules.makePart(comparingWith: quality.compared)
        }
        return parts[start]?.take(rows, judging: rules) ?? []
    }

    mutating func merge(_ other: MeasuredWindows) {
        for (start, part) in other.parts {
            if parts[start] == nil { parts[start] = part } else { parts[start]?.merge(part) }
        }
    }
}

/// Figures of windows that were judged before, in this run and in earlier ones.
private struct EarlierFigures {
    private let recorded: QualityOperation.History
    /// Newest first.
    private var own: [String: [Double]] = [:]

    init(_ recorded: @escaping QualityOperation.History) { self.recorded = recorded }

    func values(_ figure: String, _ count: Int) throws -> [Double] {
        let known = (own[figure] ?? []).prefix(count)
        return known + (known.count < count ? try recorded(figure, count - known.count) : [])
    }

    mutating func add(_ result: QualityResult) {
        var seen: Set<String> = []
        for figure in result.outcomes.flatMap(\.figures) + result.figures where figure.value.isFinite && seen.insert(figure.name).inserted {
            own[figure.name, default: []].insert(figure.value, at: 0)
        }
    }
}

/// Bounds of rules that are judged by windows.
enum QualityWindowLimits {
    /// Windows that are measured at once.
    static let windows = 10_000
}
