import Glibc

/// What a running pipeline looks like on one line: the logic of the progress bar and of the quiet lines, without time or terminal.
///
/// Rates are smoothed over the last seconds, so that the remaining time does not jump.
struct ProgressLine: Sendable {
    /// What was done at one moment.
    struct Reading: Hashable, Sendable {
        var rows: Int64 = 0
        var bytes: Int64 = 0
        /// Nil where nobody knows how much there is.
        var bytesTotal: Int64?
        var rejected: Int64 = 0
        /// What the run waits for, if it does.
        var waiting: String?
    }

    /// Seconds in which an old rate loses half of its weight.
    static let halfLife = 3.0
    /// Columns of the bar: as many as fit, within this.
    static let barWidths = 8...30
    /// No remaining time is promised before this many seconds.
    static let quietSeconds = 1.0

    private let name: String
    private var last = Reading()
    private var lastSeconds = 0.0
    private var rowRate: Double?
    private var byteRate: Double?

    /// - Parameter name: the pipeline's name.
    init(name: String) { self.name = CellText.escaped(name) }

    /// Takes a reading, `seconds` after the start of the run.
    mutating func update(_ reading: Reading, at seconds: Double) {
        let elapsed = seconds - lastSeconds
        if elapsed > 0 {
            rowRate = rate(rowRate, from: last.rows, to: reading.rows, elapsed, at: seconds)
            byteRate = rate(byteRate, from: last.bytes, to: reading.bytes, elapsed, at: seconds)
            lastSeconds = seconds
        }
        last = reading
    }

    /// The average at first; later what was done lately counts more.
    private func rate(_ known: Double?, from old: Int64, to new: Int64, _ elapsed: Double, at seconds: Double) -> Double {
        guard let known, seconds > Self.halfLife else { return Double(new) / seconds }
        let weight = 1 - exp2(-elapsed / Self.halfLife)
        return known * (1 - weight) + Double(new - old) / elapsed * weight
    }

    /// What the run waits for, if it does.
    var waiting: String? { last.waiting.map { CellText.escaped($0) } }

    /// 0...1; nil where the total is not known.
    var fraction: Double? {
        guard let total = last.bytesTotal, total > 0 else { return nil }
        return min(1, Double(last.bytes) / Double(total))
    }

    /// Nil while it cannot be said.
    var remainingSeconds: Double? {
        guard lastSeconds >= Self.quietSeconds, let total = last.bytesTotal, let byteRate, byteRate > 0, last.bytes < total else {
            return nil
        }
        return Double(total - last.bytes) / byteRate
    }

    /// The bar for a terminal: at most `width` columns, without a line end. What matters least is left out first.
    func bar(width: Int, style: TextStyle) -> String {
        let percent = fraction.map { CellText.padded("\(Int($0 * 100)) %", to: 5, alignment: .right) }
        // From the most to the least important; `place` is the order on the line.
        var parts: [(place: Int, text: String)] = []
        if let waiting { parts.append((8, CellText.cut("waiting: \(waiting)", to: max(1, width - width / 3 - 2)))) }
        if let percent { parts.append((1, percent)) }
        parts.append((2, HumanText.short(Double(last.rows)) + " rows"))
        if let remaining = remainingSeconds { parts.append((6, HumanText.clock(seconds: remaining) + " left")) }
        if let rowRate, rowRate > 0 { parts.append((4, HumanText.short(rowRate) + " rows/s")) }
        if last.rejected > 0 { parts.append((7, "\(HumanText.short(Double(last.rejected))) rejected")) }
        if let byteRate, byteRate > 0 { parts.append((5, HumanText.bytes(byteRate) + "/s")) }
        parts.append((3, HumanText.bytes(last.bytes)))
        var shown: [(place: Int, text: String)] = [(0, CellText.cut(name, to: max(1, width / 3)))]
        func total(_ parts: [(place: Int, text: String)]) -> Int { parts.reduce(-2) { $0 + DisplayWidth.of($1.text) + 2 } }
        let reserved = fraction == nil ? 0 : Self.barWidths.lowerBound + 2
        for part in parts where total(shown + [part]) + reserved <= width { shown.append(part) }
        shown.sort { $0.place < $1.place }
        var texts = shown.map(\.text)
        let free = width - total(shown) - 2
        if let fraction, free >= Self.barWidths.lowerBound {
            texts.insert(Self.drawn(fraction, columns: min(free, Self.barWidths.upperBound), style), at: 1)
        }
        return CellText.cut(texts[0], to: width) == texts[0] ? texts.joined(separator: "  ") : CellText.cut(texts[0], to: width)
    }

    /// A line for a log: what is done so far, without drawing.
    var logLine: String {
        var text = "\(name): \(HumanText.short(Double(last.rows))) rows, \(HumanText.bytes(last.bytes))"
        if let total = last.bytesTotal, let fraction { text += " of \(HumanText.bytes(total)) (\(Int(fraction * 100)) %)" }
        if let rowRate, rowRate > 0 { text += ", \(HumanText.short(rowRate)) rows/s" }
        if last.rejected > 0 { text += ", \(HumanText.short(Double(last.rejected))) rejected" }
        if let remaining = remainingSeconds { text += ", \(HumanText.clock(seconds: remaining)) left" }
        if let waiting { text += "; waiting: \(waiting)" }
        return text
    }

    private static func drawn(_ fraction: Double, columns: Int, _ style: TextStyle) -> String {
        let full = Int((fraction * Double(columns)).rounded(.down))
        return style.green(String(repeating: "━", count: full)) + style.dim(String(repeating: "─", count: columns - full))
    }
}
