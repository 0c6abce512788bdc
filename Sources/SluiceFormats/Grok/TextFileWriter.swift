import SluiceCore

/// Writes the texts of a single string column, one a line.
struct TextFileWriter: FileWriter {
    private let column: String

    /// - Throws: `typeError` for any other schema.
    init(_ schema: Schema) throws(SluiceError) {
        guard schema.count == 1, let field = schema.fields.first, field.type == .string else {
            let strings = schema.fields.filter { $0.type == .string }.map(\.name)
            throw SluiceError(
                .typeError, "the format \(TextFormat.name) writes one string column, and there are \(schema.names.joined(separator: ", "))",
                remedy: strings.isEmpty || schema.count == 1
                    ? "make one string of them, for example with concat_ws, or use the format \(CSVFormat.name)"
                    : "select one of \(strings.joined(separator: ", ")), make one string of them with concat_ws, or use the format \(CSVFormat.name)"
            )
        }
        column = field.name
    }

    var header: [UInt8] { [] }
    var hasHeader: Bool { false }
    var makesBlockOfEachBatch: Bool { true }

    mutating func collect(_ batch: Batch) -> [FileBlock] { batch.rowCount == 0 ? [] : [FileBlock([batch])] }
    mutating func rest() -> FileBlock? { nil }

    /// - Throws: `valueDoesNotFit` for a null and for a text that would not be one line: it would be read back as something else.
    func encode(_ block: FileBlock) throws(SluiceError) -> EncodedBlock {
        var bytes: [UInt8] = []
        for batch in block.batches {
            let texts = ColumnText.render(batch.columns[0])
            bytes.reserveCapacity(bytes.count + texts.data.count + texts.count)
            for row in 0..<batch.rowCount {
                if batch.columns[0].isNull(row) { throw refusal("a null is no line", "filter nulls, or put a text there with coalesce") }
                let isLine = texts.withRow(row) { text in text.first(0x0A, from: 0) == text.count && text.last != 0x0D }
                guard isLine else {
                    throw refusal(
                        "the text \(texts.text(row).quotedForMessage) has a line end", "replace line ends first, or use \(JSONFormat.name)")
                }
                texts.withRow(row) { bytes.append(contentsOf: $0) }
                bytes.append(0x0A)
            }
        }
        return EncodedBlock(bytes, rowCount: block.rowCount)
    }

    private func refusal(_ message: String, _ remedy: String) -> SluiceError {
        SluiceError(.valueDoesNotFit, "column \(column.quotedForMessage): \(message)", remedy: remedy)
    }

    mutating func append(_ block: EncodedBlock, at offset: Int64) {}
    mutating func finish(at offset: Int64) throws(SluiceError) -> [UInt8] { [] }
}
