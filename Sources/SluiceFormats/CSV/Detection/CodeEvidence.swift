import SluiceCore

/// Columns that stay text although each of their texts could be read as a number: they look like codes, and would not come back the same.
struct CodeEvidence {
    private(set) var properties: [DialectDetection.Property] = []

    init(_ cells: SampleCells, _ dialect: CSVDialect) {
        for (name, column) in zip(cells.names(dialect), cells.columns) where !column.isEmpty {
            let texts = column.filter { !dialect.nullTexts.contains($0) }
            guard let first = texts.first(where: { Self.reason($0, dialect.rules) != nil }),
                let reason = Self.reason(first, dialect.rules), texts.allSatisfy({ Self.isNumber($0, dialect.rules) })
            else { continue }
            let shown = String(decoding: first.prefix(FormatLimits.scalarBytes), as: UTF8.self).quotedForMessage
            properties.append(
                DialectDetection.Property(
                    option: "columns", choice: .text("\(name): string"), reason: "\(shown) has \(reason)", score: 1, alternatives: [],
                    isDefault: true, isApplied: false))
        }
    }

    /// What keeps a number's text from being inferred as a number; nil for a plain number and for what is none.
    private static func reason(_ text: [UInt8], _ rules: TextRules) -> String? {
        text.withUnsafeBufferPointer { bytes in
            guard isNumber(bytes, rules), ![.integer, .float].contains(TextKind(bytes, rules)) else { return nil }
            if bytes.first == UInt8(ascii: "+") {
                return "a plus sign, as phone numbers have; declare a number type under columns where it is a number"
            }
            if TextRules.isCode(bytes) { return "leading zeros, which a number would lose" }
            if TextRules.hasLeadingZero(bytes) {
                return "leading zeros, as codes have; declare a decimal or float64 under columns where it is a number"
            }
            let digits = FormatLimits.inferredIntegerDigits
            return "more than \(digits) digits, as identifiers have; declare int64 under columns where it is a number"
        }
    }

    private static func isNumber(_ text: [UInt8], _ rules: TextRules) -> Bool {
        text.withUnsafeBufferPointer { isNumber($0, rules) }
    }

    private static func isNumber(_ text: UnsafeBufferPointer<UInt8>, _ rules: TextRules) -> Bool {
        guard let last = text.last, text.count <= FormatLimits.scalarBytes, last &- 0x30 < 10 || last == rules.decimalMark else {
            return false
        }
        return TextRules.isCode(text) || rules.float(text) != nil
    }
}
