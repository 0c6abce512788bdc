import SluiceCore

/// What is read of each block of a file: which fields, and what becomes of them.
final class AvroReadPlan: Sendable {
    /// A wanted column.
    enum Source: Hashable, Sendable {
        /// By number of the wanted fields.
        case field(Int)
        case missing
    }

    let path: String
    let codec: AvroCodec
    let schema: Schema
    let sources: [Source]
    /// All fields of the file, in order, and whether they are wanted.
    private let fields: [(field: AvroField, isWanted: Bool)]
    let leastBytes: Int

    /// - Throws: `headerMismatch` for a missing column that may not be; `typeError` for a type that the file's cannot become.
    init(_ header: AvroHeader, _ request: ReadRequest, path: String) throws(SluiceError) {
        self.path = path
        codec = header.codec
        schema = request.schema
        let all = header.type.fileFields
        leastBytes = header.type.leastBytes
        let wanted = Set(request.schema.names.map(ExactText.init))
        let fields = all.map { (field: $0, isWanted: wanted.contains(ExactText($0.name))) }
        self.fields = fields
        var positions: [ExactText: Int] = [:]
        for (number, entry) in fields.filter(\.isWanted).enumerated() { positions[ExactText(entry.field.name)] = number }
        var sources: [Source] = []
        for field in request.schema.fields {
            if let number = positions[ExactText(field.name)] {
                sources.append(.field(number))
            } else if request.missing == .null {
                sources.append(.missing)
            } else {
                throw SluiceError(
                    .headerMismatch, "the file has no column \(field.name.quotedForMessage)", at: .file(path: path),
                    remedy: Suggestion.remedy(for: field.name, in: all.map(\.name), noun: "columns"))
            }
        }
        self.sources = sources
        try checkTypes()
    }

    private func checkTypes() throws(SluiceError) {
        let wanted = fields.filter(\.isWanted).map(\.field)
        for (field, source) in zip(schema.fields, sources) {
            guard case .field(let number) = source else { continue }
            let type = wanted[number].column.type
            guard AvroColumnFit.isPossible(from: type, to: field.type) else {
                throw SluiceError(
                    .typeError, "column \(field.name.quotedForMessage) is \(type) in the file and cannot be read as \(field.type)",
                    at: .file(path: path), remedy: "declare it as \(type) and cast it in a step")
            }
        }
    }

    /// Fresh decoders of one record: all wanted fields in file order, with what is between them passed over.
    func decoders() -> (steps: AvroDecoderList, wanted: [AvroDecoder]) {
        var steps: [AvroDecoder] = []
        var wanted: [AvroDecoder] = []
        for (field, isWanted) in fields {
            let decoder = isWanted ? field.type.decoder(field.name) : AvroSkipDecoder(field.type)
            steps.append(decoder)
            if isWanted { wanted.append(decoder) }
        }
        return (AvroDecoderList(steps), wanted)
    }
}
