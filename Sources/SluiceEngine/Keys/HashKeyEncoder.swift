import SluiceCore

/// Turns key columns into one byte string a row, equal where the keys are: for tables, not for order. A column at a time.
///
/// Each column contributes a byte (0: null) and its value; texts have their length in front.
enum HashKeyEncoder {
    static func encode(_ columns: [Column], rowCount: Int) -> ByteRows {
        let columns = columns.map { isPlain($0) ? $0.flattened : nested($0, rowCount) }
        var offsets = [Int32](repeating: 0, count: rowCount + 1)
        var total = 0
        let fixed = columns.reduce(columns.count) { $0 + (width($1) ?? 4) }
        for row in 0..<rowCount {
            total += fixed
            for column in columns {
                if case .bytes(let rows) = column.storage, !column.isNull(row) { total += rows.length(row) }
            }
            offsets[row + 1] = Int32(truncatingIfNeeded: total)
        }
        precondition(total <= Int(Int32.max), "the keys of one batch are over 2 GiB; batches are kept smaller")
        let data = [UInt8](unsafeUninitializedCapacity: total) { buffer, count in
            let target = UnsafeMutableRawBufferPointer(buffer)
            target.initializeMemory(as: UInt8.self, repeating: 0)
            var cursors = Array(offsets.dropLast())
            for column in columns { write(column, target, &cursors) }
            count = total
        }
        return ByteRows(offsets: offsets, data: data)
    }

    private static func isPlain(_ column: Column) -> Bool {
        switch column.storage {
        case .list, .map, .structure, .choice: false
        default: true
        }
    }

    /// A nested column's rows in their ordered encoding, as bytes.
    private static func nested(_ column: Column, _ rowCount: Int) -> Column {
        Column(.binary, .bytes(KeyEncoder(columns: [0]).encode([column], rowCount: rowCount)))
    }

    /// Bytes of a value; nil for texts.
    private static func width(_ column: Column) -> Int? {
        switch column.storage {
        case .null: 0
        case .boolean, .int8: 1
        case .int16: 2
        case .int32, .float32: 4
        case .int64, .float64: 8
        case .decimal: 16
        default: nil
        }
    }

    private static func write(_ column: Column, _ target: UnsafeMutableRawBufferPointer, _ cursors: inout [Int32]) {
        switch column.storage {
        case .null: for row in cursors.indices { cursors[row] += 1 }
        case .boolean(let bits): each(column, target, &cursors) { bits[$0] ? 1 as UInt8 : 0 }
        case .int8(let values): each(column, target, &cursors) { values[$0] }
        case .int16(let values): each(column, target, &cursors) { values[$0] }
        case .int32(let values): each(column, target, &cursors) { values[$0] }
        case .int64(let values): each(column, target, &cursors) { values[$0] }
        case .float32(let values): each(column, target, &cursors) { values[$0].asKey }
        case .float64(let values): each(column, target, &cursors) { values[$0].asKey }
        case .decimal(let values): each(column, target, &cursors) { values[$0] }
        case .bytes(let rows):
            rows.data.withUnsafeBytes { data in
                for row in cursors.indices {
                    let cursor = Int(cursors[row])
                    guard !column.isNull(row) else {
                        cursors[row] += 5
                        continue
                    }
                    let range = rows.range(row)
                    target[cursor] = 1
                    target.storeBytes(of: UInt32(range.count), toByteOffset: cursor + 1, as: UInt32.self)
                    UnsafeMutableRawBufferPointer(rebasing: target[(cursor + 5)..<(cursor + 5 + range.count)])
                        .copyMemory(from: UnsafeRawBufferPointer(rebasing: data[range]))
                    cursors[row] += Int32(5 + range.count)
                }
            }
        default: preconditionFailure("nested columns were encoded before")
        }
    }

    @inline(__always)
    private static func each<Element: BitwiseCopyable>(
        _ column: Column, _ target: UnsafeMutableRawBufferPointer, _ cursors: inout [Int32], _ value: (Int) -> Element
    ) {
        for row in cursors.indices {
            let cursor = Int(cursors[row])
            if !column.isNull(row) {
                target[cursor] = 1
                target.storeBytes(of: value(row), toByteOffset: cursor + 1, as: Element.self)
            }
            cursors[row] = Int32(truncatingIfNeeded: cursor + 1 + MemoryLayout<Element>.size)
        }
    }
}
