package import SluiceCore

/// Delimited text (RFC 4180 and its dialects).
package struct CSVFormat: RecordFormat {
    package static let name = "csv"
    package static let summary = "Delimited text, one record a line, quoted where needed"
    package static let fileExtensions = ["csv", "tsv", "tab", "psv"]
    package static var options: [OptionSpec] { CSVDialect.options }

    let dialect: CSVDialect

    package init(options: [String: OptionValue]) throws(SluiceError) { dialect = try CSVDialect(options) }

    package var readsHeader: Bool { dialect.header == .present }

    package func framer(_ source: InputBytes, path: String) throws(SluiceError) -> any RecordFramer {
        try CSVFramer(source, dialect: dialect, path: path)
    }

    package func decoder(_ layout: FileLayout, schema: Schema, missing: MissingColumns) throws(SluiceError) -> any RecordDecoder {
        try CSVDecoder(dialect.following(layout), layout: layout, schema: schema, missing: missing)
    }

    package func encoder(_ schema: Schema) throws(SluiceError) -> any RecordEncoder {
        if dialect.quote == nil, dialect.escape == nil, let text = schema.fields.first(where: { !Self.isPlain($0.type) }) {
            throw SluiceError(
                .invalidOption,
                "without quotes and an escape a delimiter or a line end in column \(text.name.quotedForMessage) would be read back as another field",
                remedy: "leave quote as it is, or set escape to \\")
        }
        if case .given = dialect.header {
            throw SluiceError(
                .invalidOption,
                "option \"header\" of csv is a list of names only for reading; a file is written with the names of its columns",
                remedy: "rename the columns, or set header to true or false")
        }
        if dialect.isWide { return try CSVWideEncoder(schema, dialect: dialect) }
        return CSVEncoder(schema, dialect: dialect)
    }

    /// Whether values of a type never hold a delimiter.
    private static func isPlain(_ type: DataType) -> Bool {
        switch type {
        case .null, .boolean, .int8, .int16, .int32, .int64, .float32, .float64, .decimal, .date, .timestamp: true
        default: false
        }
    }
}
