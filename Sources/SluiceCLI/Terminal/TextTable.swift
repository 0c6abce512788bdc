/// A table of text that fits the width it is given: long cells are cut with `…`, then whole ones in their middle, and then columns in the middle of
/// the table are left out and named.
struct TextTable: Sendable {
    struct Column: Sendable {
        var title: String
        var alignment: Alignment
        /// Whether its cells stay whole while others can be cut: names and ids that are copied.
        var isWhole: Bool
        /// Whether people chose its texts, which may be long, and whose ends tell them apart: they are cut in their middle.
        var isName: Bool

        init(_ title: String, _ alignment: Alignment = .left, isWhole: Bool = false, isName: Bool = false) {
            self.title = CellText.escaped(title)
            self.alignment = alignment
            self.isWhole = isWhole
            self.isName = isName
        }

        /// What the column is made narrower to before others are left out, unless its cells are narrower.
        var leastWidth: Int { isName ? TextTable.nameWidth : isWhole ? TextTable.wholeWidth : TextTable.minimumWidth }
    }

    /// Blanks between two columns.
    static let gap = 2
    /// A column is not made narrower than this, unless its cells are.
    static let minimumWidth = 8
    /// The same for whole cells: ids and times with their zone are shorter.
    static let wholeWidth = 28
    /// The same for names.
    static let nameWidth = 12
    /// A cell is not made wider than this where the width is not bounded.
    static let maximumWidth = 200

    let columns: [Column]
    /// Escaped texts, one for each column.
    private(set) var rows: [[String]] = []

    init(_ columns: [Column]) { self.columns = columns }

    mutating func add(_ cells: [String]) {
        precondition(cells.count == columns.count, "\(cells.count) cells for \(columns.count) columns")
        rows.append(cells.map(CellText.escaped))
    }

    /// Lines of at most `width` columns: titles, a rule, the rows, and a last line that names columns left out.
    func lines(width: Int, style: TextStyle) -> [String] {
        guard !columns.isEmpty else { return [] }
        let layout = layout(width: width)
        return headLines(layout, style: style) + rowLines(layout) + hiddenLines(layout, width: width, style: style)
    }

    /// Columns and widths that fit titles and rows.
    func layout(width: Int) -> Layout { Layout(natural: naturalWidths, columns: columns, available: width) }

    /// The titles and a rule.
    func headLines(_ layout: Layout, style: TextStyle) -> [String] {
        let rule = layout.slots.map { String(repeating: "─", count: $0.width) }.joined(separator: String(repeating: " ", count: Self.gap))
        return [line(columns.map(\.title), layout, style.bold), style.dim(rule)]
    }

    func rowLines(_ layout: Layout) -> [String] { rows.map { line($0, layout) } }

    /// The line that names columns left out; none where all are shown.
    func hiddenLines(_ layout: Layout, width: Int, style: TextStyle) -> [String] {
        guard !layout.hidden.isEmpty else { return [] }
        let names = layout.hidden.map { columns[$0].title }.joined(separator: ", ")
        let noun = layout.hidden.count == 1 ? "column" : "columns"
        return [style.dim(CellText.cut("… \(layout.hidden.count) more \(noun): \(names)", to: width))]
    }

    private func line(_ cells: [String], _ layout: Layout, _ decorate: (String) -> String = { $0 }) -> String {
        let parts = layout.slots.map { slot -> String in
            guard let index = slot.column else { return decorate("…") }
            let (cell, column) = (cells[index], columns[index])
            let text =
                column.isWhole || column.isName ? CellText.cutMiddle(cell, to: slot.width) : CellText.cut(cell, to: slot.width)
            return decorate(CellText.padded(text, to: slot.width, alignment: column.alignment))
        }
        return parts.joined(separator: String(repeating: " ", count: Self.gap)).trimmingTrailingBlanks
    }

    private var naturalWidths: [Int] {
        columns.indices.map { index in
            rows.reduce(DisplayWidth.of(columns[index].title)) { max($0, DisplayWidth.of($1[index])) }
        }
    }

    /// Which columns are shown, and how wide.
    struct Layout: Hashable {
        struct Slot: Hashable {
            /// Nil: the mark that stands for the columns left out.
            var column: Int?
            var width: Int
        }

        var slots: [Slot]
        var hidden: [Int] = []

        init(natural: [Int], columns: [Column], available: Int) {
            let natural = natural.map { max(1, min($0, TextTable.maximumWidth)) }
            let whole = zip(natural, columns).map { $1.isWhole ? $0 : min($0, $1.leastWidth) }
            let smallest = zip(natural, columns).map { min($0, $1.leastWidth) }
            var shown = Array(natural.indices)
            if Self.total(smallest) > available {
                // The first and the last columns stay, as many as fit beside the mark.
                var (left, right) = (0, 0)
                while left + right < natural.count {
                    let takesLeft = left <= right * 2
                    let kept =
                        Array(0..<(left + (takesLeft ? 1 : 0))) + Array((natural.count - right - (takesLeft ? 0 : 1))..<natural.count)
                    if left > 0, Self.total(kept.map { smallest[$0] } + [1]) > available { break }
                    if takesLeft { left += 1 } else { right += 1 }
                }
                hidden = Array(left..<(natural.count - right))
                shown = Array(0..<left) + Array((natural.count - right)..<natural.count)
            }
            let marks = hidden.isEmpty ? 0 : 1 + TextTable.gap
            let stages = [whole, smallest, smallest.map { _ in 1 }].map { widths in shown.map { widths[$0] } }
            let widths = Self.shrunk(shown.map { natural[$0] }, stages: stages, to: available - marks)
            slots = zip(shown, widths).map { Slot(column: $0, width: $1) }
            if let first = hidden.first { slots.insert(Slot(column: nil, width: 1), at: first) }
        }

        private static func total(_ widths: [Int]) -> Int { widths.reduce(0, +) + TextTable.gap * max(0, widths.count - 1) }

        /// Makes columns narrower, the widest first, until all fit: down to the widths of the first stage, and to those of the next if nothing else helps.
        private static func shrunk(_ natural: [Int], stages: [[Int]], to available: Int) -> [Int] {
            var widths = natural
            for least in stages {
                while total(widths) > available,
                    let widest = widths.indices.filter({ widths[$0] > least[$0] }).max(by: { widths[$0] < widths[$1] })
                {
                    let excess = total(widths) - available
                    let next = widths.indices.filter { widths[$0] < widths[widest] && widths[$0] > least[$0] }.map { widths[$0] }.max() ?? 0
                    widths[widest] -= min(excess, max(1, widths[widest] - max(next, least[widest])))
                }
            }
            return widths
        }
    }
}

extension String {
    var trimmingTrailingBlanks: String {
        var rest = Substring(self)
        while rest.last == " " { rest.removeLast() }
        return String(rest)
    }
}
