package import SluiceCore

/// JSON lines: one JSON object a line (RFC 8259 and jsonlines.org).
package struct JSONLinesFormat: Format {
    package static let name = "json"
    package static let summary = "JSON lines: one object a line"
    package static let fileExtensions = ["jsonl", "ndjson", "json"]
    package static let options = [
        TextEncoding.option,
        OptionSpec(
            "nulls", .choice(["write", "omit"]), .write, default: .text("write"),
            "Whether a null member is written as null or left out."),
    ]

    let encoding: TextEncoding
    let writesNulls: Bool

    package init(options: [String: OptionValue]) throws(SluiceError) {
        let checked = try CheckedOptions(options, specs: Self.options, owner: Self.name)
        encoding = TextEncoding(rawValue: checked.text("encoding") ?? "") ?? .utf8
        writesNulls = checked.text("nulls") == "write"
    }

    package func framer(_ source: InputBytes, path: String) throws(SluiceError) -> any RecordFramer {
        JSONLinesFramer(text: TextFramer(encoding.decoded(source), rules: .jsonLines, path: path), encoding: encoding)
    }

    package func decoder(_ layout: FileLayout, schema: Schema, missing: MissingColumns) throws(SluiceError) -> any RecordDecoder {
        JSONLinesDecoder(schema: schema, encoding: encoding)
    }

    package func encoder(_ schema: Schema) throws(SluiceError) -> any RecordEncoder {
        JSONLinesEncoder(schema, writesNulls: writesNulls)
    }
}

extension RecordRules {
    /// Lines without quoting; a CR alone is a space in JSON.
    static let jsonLines = RecordRules(quote: nil, trims: true, endsAtCarriageReturn: false)
}

/// Lines that are not blank.
struct JSONLinesFramer: RecordFramer {
    var text: TextFramer
    let encoding: TextEncoding

    var layout: FileLayout {
        let options: [String: OptionValue] = encoding == .utf8 ? [:] : ["encoding": .text(encoding.rawValue)]
        return FileLayout(format: JSONLinesFormat.name, options: options)
    }

    mutating func next() throws(SluiceError) -> FramedRecords? { try text.next() }
}
