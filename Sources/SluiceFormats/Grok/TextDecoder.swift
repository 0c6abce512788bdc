import SluiceCore

/// Makes columns of lines: the whole line, or what patterns capture of it.
struct TextDecoder: RecordDecoder {
    let schema: Schema
    let encoding: TextEncoding
    let nullTexts: [[UInt8]]
    let rules: TextRules
    /// Nil: a record is one column.
    let program: GrokProgram?
    let patterns: [String]
    /// For each column of the schema how its texts name times; nil: as the rules say.
    let times: [GrokTime?]
    /// For each column of the schema whether the file has it.
    let isCaptured: [Bool]
    let matchers = Pool<GrokMatcher>()

    /// - Throws: `headerMismatch` when no pattern captures a column and `missing` does not allow it.
    init(_ format: TextFormat, schema: Schema, missing: MissingColumns) throws(SluiceError) {
        self.schema = schema
        encoding = format.encoding
        nullTexts = format.expression == nil ? [] : format.nullTexts
        rules = format.rules
        let columns = format.schema.names
        if missing == .error, let absent = schema.names.first(where: { name in !columns.contains { ExactText($0) == ExactText(name) } }) {
            throw SluiceError(
                .headerMismatch,
                format.expression == nil
                    ? "lines have no column \(absent.quotedForMessage), because no pattern takes them apart"
                    : "no pattern captures the column \(absent.quotedForMessage)",
                remedy: Suggestion.remedy(for: absent, in: columns, noun: "columns"))
        }
        let timestampPattern = format.rules.timestampPattern
        times = schema.names.map { name in
            let known = format.expression?.columns.first { ExactText($0.name) == ExactText(name) }?.time
            if let known, !known.patterns.isEmpty { return known }
            return timestampPattern.map(GrokTime.init) ?? known
        }
        isCaptured = schema.names.map { name in columns.contains { ExactText($0) == ExactText(name) } }
        patterns = format.expression?.patterns ?? []
        program = try format.expression.map { expression throws(SluiceError) in try GrokProgram(expression, columns: schema.names) }
    }

    func decode(_ records: RawRecords, origin: Origin) -> DecodedBatch {
        var whole = origin
        whole.raw = records
        return records.bytes.withUnsafeBufferPointer { bytes in
            let decoding = TextDecoding(self, records, whole, bytes)
            return decoding.decode(condition: nil)
        }
    }

    func decode(_ block: any RecordBlock, _ request: ReadRequest) -> DecodedBatch {
        let framed = block.framed
        var decoded = framed.records.bytes.withUnsafeBufferPointer { bytes in
            TextDecoding(self, framed.records, framed.origin, bytes).decode(condition: request.condition)
        }
        decoded.rejects = framed.rejects.isEmpty ? decoded.rejects : framed.rejects + decoded.rejects
        if !request.keepsRaw { decoded.batch.origin?.raw = nil }
        return decoded
    }
}
