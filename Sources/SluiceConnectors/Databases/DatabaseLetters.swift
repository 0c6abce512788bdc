import SluiceCore
import SluiceFormats

/// Rows of databases as dead letters.
enum DatabaseLetters {
    /// A decoder of rows as JSON objects.
    static func decoder(_ columns: [String], of schema: Schema) throws(SluiceError) -> FilePayloadDecoder {
        try StreamLayouts(undescribed: FileLayout(format: JSONFormat.name, columns: columns, options: [:])).fileDecoder(
            envelope: nil, columns: columns, of: schema)
    }

    /// A row as a JSON object.
    ///
    /// - Parameter append: Appends the JSON of a column's value.
    static func row(_ schema: Schema, _ append: (Int, inout [UInt8]) -> Void) -> [UInt8] {
        var bytes: [UInt8] = [UInt8(ascii: "{")]
        for (index, field) in schema.fields.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            JSONText.appendString(field.name.utf8, to: &bytes)
            bytes.append(UInt8(ascii: ":"))
            append(index, &bytes)
        }
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }
}
