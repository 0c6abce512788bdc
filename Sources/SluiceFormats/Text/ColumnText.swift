import SluiceCore

/// A column's values as texts, a column at a time, for the writers.
enum ColumnText {
    /// Numbers plain, times as ISO 8601, binaries as base64, nested values as JSON; what stands in a null's row is not meant to be read.
    static func render(_ column: Column) -> ByteRows {
        switch (column.type, column.storage) {
        case (_, .bytes(let rows)) where column.type == .string: return rows
        case (_, .dictionary(let codes, let values)): return render(Column(column.type, .bytes(values))).gather(codes)
        case (_, .null(let count)): return ByteRows(offsets: [Int32](repeating: 0, count: count + 1), data: [])
        case (_, .boolean(let bits)):
            return rows(bits.count) { row, bytes in bytes.append(contentsOf: bits[row] ? "true".utf8 : "false".utf8) }
        case (_, .int8(let values)): return integers(values)
        case (_, .int16(let values)): return integers(values)
        case (.date, .int32(let days)): return rows(days.count) { row, bytes in TimeText.append(days: days[row], to: &bytes) }
        case (_, .int32(let values)): return integers(values)
        case (.timestamp(let zoned), .int64(let micros)):
            return rows(micros.count) { row, bytes in TimeText.append(micros: micros[row], zoned: zoned, to: &bytes) }
        case (_, .int64(let values)): return integers(values)
        case (_, .float32(let values)):
            return rows(values.count) { row, bytes in bytes.append(contentsOf: values[row].description.utf8) }
        case (_, .float64(let values)): return rows(values.count) { row, bytes in NumberText.append(values[row], to: &bytes) }
        case (.decimal(_, let scale), .decimal(let values)):
            return rows(values.count) { row, bytes in NumberText.append(values[row], scale: scale, to: &bytes) }
        case (_, .decimal(let values)): return rows(values.count) { row, bytes in NumberText.append(values[row], scale: 0, to: &bytes) }
        case (_, .bytes(let values)): return rows(values.count) { row, bytes in Base64.append(values[row], to: &bytes) }
        case (_, .list), (_, .structure), (_, .map): return JSONText.rows(column, writesNulls: true)
        case (_, .choice(let tags, let alternatives)): return chosen(tags, alternatives.map(render))
        }
    }

    /// Row `i` of the texts that its tag names.
    static func chosen(_ tags: [UInt8], _ texts: [ByteRows]) -> ByteRows {
        rows(tags.count) { row, bytes in texts[Int(tags[row])].withRow(row) { bytes.append(contentsOf: $0) } }
    }

    @inline(__always)
    static func rows(_ count: Int, _ append: (Int, inout [UInt8]) -> Void) -> ByteRows {
        var data: [UInt8] = []
        data.reserveCapacity(count * 8)
        var offsets: [Int32] = [0]
        offsets.reserveCapacity(count + 1)
        for row in 0..<count {
            append(row, &data)
            precondition(data.count <= Int(Int32.max), "a column of bytes is over 2 GiB; batches are kept smaller")
            offsets.append(Int32(truncatingIfNeeded: data.count))
        }
        return ByteRows(offsets: offsets, data: data)
    }

    @inline(__always)
    private static func integers(_ values: [some FixedWidthInteger]) -> ByteRows {
        rows(values.count) { row, bytes in NumberText.append(Int64(values[row]), to: &bytes) }
    }
}

