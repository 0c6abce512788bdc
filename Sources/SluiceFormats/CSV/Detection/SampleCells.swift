import SluiceCore

/// The texts of the sample's table by column, without its header.
struct SampleCells {
    /// Unquoted and not empty, a list a column.
    private(set) var columns: [[[UInt8]]] = []
    /// The rows of the header; empty where there is none.
    private var header: ArraySlice<[[UInt8]]> = []
    private(set) var hasHeader = true
    private(set) var headerRows = 1
    private var headerReason = "all columns are text, so a first line of names is taken for granted"

    init(_ text: SampleText, _ layout: LayoutEvidence, _ marks: MarkEvidence) {
        let rows = layout.records.filter { $0.fieldCount == marks.fieldCount && !$0.isBad }.map { text.fields($0, marks.marks).map(\.text) }
        let width = rows.first?.count ?? 0
        guard width > 0 else { return }
        findHeader(rows, width)
        header = rows.prefix(hasHeader ? headerRows : 0)
        let data = rows.dropFirst(header.count)
        columns = (0..<width).map { column in data.compactMap { $0.count > column && !$0[column].isEmpty ? $0[column] : nil } }
    }

    /// The columns' names, as a reader makes them of the header.
    func names(_ dialect: CSVDialect) -> [String] {
        if case .given(let names) = dialect.header { return names }
        return columns.indices.map { column in
            let parts = header.compactMap { $0.count > column && !$0[column].isEmpty ? String(decoding: $0[column], as: UTF8.self) : nil }
            return parts.isEmpty ? "column\(column + 1)" : parts.joined(separator: dialect.headerSeparator)
        }
    }

    /// A header is text where its column is not.
    private mutating func findHeader(_ rows: [[[UInt8]]], _ width: Int) {
        guard rows.count > 1 else { return }
        let body = rows.dropFirst(min(4, rows.count - 1))
        let typed = (0..<width).filter { column in
            let cells = body.compactMap { $0.count > column && !$0[column].isEmpty ? $0[column] : nil }
            return !cells.isEmpty && cells.allSatisfy(Self.isTyped)
        }
        guard !typed.isEmpty else { return }
        func isText(_ row: [[UInt8]]) -> Bool { typed.allSatisfy { $0 < row.count && !Self.isTyped(row[$0]) } }
        guard isText(rows[0]) else {
            hasHeader = false
            headerReason = "the first line has numbers or dates where the others have"
            return
        }
        headerReason = "the first line is text in \(typed.count) \(typed.count == 1 ? "column" : "columns") of numbers or dates"
        let named = rows.prefix(min(3, rows.count - 1)).prefix { row in isText(row) && typed.contains { !row[$0].isEmpty } }
        headerRows = max(1, named.count)
    }

    func headerProperties(_ dialect: CSVDialect) -> [DialectDetection.Property] {
        func property(_ option: String, _ choice: OptionValue, _ reason: String, _ isDefault: Bool) -> DialectDetection.Property {
            DialectDetection.Property(
                option: option, choice: choice, reason: reason, score: 1, alternatives: [], isDefault: isDefault, isApplied: false)
        }
        var properties = [property("header", .boolean(hasHeader), headerReason, hasHeader == (dialect.header != .absent))]
        if hasHeader, headerRows > 1 {
            properties.append(
                property(
                    "header_rows", .integer(headerRows), "the first \(headerRows) lines are text in columns of numbers or dates", false))
        }
        return properties
    }

    // MARK: Kinds of texts

    private static func isTyped(_ cell: [UInt8]) -> Bool { isNumberLike(cell) || DayText(cell) != nil || isISODay(cell) }

    private static func isISODay(_ cell: [UInt8]) -> Bool {
        cell.count >= 8 && cell.withUnsafeBufferPointer { TimeText.date($0) != nil || TimeText.timestamp($0) != nil }
    }

    /// Digits with marks between them, in whatever locale: `1`, `-1.234,56`, `1 000`.
    static func isNumberLike(_ cell: [UInt8]) -> Bool {
        let digits = cell.first == UInt8(ascii: "-") || cell.first == UInt8(ascii: "+") ? cell.dropFirst() : cell[...]
        guard let first = digits.first, let last = digits.last, last &- 0x30 < 10, cell.count <= FormatLimits.scalarBytes else {
            return false
        }
        guard first &- 0x30 < 10 || first == UInt8(ascii: ".") || first == UInt8(ascii: ",") else { return false }
        var wasMark = false
        var exponent = false
        for byte in digits {
            let isMark = byte == UInt8(ascii: ".") || byte == UInt8(ascii: ",") || byte == 0x20 || byte == UInt8(ascii: "'")
            if isMark, wasMark { return false }
            if byte | 0x20 == UInt8(ascii: "e"), !exponent {
                exponent = true
            } else if byte &- 0x30 >= 10, !isMark, !(exponent && (byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+"))) {
                return false
            }
            wasMark = isMark
        }
        return true
    }
}
