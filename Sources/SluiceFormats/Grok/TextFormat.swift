package import SluiceCore

/// Text, a record a line or several; grok patterns take the records apart.
package struct TextFormat: RecordFormat {
    package static let name = "text"
    package static let summary = "Lines of text, such as logs; grok patterns make columns of them"
    package static let fileExtensions = ["log", "txt"]
    /// The only column where no pattern is given.
    package static let lineColumn = "line"

    package static let options = [
        TextEncoding.option,
        OptionSpec(
            "pattern", .texts, .read,
            "Grok pattern of a record, or several that are tried in order: %{NAME}, %{NAME:column}, %{NAME:column:type}, (?<column>…) in a regular expression. It may match anywhere in the record. Names of the library: "
                + GrokLibrary.entries.map(\.name).joined(separator: ", ") + "."),
        OptionSpec(
            "patterns", .texts, .read,
            "Own definitions, each a name, a blank and a pattern: ORDERID [A-Z]{2}[0-9]{6}; they come before the library's."),
        OptionSpec(
            "record_start", .text, .read,
            "Grok pattern of a record's first line; lines that it does not match at their start, such as a stack trace's, belong to the record before."
        ),
        OptionSpec(
            "null_texts", .texts, .read, default: .texts(["-"]),
            "Captured texts that mean null; they mean nothing where there is no pattern."),
        OptionSpec(
            "date_pattern", .text, .read, "How captured dates are written, as strptime has it: %d/%m/%Y; otherwise ISO 8601."),
        OptionSpec(
            "timestamp_pattern", .text, .read,
            "How captured timestamps are written, as strptime has it, where the library's pattern does not say it; otherwise ISO 8601."),
        OptionSpec(
            "detect", .choice(["safe", "none"]), .read, default: .text("safe"),
            "Whether a file for which no pattern is given is read as one of the well-known logs where most of its lines are of one."),
    ]

    let encoding: TextEncoding
    /// Nil: a record is one column.
    let expression: GrokExpression?
    let recordStart: String?
    let own: [String]
    let nullTexts: [[UInt8]]
    let rules: TextRules
    let detects: Bool
    private let given: [String: OptionValue]

    package init(options: [String: OptionValue]) throws(SluiceError) {
        let checked = try CheckedOptions(options, specs: Self.options, owner: Self.name)
        given = checked.given
        encoding = TextEncoding(rawValue: checked.text("encoding") ?? "") ?? .utf8
        own = checked.texts("patterns") ?? []
        let patterns = checked.texts("pattern") ?? []
        expression = patterns.isEmpty ? nil : try GrokExpression(patterns, own: own)
        recordStart = checked.text("record_start")
        if let recordStart { _ = try RecordStart(recordStart, own: own) }
        nullTexts = (checked.texts("null_texts") ?? []).map { Array($0.utf8) }
        var rules = TextRules()
        rules.datePattern = try CSVDialect.timePattern("date_pattern", checked)
        rules.timestampPattern = try CSVDialect.timePattern("timestamp_pattern", checked)
        self.rules = rules
        detects = checked.text("detect") == "safe"
    }

    /// What a decoder has to know, in a layout that can travel.
    var layout: FileLayout {
        let names = ["encoding", "pattern", "patterns", "null_texts", "date_pattern", "timestamp_pattern"]
        return FileLayout(
            format: Self.name, columns: expression?.columns.map(\.name) ?? [Self.lineColumn],
            options: given.filter { names.contains($0.key) })
    }

    /// The columns with their types.
    var schema: Schema {
        Schema(unchecked: expression?.columns.map { Field($0.name, $0.type) } ?? [Field(Self.lineColumn, .string)])
    }

    /// This format with more options than were given.
    func adding(_ options: [String: OptionValue]) throws(SluiceError) -> TextFormat {
        try TextFormat(options: given.merging(options) { $1 })
    }
}

extension TextFormat {
    package func describe(_ input: FileInput) throws(SluiceError) -> FileDescription {
        let layout = try open(input).layout
        return FileDescription(layout: layout, schema: try following(layout).schema)
    }

    /// The columns of files of a layout.
    func schema(of layout: FileLayout) throws(SluiceError) -> Schema { try following(layout).schema }

    /// The format as it reads files of a layout, with what was found out about them.
    private func following(_ layout: FileLayout) throws(SluiceError) -> TextFormat {
        guard let pattern = layout.options["pattern"], given["pattern"] != pattern else { return self }
        return try adding(["pattern": pattern])
    }

    package func framer(_ source: InputBytes, path: String) throws(SluiceError) -> any RecordFramer {
        try framer(source, path: path, chunkBytes: FormatLimits.chunkBytes)
    }

    func framer(_ source: InputBytes, path: String, chunkBytes: Int) throws(SluiceError) -> any RecordFramer {
        var text = PrefixedSource(encoding.decoded(source))
        var format = self
        var notice: String?
        if detects, expression == nil, recordStart == nil {
            let start = text.peek(GrokLimits.detectedBytes)
            if let found = GrokDetection(start, isWhole: text.isWhole) {
                format = try adding(["pattern": .texts([found.pattern])])
                notice = "\(path): \(found.notice)"
            }
        }
        var layout = format.layout
        layout.warnings = notice.map { [$0] } ?? []
        if let recordStart {
            return RecordStartFramer(
                text, start: try RecordStart(recordStart, own: own), layout: layout, keepsEmptyRecords: expression == nil, path: path,
                chunkBytes: chunkBytes)
        }
        return LineFramer(text, layout: layout, keepsEmptyLines: format.expression == nil, path: path, chunkBytes: chunkBytes)
    }

    package func decoder(_ layout: FileLayout, schema: Schema, missing: MissingColumns) throws(SluiceError) -> any RecordDecoder {
        try TextDecoder(following(layout), schema: schema, missing: missing)
    }

    package func observe(_ framed: FramedRecords, layout: FileLayout, sample: inout ShapeSample) {
        guard let schema = try? following(layout).schema else { return }
        for field in schema.fields { sample.observe(field.name, Shape(field.type)) }
    }

    /// - Throws: `typeError` always: whether texts are single lines shows only when they are written.
    package func encoder(_ schema: Schema) throws(SluiceError) -> any RecordEncoder {
        throw SluiceError(
            .typeError, "records of the format \(Self.name) are read only; a text with a line end would become two of them",
            remedy: "use the format \(JSONFormat.name)")
    }

    package func writer(_ schema: Schema) throws(SluiceError) -> any FileWriter { try TextFileWriter(schema) }
}

extension Shape {
    /// The shape of a column whose type is stated.
    fileprivate init(_ type: DataType) {
        switch type {
        case .boolean: self = .boolean
        case .int8, .int16, .int32, .int64: self = .integer
        case .float32, .float64: self = .float
        case .date: self = .date
        case .timestamp(let zoned): self = .timestamp(zoned: zoned)
        default: self = .text
        }
    }
}
