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
