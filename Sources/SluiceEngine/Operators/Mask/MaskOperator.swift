import Crypto
import SluiceCore
import SluiceExpressions
import SluicePipelines

/// Hides the values of columns in place.
struct MaskOperator: StepOperator {
    let operation: MaskOperation
    let outputSchema: Schema

    func push(_ batch: Batch, rejects: inout [Reject]) throws -> [Batch] {
        var columns = batch.columns
        var errors = RowErrors()
        for masked in operation.columns {
            let text = masked.text.evaluate(batch)
            errors.merge(text.errors)
            columns[masked.position] = Self.hidden(text.column, masked.mask)
        }
        rejects.append(contentsOf: batch.separating(errors).rejects)
        let kept = batch.with(outputSchema, columns).separating(errors).kept
        return kept.rowCount == 0 ? [] : [kept]
    }

    private static func hidden(_ column: Column, _ mask: ColumnMask) -> Column {
        switch mask {
        case .hash(let salt):
            var start = SHA256()
            start.update(data: Array(salt.utf8))
            return column.mappingTexts(bytes: 64) { text, rows in appendHash(of: text, after: start, to: &rows) }
        case .redact(nil): return .nulls(column.type, count: column.count)
        case .redact(let text?):
            var values = ByteRows()
            values.append(text.utf8)
            let codes = [Int32](repeating: 0, count: column.count)
            return Column(.string, .dictionary(codes: codes, values: values), validity: column.explicitValidity)
        case .partial(let first, let last, let cover):
            let cover = Array(cover.utf8)
            return column.mappingTexts(bytes: 16) { text, rows in appendEnds(of: text, first, last, cover, to: &rows) }
        }
    }

    private static func appendHash(of text: UnsafeBufferPointer<UInt8>, after start: SHA256, to rows: inout ByteRows) {
        var hash = start
        hash.update(bufferPointer: UnsafeRawBufferPointer(text))
        for byte in hash.finalize() {
            rows.extend(hexDigits[Int(byte >> 4)])
            rows.extend(hexDigits[Int(byte & 15)])
        }
    }

    private static let hexDigits = Array("0123456789abcdef".utf8)

    /// Characters are Unicode's scalars, as for `length`.
    private static func appendEnds(
        of text: UnsafeBufferPointer<UInt8>, _ first: Int, _ last: Int, _ cover: [UInt8], to rows: inout ByteRows
    ) {
        let length = text.reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) }
        let isShort = length <= first + last
        var character = -1
        for byte in text {
            let isStart = byte & 0xC0 != 0x80
            if isStart { character += 1 }
            if !isShort, character < first || character >= length - last {
                rows.extend(byte)
            } else if isStart {
                cover.withUnsafeBufferPointer { rows.extend($0) }
            }
        }
    }
}

extension Column {
    /// A text column with each text made anew; each value of a dictionary once. Nulls stay null.
    ///
    /// - Parameters:
    ///   - bytes: Of a new text, roughly.
    ///   - append: Appends the new text's bytes to the row that is open.
    fileprivate func mappingTexts(
        bytes: Int, _ append: (_ text: UnsafeBufferPointer<UInt8>, _ rows: inout ByteRows) -> Void
    ) -> Column {
        func mapped(_ texts: ByteRows, _ validity: Bitmap?) -> ByteRows {
            var rows = ByteRows(reservingRows: texts.count, bytes: texts.count * bytes)
            for row in 0..<texts.count {
                if validity.map({ $0[row] }) ?? true { texts.withRow(row) { append($0, &rows) } }
                rows.endRow()
            }
            return rows
        }
        switch storage {
        case .dictionary(let codes, let values) where values.count <= codes.count:
            return Column(.string, .dictionary(codes: codes, values: mapped(values, nil)), validity: validity)
        case .dictionary, .bytes:
            guard case .bytes(let rows) = flattened.storage else { preconditionFailure("flat text is bytes") }
            return .texts(mapped(rows, validity), validity: validity)
        default: return .nulls(.string, count: count)
        }
    }
}
