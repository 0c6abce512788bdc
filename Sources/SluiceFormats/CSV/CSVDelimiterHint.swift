import SluiceCore

/// What gives a wrong delimiter away: the whole header is one name in which another delimiter stands.
enum CSVDelimiterHint {
    private static let others: [(byte: UInt8, text: String)] = [
        (UInt8(ascii: ";"), "\";\""), (0x09, #""\t""#), (UInt8(ascii: "|"), "\"|\""), (UInt8(ascii: ","), "\",\""),
    ]

    /// Nil where nothing looks wrong.
    static func hint(_ columns: [String], _ dialect: CSVDialect) -> String? {
        guard columns.count == 1, let name = columns.first?.utf8, !dialect.splitsAtBlanks else { return nil }
        guard let other = others.first(where: { !dialect.delimiterBytes.contains($0.byte) && name.contains($0.byte) }) else { return nil }
        return "the header is one name with \(other.text) in it: set delimiter: \(other.text)"
    }
}
