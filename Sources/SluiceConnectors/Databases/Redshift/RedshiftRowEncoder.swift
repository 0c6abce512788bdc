#if PostgreSQL
import SluiceCore

/// Makes of a row a JSON object with a text for each value: COPY takes texts as they are, and tells null from every one of them.
struct RedshiftRowEncoder: RowEncoder {
    let table: String
    let columns: [TargetColumns.Column]

    func encode(_ batch: Batch) throws(SluiceError) -> ByteRows {
        let values = columns.map { batch.columns[$0.index].flattened }
        let names = columns.enumerated().map { place, column -> [UInt8] in
            var bytes: [UInt8] = [UInt8(ascii: place == 0 ? "{" : ",")]
            JSONText.appendString(column.name.utf8, to: &bytes)
            return bytes + [UInt8(ascii: ":")]
        }
        let limits = columns.map { RedshiftTypes.textBytes($0.declaration) }
        var rows = ByteRows()
        var line: [UInt8] = []
        var text: [UInt8] = []
        for row in 0..<batch.rowCount {
            line.removeAll(keepingCapacity: true)
            for place in columns.indices {
                line += names[place]
                if values[place].isNull(row) {
                    if columns[place].isRequired { throw missing(columns[place], row, batch) }
                    line += Array("null".utf8)
                    continue
                }
                text.removeAll(keepingCapacity: true)
                Self.append(values[place][row], values[place].type, to: &text)
                if text.contains(0) { throw zero(columns[place], row, batch) }
                if let limit = limits[place], text.count > limit { throw tooLong(columns[place], text.count, limit, row, batch) }
                JSONText.appendString(text, to: &line)
            }
            line.append(UInt8(ascii: "}"))
            guard line.count <= RedshiftLimits.rowBytes else { throw tooLarge(line.count, row, batch) }
            line.withUnsafeBufferPointer { rows.extend($0) }
            rows.endRow()
        }
        return rows
    }

    /// A value as Redshift reads it: times as `2024-02-29 10:00:00.5`, with the offset `+00` where they have a zone.
    private static func append(_ value: Value, _ type: DataType, to text: inout [UInt8]) {
        switch (value, type) {
        case (_, .choice): value.appendJSON(to: &text)
        case (.timestamp, _):
            value.appendText(to: &text)
            if let place = text.firstIndex(of: UInt8(ascii: "T")) { text[place] = UInt8(ascii: " ") }
            if text.last == UInt8(ascii: "Z") {
                text.removeLast()
                text += Array("+00".utf8)
            }
        default: value.appendText(to: &text)
        }
    }

    private func missing(_ column: TargetColumns.Column, _ row: Int, _ batch: Batch) -> SluiceError {
        SluiceError(
            .rowRefused, "column \"\(column.name)\" of \(table) takes no null, and a row has one", at: batch.origin?.location(row),
            remedy: "leave such rows out with the step filter, or put them aside with assert")
    }

    private func zero(_ column: TargetColumns.Column, _ row: Int, _ batch: Batch) -> SluiceError {
        SluiceError(
            .rowRefused, "a text of column \"\(column.name)\" has a zero byte, which Redshift does not take",
            at: batch.origin?.location(row), remedy: "replace it in a step")
    }

    private func tooLong(_ column: TargetColumns.Column, _ count: Int, _ limit: Int, _ row: Int, _ batch: Batch) -> SluiceError {
        SluiceError(
            .rowRefused, "a text of column \"\(column.name)\" has \(count) bytes, and \(table) takes \(limit)",
            at: batch.origin?.location(row), remedy: "cut it in a step, or make the column wider")
    }

    private func tooLarge(_ count: Int, _ row: Int, _ batch: Batch) -> SluiceError {
        SluiceError(
            .rowRefused, "a row has \(count) bytes as JSON, and Redshift loads \(RedshiftLimits.rowBytes) at most",
            at: batch.origin?.location(row), remedy: "leave columns out, or cut texts in a step")
    }
}
#endif
