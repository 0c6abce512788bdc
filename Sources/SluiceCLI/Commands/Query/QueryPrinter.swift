import SluiceCore

/// Draws rows as an aligned table or as Markdown, while they come.
///
/// Columns are as wide as the first rows need; a later cell that is wider is cut, as on a narrow terminal.
struct QueryPrinter {
    /// Rows that are looked at before the first is drawn.
    static let measuredRows = 1_000

    private let schema: Schema
    private let format: QueryFormat
    private let screen: QueryScreen
    private var waiting: [[String]] = []
    private var layout: TextTable.Layout?
    private var hasBegun = false

    init(_ schema: Schema, _ format: QueryFormat, _ screen: QueryScreen) {
        self.schema = schema
        self.format = format
        self.screen = screen
    }

    mutating func take(_ batch: Batch) throws {
        for row in 0..<batch.rowCount {
            waiting.append(batch.columns.map { $0[row].cell })
            if waiting.count >= Self.measuredRows { try draw() }
        }
    }

    /// Draws what is left; a table without rows has its titles.
    mutating func finish() throws { try draw() }

    private mutating func draw() throws {
        let rows = waiting
        waiting = []
        if !hasBegun, format == .table, let height = screen.height, rows.count + 3 > height { screen.startPager() }
        defer { hasBegun = true }
        if format == .markdown { return try screen.write(markdown(rows)) }
        var table = TextTable(schema.fields.map { TextTable.Column($0.name, $0.type.alignment) })
        for row in rows { table.add(row) }
        let shape = layout ?? table.layout(width: screen.width)
        layout = shape
        let lines = (hasBegun ? [] : table.headLines(shape, style: screen.style)) + table.rowLines(shape) + hiddenLines(table, shape)
        if !lines.isEmpty { try screen.write(lines.joined(separator: "\n") + "\n") }
    }

    /// The line that names columns which are left out stands under the first rows.
    private func hiddenLines(_ table: TextTable, _ layout: TextTable.Layout) -> [String] {
        hasBegun ? [] : table.hiddenLines(layout, width: screen.width, style: screen.style)
    }

    private func markdown(_ rows: [[String]]) -> String {
        func line(_ cells: [String]) -> String { "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |" }
        var lines: [String] = []
        if !hasBegun {
            lines.append(line(schema.names.map { CellText.escaped($0) }))
            lines.append("|" + schema.fields.map { $0.type.alignment == .right ? " ---: |" : " --- |" }.joined())
        }
        lines += rows.map(line)
        return lines.isEmpty ? "" : lines.joined(separator: "\n") + "\n"
    }
}
