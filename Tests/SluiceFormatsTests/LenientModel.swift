/// Fields as Python's csv module sees them when it is not strict: a state for each byte, and nothing else.
struct LenientModel {
    private enum State { case start, plain, quoted, quoteInQuoted }

    /// Nil: an empty field without quotes.
    private(set) var rows: [[[UInt8]?]] = []
    /// The file ends inside quotes.
    private(set) var endsOpen = false
    /// Text stands behind a closing quote, of which libcsv makes something else.
    private(set) var hasTextBehindQuote = false

    private var state = State.start
    private var row: [[UInt8]?] = []
    private var field: [UInt8] = []
    private var isQuoted = false
    /// Bytes of the field that trimming leaves.
    private var kept = 0
    private let trims: Bool

    init(_ bytes: [UInt8], delimiter: UInt8, trims: Bool) {
        self.trims = trims
        for byte in bytes { take(byte, delimiter) }
        endsOpen = state == .quoted
        if !row.isEmpty || !field.isEmpty || isQuoted { endRow() }
    }

    private mutating func take(_ byte: UInt8, _ delimiter: UInt8) {
        let isBlank = trims && byte != delimiter && (byte == 0x20 || byte == 0x09)
        switch (state, byte) {
        case (.quoted, UInt8(ascii: "\"")): state = .quoteInQuoted
        case (.quoteInQuoted, UInt8(ascii: "\"")) where kept == field.count:
            keep(byte)
            state = .quoted
        case (.quoted, _): keep(byte)
        case (_, delimiter): endField()
        case (_, 0x0A), (_, 0x0D): endRow()
        case (.start, UInt8(ascii: "\"")):
            isQuoted = true
            state = .quoted
        case (.start, _) where isBlank: break
        case (_, _) where isBlank: field.append(byte)
        default:
            if state == .quoteInQuoted { hasTextBehindQuote = true }
            keep(byte)
            state = .plain
        }
    }

    private mutating func keep(_ byte: UInt8) {
        field.append(byte)
        kept = field.count
    }

    private mutating func endField() {
        let text = trims ? Array(field[..<kept]) : field
        row.append(text.isEmpty && !isQuoted ? nil : text)
        (field, kept, isQuoted, state) = ([], 0, false, .start)
    }

    /// A line of nothing, or of blanks that are trimmed, is no row.
    private mutating func endRow() {
        let isNothing = row.isEmpty && field.isEmpty && !isQuoted
        endField()
        if !isNothing, !(row.count == 1 && row[0] == nil && trims) { rows.append(row) }
        row = []
    }
}
