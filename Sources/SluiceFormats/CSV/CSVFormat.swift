package import SluiceCore

/// Delimited text (RFC 4180 and its dialects).
package struct CSVFormat: RecordFormat {
    package static let name = "csv"
    package static let summary = "Delimited text, one record a line, quoted where needed"
    package static let fileExtensions = ["csv", "tsv", "tab", "psv"]
    package static var options: [OptionSpec] { CSVDialect.options }

    let dialect: CSVDialect

    package init(options: [String: OptionValue]) throws(SluiceError) { dialect = try CSVDialect(options) }

    package func framer(_ source: InputBytes, path: String) throws(SluiceError) -> any RecordFramer {
        try CSVFramer(source, dialect: dialect, path: path)
    }

    package func decoder(_ layout: FileLayout, schema: Schema, missing: MissingColumns) throws(SluiceError) -> any RecordDecoder {
        try CSVDecoder(dialect.following(layout), layout: layout, schema: schema, missing: missing)
    }

    package func encoder(_ schema: Schema) throws(SluiceError) -> any RecordEncoder {
        if dialect.isWide { return try CSVWideEncoder(schema, dialect: dialect) }
        return CSVEncoder(schema, dialect: dialect)
    }
}
