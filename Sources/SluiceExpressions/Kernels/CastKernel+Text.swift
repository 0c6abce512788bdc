import SluiceCore

/// Casts to text, and what texts mean as booleans.
enum TextCasts {
    /// Every type as text: numbers and times as the text formats write them, nested values as JSON.
    static func written(_ column: Column) -> Column {
        if case .bytes(let rows) = column.storage, column.type == .string { return .texts(rows, validity: column.validity) }
        var bytes: [UInt8] = []
        var offsets: [Int32] = [0]
        bytes.reserveCapacity(column.count * 8)
        offsets.reserveCapacity(column.count + 1)
        fill(column, &bytes, &offsets)
        return .texts(ByteRows(offsets: offsets, data: bytes), validity: column.validity)
    }

    private static func fill(_ column: Column, _ bytes: inout [UInt8], _ offsets: inout [Int32]) {
        func each(_ append: (Int, inout [UInt8]) -> Void) {
            for row in 0..<column.count {
                if !column.isNull(row) { append(row, &bytes) }
                precondition(bytes.count <= Int(Int32.max), "a column of texts is over 2 GiB; batches are kept smaller")
                offsets.append(Int32(truncatingIfNeeded: bytes.count))
            }
        }
        switch (column.type, column.storage) {
        case (.date, .int32(let values)): each { TimeText.append(days: values[$0], to: &$1) }
        case (.timestamp(let zoned), .int64(let values)): each { TimeText.append(micros: values[$0], zoned: zoned, to: &$1) }
        case (_, .int8(let values)): each { NumberText.append(Int64(values[$0]), to: &$1) }
        case (_, .int16(let values)): each { NumberText.append(Int64(values[$0]), to: &$1) }
        case (_, .int32(let values)): each { NumberText.append(Int64(values[$0]), to: &$1) }
        case (_, .int64(let values)): each { NumberText.append(values[$0], to: &$1) }
        case (_, .float32(let values)): each { $1.append(contentsOf: values[$0].description.utf8) }
        case (_, .float64(let values)): each { NumberText.append(values[$0], to: &$1) }
        case (.decimal(_, let scale), .decimal(let values)): each { NumberText.append(values[$0], scale: scale, to: &$1) }
        case (_, .boolean(let bits)): each { $1.append(contentsOf: bits[$0] ? "true".utf8 : "false".utf8) }
        // Base64 and JSON are put together value by value: text of nested values is for people and logs.
        default: each { column[$0].appendText(to: &$1) }
        }
    }

    /// `true t yes y 1` and `false f no n 0` in any letter case.
    static func boolean(_ text: UnsafeBufferPointer<UInt8>) -> Bool? {
        guard (1...5).contains(text.count) else { return nil }
        switch TextKernels.string(text).lowercased() {
        case "true", "t", "yes", "y", "1": return true
        case "false", "f", "no", "n", "0": return false
        default: return nil
        }
    }
}

/// Casts to dates and timestamps.
enum TimeCasts {
    static func toDate(_ column: Column, _ failures: inout Failures) -> Column {
        let values: [Int32] =
            switch column.storage {
            case .int64(let micros): micros.map { Int32(truncatingIfNeeded: TimeKernels.split($0).day) }
            case .bytes(let rows):
                rows.withReader { reader in CastKernel.checkedRows(column, .date, &failures) { TimeText.date(reader[$0]) } }
            default: preconditionFailure("\(column.type) is not cast to a date")
            }
        return Column(.date, .int32(values), validity: column.validity)
    }

    /// Between a timestamp with and one without a zone the clock of UTC is meant.
    static func toTimestamp(_ column: Column, zoned: Bool, _ failures: inout Failures) -> Column {
        let type = DataType.timestamp(zoned: zoned)
        let values: [Int64] =
            switch column.storage {
            case .int32(let days): days.map { Int64($0) * TimeText.microsPerDay }
            case .int64(let micros): micros
            case .bytes(let rows):
                rows.withReader { reader in
                    CastKernel.checkedRows(column, type, &failures) { TextTimes.micros(reader[$0], zoned: zoned) }
                }
            default: preconditionFailure("\(column.type) is not cast to \(type)")
            }
        return Column(type, .int64(values), validity: column.validity)
    }
}
