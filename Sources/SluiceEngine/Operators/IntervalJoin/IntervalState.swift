import SluiceCore
import SluicePipelines

/// Both sides of a join within a time, and how far they have come together.
///
/// Parts read it while rows pass; only `begin`, `add` and `advance` change it, when no part is at work. Whether a row has found another is not
/// kept between runs: a row is kept as long as those that it may have found, so that this is found out again.
final class IntervalState: @unchecked Sendable {
    let plan: IntervalPlan
    let input: IntervalSide
    let table: IntervalSide
    /// The join whose rows come in, if there is one: these follow its watermark.
    private let upstream: IntervalState?

    /// What rows of both sides may take in memory.
    let limitBytes: Int
    /// Whether rows are in the files of epochs and not in memory, and how many bytes they take, as far as that is known.
    var isSpilled: Bool { input.isSpilled || table.isSpilled }
    private var spilledBytes = Int.max

    init(_ plan: IntervalPlan, upstream: IntervalState? = nil, limitBytes: Int = EngineLimits.stateBytes) {
        self.plan = plan
        self.limitBytes = limitBytes
        self.upstream = upstream
        let match = plan.match
        input = IntervalSide(
            "input", plan.inputSchema, keys: plan.inputKeys, retention: match.after + (plan.marksTable ? match.before : 0),
            width: plan.width, match, limitBytes: limitBytes / 2)
        table = IntervalSide(
            "other side", plan.tableSchema, keys: plan.tableKeys, retention: match.before + (plan.marksInput ? match.after : 0),
            width: plan.width, match, limitBytes: limitBytes / 2)
        for side in [input, table] { side.compared = plan.compared }
    }

    var byteCount: Int { input.byteCount + table.byteCount }

    /// Rows of either side before it are late.
    var closedThrough: Int64 { max(input.closedThrough, table.closedThrough) }

    /// Rows that are handed on later have times, of either side, that are not before it.
    var laterBound: Int64 {
        closedThrough == .min ? .min : closedThrough.clampedAdding(-max(plan.match.before, plan.match.after))
    }

    /// Takes in rows of the other side, in front of those of the input that come with them.
    ///
    /// - Returns: What they give with rows of the input that were there before.
    func begin(_ rows: [Batch]) -> [Batch] {
        if plan.marksInput || plan.marksTable, input.hasForgottenMarks || table.hasForgottenMarks { findMarks() }
        (input.hasForgottenMarks, table.hasForgottenMarks) = (false, false)
        return rows.flatMap { rows in
            let (output, isMatched) = match(rows)
            table.add(rows, isMatched: isMatched)
            return output
        }
    }

    /// Finds out anew which of the rows that were kept have found others.
    private func findMarks() {
        for span in table.spans.values {
            for (piece, start) in span.numberedPieces {
                for (row, isMatched) in match(piece, onlyMarks: true).isMatched.enumerated() where isMatched {
                    _ = span.mark(Int32(truncatingIfNeeded: start + row))
                }
            }
        }
    }

    /// What rows of the other side give with kept ones of the input, and which of them found any.
    ///
    /// - Parameter onlyMarks: That what they give was handed on before.
    private func match(_ rows: Batch, onlyMarks: Bool = false) -> (output: [Batch], isMatched: [Bool]) {
        guard rows.rowCount > 0, case .int64(let times) = rows.columns[0].storage else { return ([], []) }
        var isMatched = [Bool](repeating: false, count: rows.rowCount)
        let keys = HashKeyEncoder.encode(plan.tableKeys.map { rows.columns[$0 + 1] }, rowCount: rows.rowCount)
        var pairs: [IntervalPair] = []
        var matches: [Int32] = []
        for row in times.indices {
            keys.withRow(row) { key in
                input.forEach(key, in: plan.inputTimes(of: times[row])) { span, number in
                    isMatched[row] = true
                    let isFirst = !plan.marksInput || span.mark(number)
                    guard !onlyMarks, plan.kind.addsColumns || (plan.kind == .semi && isFirst) else { return }
                    pairs.append(IntervalPair(span: span, row: number))
                    matches.append(Int32(truncatingIfNeeded: row))
                }
            }
        }
        let output = stride(from: 0, to: pairs.count, by: EngineLimits.outputRows).map { start in
            let range = start..<min(start + EngineLimits.outputRows, pairs.count)
            let positions = Array(0..<plan.inputSchema.count)
            let columns = Array(pairs[range]).columns(positions, of: plan.inputSchema)
            let added = plan.tableColumns.map { rows.columns[$0 + 1].gather(Array(matches[range])) }
            return Batch(plan.outputSchema, columns + added, rowCount: range.count)
        }
        return (output, isMatched)
    }

