import SluiceCore

/// One object a row with the columns in order, from column storage. Nulls are written, so that every line shows every column; with
/// `nulls: omit` they are left out.
struct JSONLinesEncoder: RecordEncoder {
    private let schema: Schema
    private let writesNulls: Bool

    init(_ schema: Schema, writesNulls: Bool) {
        self.schema = schema
        self.writesNulls = writesNulls
    }

    var header: [UInt8] { [] }

    func encode(_ batch: Batch, into bytes: inout [UInt8]) {
        let rows = JSONText.objects(schema.fields, batch.columns, batch.rowCount, nil, writesNulls: writesNulls)
        bytes.reserveCapacity(bytes.count + rows.data.count + rows.count)
        for row in 0..<rows.count {
            rows.withRow(row) { bytes.append(contentsOf: $0) }
            bytes.append(0x0A)
        }
    }
}
