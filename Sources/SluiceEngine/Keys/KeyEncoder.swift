package import SluiceCore

/// Turns the key columns of a batch into one byte string a row, such that bytes compare as the keys do.
///
/// Grouping and joins use the bytes for equality, sorting for order. Each column contributes a marker byte (null or not) and its value:
/// integers big-endian with the sign bit flipped, floats by the total-order trick (`-0` equals `0`, all NaNs are one and greatest), text with
/// `00` escaped as `00 FF` and ended by `00 00`. A descending column has its bytes inverted.
package struct KeyEncoder: Sendable {
    /// One column of a key, and how it sorts.
    package struct Part: Sendable {
        package var column: Int
        package var isDescending: Bool
        package var nullsFirst: Bool

        package init(column: Int, isDescending: Bool = false, nullsFirst: Bool = false) {
            self.column = column
            self.isDescending = isDescending
            self.nullsFirst = nullsFirst
        }
    }

    private let parts: [Part]

    package init(_ parts: [Part]) { self.parts = parts }
    package init(columns: [Int]) { parts = columns.map { Part(column: $0) } }

    /// Keys of all rows.
    package func encode(_ batch: Batch) -> ByteRows {
        encode(parts.map { batch.columns[$0.column] }, rowCount: batch.rowCount)
    }

    /// Keys of rows of columns given directly, one for each part.
    package func encode(_ columns: [Column], rowCount: Int) -> ByteRows {
        let columns = columns.map(\.flattened)
        var rows = ByteRows(reservingRows: rowCount, bytes: rowCount * 12 * columns.count)
        for row in 0..<rowCount {
            for (part, column) in zip(parts, columns) { append(column, row, part, to: &rows) }
            rows.endRow()
        }
        return rows
    }

    private func append(_ column: Column, _ row: Int, _ part: Part, to rows: inout ByteRows) {
        if column.isNull(row) {
            rows.extend(part.nullsFirst ? 0 : 2)
            return
        }
        rows.extend(1)
        let flip: UInt8 = part.isDescending ? 0xFF : 0
        switch column.storage {
        case .null: break
        case .boolean(let bits): rows.extend((bits[row] ? 1 : 0) ^ flip)
        case .int8(let values): append(Int64(values[row]), flip, to: &rows)
        case .int16(let values): append(Int64(values[row]), flip, to: &rows)
        case .int32(let values): append(Int64(values[row]), flip, to: &rows)
        case .int64(let values): append(values[row], flip, to: &rows)
        case .float32(let values): append(Double(values[row]), flip, to: &rows)
        case .float64(let values): append(values[row], flip, to: &rows)
        case .decimal(let values):
            let bits = UInt128(bitPattern: Int128(values[row])) ^ (1 << 127)
            append(UInt64(truncatingIfNeeded: bits >> 64), flip, to: &rows)
            append(UInt64(truncatingIfNeeded: bits), flip, to: &rows)
        case .bytes(let texts): texts.withRow(row) { append($0, flip, to: &rows) }
        case .dictionary(let codes, let values): values.withRow(Int(codes[row])) { append($0, flip, to: &rows) }
        case .list(let offsets, let values):
            for element in Int(offsets[row])..<Int(offsets[row + 1]) {
                rows.extend(1 ^ flip)
                append(values, element, Part(column: 0, isDescending: part.isDescending), to: &rows)
            }
            rows.extend(0 ^ flip)
        case .map(let offsets, let keys, let values):
            for entry in Int(offsets[row])..<Int(offsets[row + 1]) {
                rows.extend(1 ^ flip)
                append(keys, entry, Part(column: 0, isDescending: part.isDescending), to: &rows)
                append(values, entry, Part(column: 0, isDescending: part.isDescending), to: &rows)
            }
            rows.extend(0 ^ flip)
        case .choice(let tags, let alternatives):
            rows.extend(tags[row] ^ flip)
            append(alternatives[Int(tags[row])], row, Part(column: 0, isDescending: part.isDescending), to: &rows)
        case .structure(let members, _):
            for member in members { append(member, row, Part(column: 0, isDescending: part.isDescending), to: &rows) }
        }
    }

    private func append(_ value: Int64, _ flip: UInt8, to rows: inout ByteRows) {
        append(UInt64(bitPattern: value) ^ (1 << 63), flip, to: &rows)
    }

    private func append(_ value: Double, _ flip: UInt8, to rows: inout ByteRows) {
        let plain = value == 0 ? 0 : value.isNaN ? Double.nan : value
        let bits = plain.bitPattern
        append(bits >> 63 == 1 ? ~bits : bits | 1 << 63, flip, to: &rows)
    }

    private func append(_ bits: UInt64, _ flip: UInt8, to rows: inout ByteRows) {
        let mask: UInt64 = flip == 0 ? 0 : .max
        withUnsafeBytes(of: (bits ^ mask).bigEndian) { rows.extend($0.assumingMemoryBound(to: UInt8.self)) }
    }

    private func append(_ text: UnsafeBufferPointer<UInt8>, _ flip: UInt8, to rows: inout ByteRows) {
        if flip == 0, !text.contains(0) {
            rows.extend(text)
        } else {
            for byte in text {
                rows.extend(byte ^ flip)
                if byte == 0 { rows.extend(0xFF ^ flip) }
            }
        }
        rows.extend(0 ^ flip)
        rows.extend(0 ^ flip)
    }
}
