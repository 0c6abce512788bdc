import FoundationEssentials
import SluiceCore
import SluiceFormats

/// Rows of dead letters as text: a JSON object each, whose values are read by the types of the columns that they come from.
enum RowText {
    /// - Parameter batch: Of one row.
    /// - Returns: Nil for a row that cannot be read again as it was.
    static func text(of batch: Batch) -> String? {
        var bytes: [UInt8] = []
        guard let encoder = try? JSONFormat(options: [:]).encoder(batch.schema) else { return nil }
        guard (try? encoder.encode(batch, into: &bytes)) != nil else { return nil }
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        guard let text = String(validating: bytes, as: UTF8.self), let again = rows([text], batch.schema) else { return nil }
        return again.row(0) == batch.row(0) ? text : nil
    }

    /// - Returns: Nil where one of them has other columns, or values that do not fit the columns' types.
    static func rows(_ texts: [String], _ schema: Schema) -> Batch? {
        let names = Set(schema.names)
        guard texts.allSatisfy({ self.names(in: $0) == names }) else { return nil }
        var records = RawRecords(bytes: [])
        for text in texts {
            records.starts.append(Int32(records.bytes.count))
            records.bytes += Array(text.utf8)
            records.ends.append(Int32(records.bytes.count))
        }
        let layout = FileLayout(format: JSONFormat.name)
        guard let decoder = try? JSONFormat(options: [:]).decoder(layout, schema: schema, missing: .null) else { return nil }
        let result = decoder.decode(records, origin: Origin(.file(path: ""), .dense(first: 1, count: texts.count)))
        guard result.rejects.isEmpty, result.batch.rowCount == texts.count else { return nil }
        return Batch(schema, result.batch.columns, rowCount: texts.count)
    }

    private static func names(in text: String) -> Set<String>? {
        (try? JSONDecoder().decode([String: Anything].self, from: Data(text.utf8))).map { Set($0.keys) }
    }

    /// A value that nobody looks at.
    private struct Anything: Decodable {
        init(from decoder: any Decoder) {}
    }
}
