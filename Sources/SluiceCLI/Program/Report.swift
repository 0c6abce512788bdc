import SluiceCore

/// A command's result, before it is known whether a person or a program reads it.
struct Report: Sendable {
    enum Block: Sendable {
        /// One line; `emphasis` decides its looks.
        case line(String, Emphasis = .normal)
        case blank
        case table(TextTable)
        case pairs(KeyValueBlock)
        case glossary(GlossaryBlock)
        /// Prose that is wrapped.
        case paragraph(String, indent: Int = 0, Emphasis = .normal)
        /// Text that is printed as it is: a script, a JSON Schema.
        case verbatim(String)
        /// Lines of a drawing, each of them cut where it is wider than the terminal.
        case drawing([String])
        /// A line of a check list.
        case check(Check, String)
    }

    enum Emphasis: Sendable { case normal, heading, dim, good, bad, warning }
    enum Check: String, Sendable { case passed = "ok", skipped = "skip", warned = "warn", failed = "fail" }

    var blocks: [Block]
    var json: Value
    var status: CommandStatus
    /// The command has printed everything itself, as it came.
    var isStreamed = false

    init(_ blocks: [Block] = [], json: Value, status: CommandStatus = .done) {
        self.blocks = blocks
        self.json = json
        self.status = status
    }

    /// The end of a command that has printed everything itself.
    static func streamed(_ status: CommandStatus) -> Report {
        var report = Report(json: .null, status: status)
        report.isStreamed = true
        return report
    }

    /// The text for a person.
    func text(width: Int, style: TextStyle) -> String {
        var lines: [String] = []
        for block in blocks {
            switch block {
            case .line(let text, let emphasis): lines.append(Self.decorated(CellText.escaped(text), emphasis, style))
            case .blank: if lines.last?.isEmpty == false { lines.append("") }
            case .table(let table): lines += table.lines(width: width, style: style)
            case .pairs(let pairs): lines += pairs.lines(style: style)
            case .glossary(let glossary): lines += glossary.lines(width: width, style: style)
            case .paragraph(let text, let indent, let emphasis):
                lines += TextWrap.lines(CellText.escaped(text), width: width, indent: indent).map { Self.decorated($0, emphasis, style) }
            case .verbatim(let text): lines.append(text.last == "\n" ? String(text.dropLast()) : text)
            case .drawing(let drawn): lines += drawn.map { CellText.cut(CellText.escaped($0), to: width) }
            case .check(let check, let text): lines.append(Self.mark(check, style) + "  " + CellText.escaped(text))
            }
        }
        return lines.isEmpty ? "" : lines.joined(separator: "\n") + "\n"
    }

    private static func decorated(_ text: String, _ emphasis: Emphasis, _ style: TextStyle) -> String {
        switch emphasis {
        case .normal: text
        case .heading: style.bold(text)
        case .dim: style.dim(text)
        case .good: style.green(text)
        case .bad: style.red(text)
        case .warning: style.yellow(text)
        }
    }

    private static func mark(_ check: Check, _ style: TextStyle) -> String {
        let text = CellText.padded(check.rawValue, to: 4)
        return switch check {
        case .passed: style.green(text)
        case .skipped: style.dim(text)
        case .warned: style.yellow(text)
        case .failed: style.red(text)
        }
    }
}