    /// Moves the watermark when all rows of an epoch are there.
    ///
    /// - Returns: Rows that found no other, and cannot any more, of the sides whose rows are handed on then.
    func advance(_ inputTimes: [String: Int64], _ tableTimes: [String: Int64], open: Set<String>, now: Int64) -> [Batch] {
        if let upstream { input.watermark.follow(upstream.laterBound) } else { input.watermark.advance(inputTimes, open: open, now: now) }
        table.watermark.advance(tableTimes, open: open, now: now)
        let earlier = closedThrough
        // While rows of earlier epochs are being read, none is handed on as one without a match.
        let reached = isLoading ? earlier : joint(now: now)
        defer {
            input.close(through: reached)
            table.close(through: reached)
        }
        return unmatched(after: earlier, through: reached)
    }

    /// Rows that found no other, and whose last matches might have come since a watermark, as they are handed on.
    func unmatched(after earlier: Int64, through reached: Int64) -> [Batch] {
        guard reached > earlier else { return [] }
        /// Times of rows whose last matches might have come since.
        func range(_ distance: Int64) -> Range<Int64> {
            (earlier == .min ? .min : earlier.clampedAdding(-distance))..<reached.clampedAdding(-distance)
        }
        let match = plan.match
        return (plan.keepsUnmatched ? input.unmatched(in: range(match.after)).map(plan.unmatched) : [])
            + (plan.marksTable ? table.unmatched(in: range(match.before)).map(plan.unmatchedTable) : [])
    }

    // MARK: Beyond memory

    /// Rows of both sides are too many for memory.
    func leaveMemory() {
        if !isSpilled { spilledBytes = .max }
        for side in [input, table] { side.leaveMemory() }
    }

    /// Whether rows of earlier epochs are being read beside the epoch at work.
    var isLoading: Bool { input.isLoading || table.isLoading }

    /// Takes rows back into memory that have become few, or were read by now.
    func returnToMemory() throws {
        guard isSpilled else { return }
        if isLoading {
            guard input.isLoaded, table.isLoaded else { return leaveMemory() }
            let isHeld = try [input, table].map { try $0.takeOver() }
            guard isHeld.allSatisfy(\.self) else { return leaveMemory() }
        } else {
            guard spilledBytes <= limitBytes / 4 else { return leaveMemory() }
            for side in [input, table] { try side.returnToMemory() }
        }
        if byteCount > limitBytes { leaveMemory() }
    }

    /// Rows on disk were joined.
    ///
    /// - Parameter byteCount: What those that are left take in memory.
    func passed(byteCount: Int) { spilledBytes = byteCount }

    /// As `passed`, where not all of them were looked at.
    func passedNarrow() {
        // In memory they have tables of their keys, too.
        spilledBytes = 2 * (input.stored + table.stored).reduce(0) { $0 + $1.byteCount }
    }

    /// An empty state that has come as far as this one had at a watermark.
    func empty(closedThrough: Int64) -> IntervalState {
        let state = IntervalState(plan, limitBytes: .max)
        for side in [state.input, state.table] { side.close(through: closedThrough) }
        return state
    }

    // MARK: How far it has come

    /// Whether silence of splits or of a side would move the watermark.
    func wouldMove(now: Int64) -> Bool {
        if isLoading, !self.input.isLoaded || !self.table.isLoaded { return false }
        var (input, table) = (input.watermark, table.watermark)
        if let upstream { input.follow(upstream.laterBound) } else { input.settle(now: now) }
        table.settle(now: now)
        return Self.joint(input, table, now: now) > closedThrough
    }

    enum Side { case input, table }

    /// The side that is so far ahead of the other that its next rows would only wait for it.
    var leader: Side? {
        let (input, table) = (input.watermark.time, table.watermark.time)
        if input.clampedAdding(-Self.lead - plan.match.before) > table { return .input }
        return table.clampedAdding(-Self.lead - plan.match.after) > input ? .table : nil
    }

    /// How far ahead a side may be in any case: epochs of one side alone have their price.
    private static let lead: Int64 = 10_000_000

    private func joint(now: Int64) -> Int64 { max(closedThrough, Self.joint(input.watermark, table.watermark, now: now)) }

    /// The slower side holds back the other, unless it has fallen silent.
    private static func joint(_ input: Watermark, _ table: Watermark, now: Int64) -> Int64 {
        let alive = [input, table].filter { !$0.isSilent(now: now) }
        return alive.map(\.time).min() ?? max(input.time, table.time)
    }
}
