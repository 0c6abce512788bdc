import SluiceCodecs
package import SluiceCore

/// What a file says of itself, for people, whatever its format: found without reading its rows.
package struct FileReport: Sendable {
    /// Something that only files of its format have.
    package struct Fact: Sendable {
        /// Lower case, words joined by `_`: a key of JSON.
        package var name: String
        package var value: Value

        package init(_ name: String, _ value: Value) {
            self.name = name
            self.value = value
        }
    }

    /// A part of the file that one task reads: a row group.
    package struct Group: Sendable {
        package var rowCount: Int64
        /// Of its columns, as stored and before compression.
        package var storedBytes: Int64
        package var plainBytes: Int64
        package var columns: [Chunk]
    }

    /// A column's part of a group.
    package struct Chunk: Sendable {
        /// Names from the column down, joined by points.
        package var name: String
        package var type: DataType
        /// How the format stores the values.
        package var storedType: String
        package var codec: String
        package var encodings: [String]
        package var valueCount: Int64
        package var storedBytes: Int64
        package var plainBytes: Int64
        /// What statistics say; nil: they do not.
        package var nullCount: Int64?
        package var minimum: Value?
        package var maximum: Value?
        package var hasPageIndex: Bool
        package var hasBloomFilter: Bool
    }

    package var format: String
    package var path: String
    /// The codec of the whole file; nil: none.
    package var compression: String?
    /// As stored.
    package var byteCount: Int64
    package var description: FileDescription
    package var facts: [Fact] = []
    /// How the text's dialect was found out; nil for files that have none.
    package var dialect: DialectDetection?
    /// Entries that whoever wrote the file put beside the data.
    package var metadata: [(key: String, value: String)] = []
    /// The schema as the format itself writes it.
    package var storedSchema: String?
    package var groups: [Group] = []

    init(_ format: some Format, _ input: FileInput) throws(SluiceError) {
        self.format = format.name
        path = input.path
        byteCount = input.access.byteCount
        let start = try input.access.bytes(at: 0, count: Int(min(byteCount, Int64(CodecLimits.detectionBytes))))
        let codec = type(of: format).compressesItself ? Codec.none : Codec.detected(start, path: input.path)
        compression = codec == .none ? nil : codec.rawValue
        description = try format.describe(input)
    }
}

extension CSVFormat {
    package func report(_ input: FileInput) throws(SluiceError) -> FileReport {
        var report = try FileReport(self, input)
        report.dialect = try detection(input)
        return report
    }
}

extension JSONFormat {
    package func report(_ input: FileInput) throws(SluiceError) -> FileReport {
        var report = try FileReport(self, input)
        for (name, fallback) in [("layout", JSONLayout.lines.rawValue), ("encoding", TextEncoding.utf8.rawValue)] {
            let value = if case .text(let text)? = report.description.layout.options[name] { text } else { fallback }
            report.facts.append(.init(name, .string(value)))
        }
        return report
    }
}
