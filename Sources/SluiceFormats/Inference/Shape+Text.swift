import SluiceCore

extension Shape {
    /// The shape of one field of a text format. Texts with leading zeros, with more than `FormatLimits.inferredIntegerDigits` digits, or with
    /// marks that the dialect does not allow stay text: they are identifiers more often than amounts.
    init(text bytes: some Collection<UInt8>, _ dialect: CSVDialect) {
        let array = Array(bytes)
        self = array.withUnsafeBufferPointer { Shape($0, dialect.rules) }
    }

    init(_ text: UnsafeBufferPointer<UInt8>, _ rules: TextRules) {
        guard let first = text.first, text.count <= FormatLimits.scalarBytes else {
            self = text.isEmpty ? .unknown : .text
            return
        }
        let isNumeric = first &- 0x30 < 10 || first == UInt8(ascii: "-") || first == rules.decimalMark
        if isNumeric, !Self.isIdentifier(text) {
            if rules.integer(text) != nil {
                self = .integer
                return
            }
            if rules.float(text) != nil {
                self = .float
                return
            }
        }
        if rules.boolean(text) != nil {
            self = .boolean
        } else if rules.date(text) != nil {
            self = .date
        } else {
            self = Self.timestamp(text, rules) ?? .text
        }
    }

    /// Whether digits are more likely a name than an amount.
    private static func isIdentifier(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        let digits = text.drop { $0 == UInt8(ascii: "-") }
        if digits.count > 1, digits.first == UInt8(ascii: "0"), digits[digits.startIndex + 1] &- 0x30 < 10 { return true }
        return digits.allSatisfy { $0 &- 0x30 < 10 } && digits.count > FormatLimits.inferredIntegerDigits
    }

    static func timestamp(_ text: UnsafeBufferPointer<UInt8>, _ rules: TextRules) -> Shape? {
        if rules.timestamp(text, zoned: false) != nil { return .timestamp(zoned: false) }
        return rules.timestamp(text, zoned: true) != nil ? .timestamp(zoned: true) : nil
    }
}

extension CSVFormat {
    package func observe(_ framed: FramedRecords, layout: FileLayout, sample: inout ShapeSample) {
        let schema = Schema(unchecked: layout.columns.map { Field($0, .string) })
        guard let dialect = try? dialect.following(layout),
            let decoder = try? CSVDecoder(dialect, layout: layout, schema: schema, missing: .error)
        else { return }
        let batch = decoder.decode(framed).batch
        for (field, column) in zip(schema.fields, batch.columns) where !sample.isText(field.name) {
            guard case .bytes(let rows) = column.storage else { continue }
            var shape = Shape.unknown
            for row in 0..<batch.rowCount where !column.isNull(row) {
                // An empty text in quotes is a text.
                shape.merge(rows.length(row) == 0 ? .text : rows.withRow(row) { Shape($0, dialect.rules) })
                if shape == .text { break }
            }
            sample.observe(field.name, shape)
        }
    }
}
