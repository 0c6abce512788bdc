import SluiceCore

extension Shape {
    /// The shape of one field of a text format. Texts with leading zeros, with more than `FormatLimits.inferredIntegerDigits` digits, or with
    /// marks that the dialect does not allow stay text: they are identifiers more often than amounts.
    init(text bytes: some Collection<UInt8>, _ dialect: CSVDialect) {
        let array = Array(bytes)
        self = array.withUnsafeBufferPointer { Shape($0, dialect.rules) }
    }

    init(_ text: UnsafeBufferPointer<UInt8>, _ rules: TextRules) { self = TextKind(text, rules).shape }

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
            var kind = TextKind.unknown
            for row in 0..<batch.rowCount where !column.isNull(row) {
                // An empty text in quotes is a text.
                if rows.length(row) == 0 { kind = .text } else { rows.withRow(row) { kind.take($0, dialect.rules) } }
                if kind == .text { break }
            }
            sample.observe(field.name, kind == .unknown || !sample.keepsTexts ? kind.shape : .text)
        }
    }
}
