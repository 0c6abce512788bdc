import SluiceCore
import SluiceEngine
import Synchronization

/// Prints rows as they pass a step, or keeps them for one document.
final class TapPrinter: Sendable {
    private struct State {
        /// Rows of each side as JSON texts, where they are kept.
        var kept: [StepTaps.Side: [String]] = [:]
        var counts: [StepTaps.Side: Int] = [.into: 0, .out: 0]
    }

    private let console: Console
    private let isQuiet: Bool
    private let state = Mutex(State())

    init(console: Console, isQuiet: Bool) {
        self.console = console
        self.isQuiet = isQuiet
    }

    /// Rows of either side so far.
    var counts: [Int] { state.withLock { [$0.counts[.into] ?? 0, $0.counts[.out] ?? 0] } }

    func show(_ row: StepTaps.Row) { show(row.side, row.value.json) }

    /// A line of a run's answer: `{"side":"in","row":{…}}`.
    func show(_ line: String) {
        for side in [StepTaps.Side.into, .out] {
            let start = "{\"side\":\"\(side.rawValue)\",\"row\":"
            if line.hasPrefix(start) { return show(side, String(line.dropFirst(start.count).dropLast())) }
        }
    }

    private func show(_ side: StepTaps.Side, _ row: String) {
        state.withLock { state in
            state.counts[side, default: 0] += 1
            if isQuiet { state.kept[side, default: []].append(row) }
        }
        guard !isQuiet else { return }
        let mark = side == .into ? console.out.style.dim("in ") : console.out.style.bold("out")
        let text = CellText.escaped(row)
        console.out.writeLine(mark + "  " + (console.out.isTerminal ? CellText.cut(text, to: console.out.width - 5) : text))
    }

    /// All rows as one JSON document; they are JSON already, as they came.
    func document(pipeline: String, step: String, isLive: Bool) -> String {
        state.withLock { state in
            func rows(_ side: StepTaps.Side) -> String {
                let rows = state.kept[side] ?? []
                return rows.isEmpty ? "[]" : "[\n    " + rows.joined(separator: ",\n    ") + "\n  ]"
            }
            return """
                {
                  "pipeline": \(Value.string(pipeline).json),
                  "step": \(Value.string(step).json),
                  "live": \(isLive),
                  "rows_in": \(rows(.into)),
                  "rows_out": \(rows(.out))
                }

                """
        }
    }
}
