import SluiceCore

/// Turns records into typed columns: first the places of the wanted fields in all records, then one loop a column.
struct CSVDecoder: RecordDecoder {
    let schema: Schema
    let dialect: CSVDialect
    /// Fields of each record.
    let fieldCount: Int
    /// For each field of a record, the wanted column that it becomes; -1: none.
    let slots: [Int32]
    /// For each column of the schema, the field that it comes from; nil where the file does not have it.
    let sources: [Int?]

    /// What to say of records with another number of fields, where the delimiter may be wrong.
    let delimiterHint: String?

    /// - Throws: `headerMismatch` when the file lacks a column and `missing` does not allow it.
    init(_ dialect: CSVDialect, layout: FileLayout, schema: Schema, missing: MissingColumns) throws(SluiceError) {
        self.schema = schema
        self.dialect = dialect
        fieldCount = layout.columns.count
        delimiterHint = CSVDelimiterHint.hint(layout.columns, dialect)
        let positions = Dictionary(layout.columns.enumerated().map { (ExactText($1), $0) }, uniquingKeysWith: { first, _ in first })
        sources = schema.fields.map { positions[ExactText($0.name)] }
        var slots = [Int32](repeating: -1, count: fieldCount)
        for (column, source) in sources.enumerated() { if let source { slots[source] = Int32(column) } }
        self.slots = slots
        if missing == .error, !layout.columns.isEmpty { try checkHeader(layout) }
    }

    private func checkHeader(_ layout: FileLayout) throws(SluiceError) {
        let absent = schema.names.enumerated().filter { sources[$0.offset] == nil }.map(\.element)
        guard let first = absent.first else { return }
        let remedy = Suggestion.nearest(to: first, in: layout.columns.filter { schema[$0] == nil }).map { "did you mean \"\($0)\"?" }
        throw SluiceError(
            .headerMismatch,
            "the file has no column \(absent.map { "\"\($0)\"" }.joined(separator: ", ")); its header names \(Self.list(layout.columns)), the "
                + "schema \(Self.list(schema.names))",
            remedy: delimiterHint ?? layout.warnings.first ?? remedy
                ?? "if the first line is data, set header: [\(Self.list(schema.names))]")
    }

    private static func list(_ names: [String]) -> String {
        names.prefix(20).joined(separator: ", ") + (names.count > 20 ? ", … (\(names.count) in all)" : "")
    }

    func decode(_ block: any RecordBlock, _ request: ReadRequest) -> DecodedBatch {
        if let block = block as? CSVBlock, let decoded = CSVBlockDecoder.decode(self, block, request) { return decoded }
        return decodeWhole(block.framed, request)
    }

    func decode(_ records: RawRecords, origin: Origin) -> DecodedBatch {
        var faults = RecordFaults()
        let columns = records.bytes.withUnsafeBufferPointer { bytes in
            var table = CSVFieldTable(self, records, bytes, origin)
            defer { table.deallocate() }
            table.fill(&faults)
            return table.columns(&faults)
        }
        var whole = origin
        whole.raw = records
        let batch = Batch(schema, columns, rowCount: records.count, origin: whole)
        guard !faults.isEmpty else { return DecodedBatch(batch, rejects: []) }
        return DecodedBatch(
            batch.gather(faults.kept(of: records.count)), rejects: faults.rejects(records, origin, endsAtCarriageReturn: true))
    }
}
