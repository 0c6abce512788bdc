import SluiceCore

/// One object a row with the columns in order, from column storage. Nulls are written, so that every line shows every column; with
/// `nulls: omit` they are left out. Floats that JSON lacks (NaN, the infinities) are null.
struct JSONRecordEncoder: RecordEncoder {
    let schema: Schema
    let writesNulls: Bool

    init(_ schema: Schema, writesNulls: Bool) {
        self.schema = schema
        self.writesNulls = writesNulls
    }

    var header: [UInt8] { [] }

    func encode(_ batch: Batch, into bytes: inout [UInt8]) {
        let block = JSONRows.objects(
            schema.fields, batch.columns, batch.rowCount, writesNulls: writesNulls, behind: [0x0A]
        ).data
        if bytes.isEmpty { bytes = block } else { bytes.append(contentsOf: block) }
    }
}