extension JSONText {
    /// Each row as JSON, `null` for nulls and for floats that JSON lacks.
    ///
    /// - Parameter writesNulls: whether struct members that are null are written.
    static func rows(_ column: Column, writesNulls: Bool) -> ByteRows {
        let validity = column.type == .null ? Bitmap(repeating: false, count: column.count) : column.validity
        switch column.storage {
        case .structure(let members, let count):
            guard case .structure(let fields) = column.type else { preconditionFailure("a struct's storage has a struct's type") }
            return objects(fields, members, count, validity, writesNulls: writesNulls)
        case .list(let offsets, let values):
            let elements = rows(values, writesNulls: writesNulls)
            return ColumnText.rows(column.count) { row, bytes in
                if let validity, !validity[row] { return bytes.append(contentsOf: "null".utf8) }
                bytes.append(UInt8(ascii: "["))
                for element in offsets[row]..<offsets[row + 1] {
                    if element > offsets[row] { bytes.append(UInt8(ascii: ",")) }
                    bytes.append(contentsOf: elements[Int(element)])
                }
                bytes.append(UInt8(ascii: "]"))
            }
        case .map(let offsets, let keys, let values): return maps(column, offsets, keys, values, writesNulls: writesNulls)
        case .choice(let tags, let alternatives):
            let texts = ColumnText.chosen(tags, alternatives.map { rows($0, writesNulls: writesNulls) })
            guard let validity else { return texts }
            return ColumnText.rows(tags.count) { row, bytes in
                if validity[row] { bytes.append(contentsOf: texts[row]) } else { bytes.append(contentsOf: "null".utf8) }
            }
        case .float32(let numbers): return scalars(column, validity, isQuoted: false) { numbers[$0].isFinite }
        case .float64(let numbers): return scalars(column, validity, isQuoted: false) { numbers[$0].isFinite }
        default:
            let isBare = column.type.isNumeric || column.type == .boolean
            return scalars(column, validity, isQuoted: !isBare) { _ in true }
        }
    }

    /// An object where the keys are texts, else a list of objects with `key` and `value`.
    private static func maps(_ column: Column, _ offsets: [Int32], _ keys: Column, _ values: Column, writesNulls: Bool) -> ByteRows {
        let isObject = keys.type == .string
        let (keyTexts, valueTexts) = (rows(keys, writesNulls: writesNulls), rows(values, writesNulls: writesNulls))
        return ColumnText.rows(column.count) { row, bytes in
            if column.isNull(row) { return bytes.append(contentsOf: "null".utf8) }
            bytes.append(UInt8(ascii: isObject ? "{" : "["))
            for entry in offsets[row]..<offsets[row + 1] {
                if entry > offsets[row] { bytes.append(UInt8(ascii: ",")) }
                if !isObject { bytes.append(contentsOf: #"{"key":"#.utf8) }
                bytes.append(contentsOf: keyTexts[Int(entry)])
                bytes.append(contentsOf: isObject ? ":".utf8 : #","value":"#.utf8)
                bytes.append(contentsOf: valueTexts[Int(entry)])
                if !isObject { bytes.append(UInt8(ascii: "}")) }
            }
            bytes.append(UInt8(ascii: isObject ? "}" : "]"))
        }
    }

    private static func scalars(_ column: Column, _ validity: Bitmap?, isQuoted: Bool, _ hasText: (Int) -> Bool) -> ByteRows {
        let texts = ColumnText.render(column)
        return ColumnText.rows(texts.count) { row, bytes in
            if (validity.map { !$0[row] } ?? false) || !hasText(row) { return bytes.append(contentsOf: "null".utf8) }
            texts.withRow(row) { text in
                if isQuoted { appendString(text, to: &bytes) } else { bytes.append(contentsOf: text) }
            }
        }
    }

    /// The rows of a struct, or of a whole batch.
    static func objects(
        _ fields: [Field], _ members: [Column], _ count: Int, _ validity: Bitmap?, writesNulls: Bool
    ) -> ByteRows {
        let texts = members.map { rows($0, writesNulls: writesNulls) }
        let keys = fields.map { field in
            var key: [UInt8] = []
            appendString(field.name.utf8, to: &key)
            key.append(UInt8(ascii: ":"))
            return key
        }
        return ColumnText.rows(count) { row, bytes in
            if let validity, !validity[row] { return bytes.append(contentsOf: "null".utf8) }
            bytes.append(UInt8(ascii: "{"))
            var isFirst = true
            for index in texts.indices where writesNulls || !members[index].isNull(row) {
                if !isFirst { bytes.append(UInt8(ascii: ",")) }
                isFirst = false
                bytes.append(contentsOf: keys[index])
                texts[index].withRow(row) { bytes.append(contentsOf: $0) }
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }
}
