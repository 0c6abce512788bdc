package import SluiceCore

/// JSON (RFC 8259): objects on lines (jsonlines.org), after one another, or in one array.
package struct JSONFormat: RecordFormat {
    package static let name = "json"
    package static let summary = "JSON objects: one a line, after one another, or in one array"
    package static let fileExtensions = ["jsonl", "ndjson", "json"]
    package static let options = [
        TextEncoding.option,
        OptionSpec(
            "layout", .choice(["auto"] + JSONLayout.allCases.map(\.rawValue)), .both, default: .text("auto"),
            "How objects follow one another; auto looks at the file's name and start when it reads, and writes lines."),
        OptionSpec(
            "records", .text, .read,
            "Where in a document the records are, for one that is no list of them: names, numbers and [*] behind $, such as $.items[*]."),
        OptionSpec(
            "nulls", .choice(["write", "omit"]), .write, default: .text("write"),
            "Whether a null member is written as null or left out."),
    ]

    let encoding: TextEncoding
    /// Nil: as the file shows.
    let layout: JSONLayout?
    let writesNulls: Bool
    /// Where in a document its records stand; nil: it is one.
    let records: JSONRecordsPath?

    package init(options: [String: OptionValue]) throws(SluiceError) {
        let checked = try CheckedOptions(options, specs: Self.options, owner: Self.name)
        encoding = TextEncoding(rawValue: checked.text("encoding") ?? "") ?? .utf8
        layout = JSONLayout(rawValue: checked.text("layout") ?? "")
        writesNulls = checked.text("nulls") == "write"
        if let text = checked.text("records") { records = try JSONRecordsPath(text) } else { records = nil }
    }

    package func framer(_ source: InputBytes, path: String) throws(SluiceError) -> any RecordFramer {
        if let records {
            let found = JSONRecordsSource(encoding.decoded(source), records, name: path)
            return JSONValueFramer(found, layout: .documents, encoding: encoding, path: path)
        }
        var text = PrefixedSource(encoding.decoded(source))
        let layout = layout ?? detectedLayout(text.peek(JSONLimits.detectedBytes), path: path)
        if layout == .lines {
            return JSONLinesFramer(text: TextFramer(text, rules: .jsonLines, path: path), encoding: encoding)
        }
        return JSONValueFramer(text, layout: layout, encoding: encoding, path: path)
    }

    /// A name that says lines is believed unless the file begins as an array: a damaged line must not make documents of the others.
    private func detectedLayout(_ start: [UInt8], path: String) -> JSONLayout {
        let first = start.first { $0 > 0x20 && $0 < 0x80 }
        return first != UInt8(ascii: "[") && Self.saysLines(path) ? .lines : JSONLayout(showing: start)
    }

    /// Whether one of the endings of a file's name does. A crawl asks for each of a hundred thousand files.
    private static func saysLines(_ path: String) -> Bool {
        let bytes = path.utf8
        let name = bytes.lastIndex(of: UInt8(ascii: "/")).map { bytes[$0...] } ?? bytes[...]
        return name.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).dropFirst().contains { ending in
            let ending = String(decoding: ending, as: UTF8.self).lowercased()
            return ending == "jsonl" || ending == "ndjson"
        }
    }

    package func decoder(_ layout: FileLayout, schema: Schema, missing: MissingColumns) throws(SluiceError) -> any RecordDecoder {
        JSONRecordDecoder(schema: schema, encoding: encoding)
    }

    package func encoder(_ schema: Schema) throws(SluiceError) -> any RecordEncoder {
        JSONRecordEncoder(schema, writesNulls: writesNulls)
    }

    package func writer(_ schema: Schema) throws(SluiceError) -> any FileWriter {
        let encoder = JSONRecordEncoder(schema, writesNulls: writesNulls)
        return layout == .array ? JSONArrayWriter(encoder) : RecordFileWriter(encoder)
    }
}

/// Bounds of JSON files.
package enum JSONLimits {
    /// Bytes at a file's start that show its layout.
    package static let detectedBytes = 64 << 10
}

extension FileLayout {
    init(json layout: JSONLayout, _ encoding: TextEncoding) {
        var options: [String: OptionValue] = encoding == .utf8 ? [:] : ["encoding": .text(encoding.rawValue)]
        if layout != .lines { options["layout"] = .text(layout.rawValue) }
        self.init(format: JSONFormat.name, options: options)
    }
}
