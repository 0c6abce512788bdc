import SluiceCore

extension LibCSV.Failure {
    /// What is wrong, and at which byte of the record.
    func explanation(_ record: UnsafeBufferPointer<UInt8>) -> (String, Int) {
        switch self {
        case .stray(let offset):
            return ("text stands behind a closing quote; write a quote inside a quoted field twice, or set quotes: lenient", offset)
        case .lineEnd(let offset): return ("a line end that is not quoted stands inside the record", offset)
        case .unclosed: return ("the last field's quote is not closed", record.count)
        case .outOfMemory: return ("there is not enough memory for the record's \(record.count) bytes", 0)
        }
    }
}

extension CSVDialect {
    /// Why the record is no text. A NUL within quotes is a part of its field, which somebody wrote so; elsewhere it is the half of a character
    /// in another encoding.
    func textFault(in record: UnsafeBufferPointer<UInt8>) -> TextCheck.Fault? {
        guard let fault = TextCheck.fault(in: record) else { return nil }
        guard case .nul = fault, let quote else { return fault }
        var isQuoted = false
        for byte in record {
            if byte == quote { isQuoted.toggle() }
            if byte == 0, !isQuoted { return fault }
        }
        return TextCheck.encodingFault(in: record)
    }

    private static let commentMarks = ["#", "//", "--", "%", "!"]

    /// Why a record may have another number of fields than the header: it is no data, or the header is none.
    func hint(_ record: UnsafeBufferPointer<UInt8>, fieldCount: Int, expected: Int) -> String? {
        if let mark = Self.commentMarks.first(where: { record.starts(with: $0.utf8) }), comment.isEmpty {
            return "if it is a comment, set comment: \"\(mark)\""
        }
        if expected == 1 { return "if lines stand before the header, set skip_lines or detect: all" }
        // A line of words, such as a footer.
        if fieldCount == 1, !ragged.pads, record.contains(where: { ($0 | 0x20) &- 0x61 < 26 }) {
            return paddingHint + "; if it is no data, see skip_lines, skip_footer, comment and detect: all"
        }
        return nil
    }

    /// What makes a row of a record with too few fields, and leaves alone what is set for too many.
    var paddingHint: String { "with ragged: \(ragged.truncates ? "fit" : "pad") the others would be null" }

    /// A usual cause of a text that does not fit.
    func hint(_ text: UnsafeBufferPointer<UInt8>, _ type: DataType) -> String? {
        if !trims, let first = text.first, let last = text.last, first == 0x20 || last == 0x20 { return "blanks stand around it, see trim" }
        if type.isNumeric, TextRules.isCode(text) { return "its leading zeros would be lost; declare the column as string" }
        if type.isNumeric, rules.decimalMark == UInt8(ascii: "."), text.contains(UInt8(ascii: ",")) {
            return "for numbers like 1.234,56 set decimal_mark: \",\" and group_mark: \".\""
        }
        if type == .date, rules.datePattern == nil, text.contains(UInt8(ascii: "/")) || text.contains(UInt8(ascii: ".")) {
            return "dates are yyyy-mm-dd unless date_pattern says otherwise, for example %d/%m/%Y"
        }
        return nil
    }
}
