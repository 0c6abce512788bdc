import SluiceCore

/// Numbers and times of fixed width.
enum NumberReader {
    /// - Throws: `valueDoesNotFit` for a value that the column's type cannot hold exactly, with its type named.
    static func storage(_ node: ArrowNode, _ buffers: ArrowBuffers, _ validity: Bitmap?) throws(SluiceError) -> Column.Storage {
        switch node.format {
        case .signed(bytes: 1): return .int8(try buffers.values(1))
        case .signed(bytes: 2): return .int16(try buffers.values(1))
        case .signed(bytes: 4), .dateDays: return .int32(try buffers.values(1))
        case .signed: return .int64(try buffers.values(1))
        case .unsigned(bytes: 1): return .int16(try buffers.values(1, of: UInt8.self).map { Int16($0) })
        case .unsigned(bytes: 2): return .int32(try buffers.values(1, of: UInt16.self).map { Int32($0) })
        case .unsigned(bytes: 4): return .int64(try buffers.values(1, of: UInt32.self).map { Int64($0) })
        case .unsigned: return .decimal(try buffers.values(1, of: UInt64.self).map { Int128($0) })
        case .half: return .float32(try buffers.values(1, of: UInt16.self).map { Float(Float16(bitPattern: $0)) })
        case .float: return .float32(try buffers.values(1))
        case .double: return .float64(try buffers.values(1))
        case .decimal(let precision, _, let bits):
            return .decimal(try decimals(buffers, validity, bits: bits, precision: precision, node.type))
        case .dateMillis:
            return .int32(
                try converted(buffers, validity, "a date in milliseconds, which is no whole day") {
                    $0 % 86_400_000 == 0 ? Int32(exactly: $0 / 86_400_000) : nil
                })
        case .timestamp(let unit, _): return .int64(try timestamps(buffers, validity, unit))
        default: preconditionFailure("the format has no fixed width")
        }
    }

    private static func timestamps(_ buffers: ArrowBuffers, _ validity: Bitmap?, _ unit: ArrowFormat.Unit) throws(SluiceError) -> [Int64] {
        switch unit {
        case .micro: return try buffers.values(1)
        case .second:
            return try converted(buffers, validity, "a timestamp in seconds, out of range in microseconds") { times($0, 1_000_000) }
        case .milli:
            return try converted(buffers, validity, "a timestamp in milliseconds, out of range in microseconds") { times($0, 1000) }
        case .nano:
            return try converted(buffers, validity, "a timestamp in nanoseconds, which are not whole microseconds") {
                $0 % 1000 == 0 ? $0 / 1000 : nil
            }
        }
    }

    @inline(__always)
    private static func times(_ value: Int64, _ factor: Int64) -> Int64? {
        let (product, overflow) = value.multipliedReportingOverflow(by: factor)
        return overflow ? nil : product
    }

    @inline(__always)
    private static func converted<Target: FixedWidthInteger>(
        _ buffers: ArrowBuffers, _ validity: Bitmap?, _ what: String, _ convert: (Int64) -> Target?
    ) throws(SluiceError) -> [Target] {
        let source: [Int64] = try buffers.values(1)
        var result: [Target] = []
        result.reserveCapacity(source.count)
        for (row, value) in source.enumerated() {
            if let converted = convert(value) {
                result.append(converted)
            } else {
                guard let validity, !validity[row] else { throw misfit(buffers, row, "\(value)", what) }
                result.append(0)
            }
        }
        return result
    }

    private static func misfit(_ buffers: ArrowBuffers, _ row: Int, _ value: String, _ what: String) -> SluiceError {
        SluiceError(
            .valueDoesNotFit, "row \(row) of \(ArrowNode.shown(buffers.path)) is \(value): \(what)",
            remedy: "let the other program cast the column first")
    }

    // MARK: Decimals

    private static func decimals(
        _ buffers: ArrowBuffers, _ validity: Bitmap?, bits: Int, precision: Int, _ type: DataType
    ) throws(SluiceError) -> [Int128] {
        let values: [Int128] =
            switch bits {
            case 32: try buffers.values(1, of: Int32.self).map { Int128($0) }
            case 64: try buffers.values(1, of: Int64.self).map { Int128($0) }
            case 128: try buffers.values(1)
            default: try wide(buffers, validity, type)
            }
        let limit = NumberText.powerOfTen(precision)
        for row in values.indices where values[row].magnitude >= limit && validity?[row] ?? true {
            throw misfit(buffers, row, "\(values[row]) unscaled", "it has more digits than \(type)")
        }
        return values
    }

    /// Of 256 bits the upper half only repeats the sign, where a value has at most 38 digits.
    private static func wide(_ buffers: ArrowBuffers, _ validity: Bitmap?, _ type: DataType) throws(SluiceError) -> [Int128] {
        let halves: [WideDecimal] = try buffers.values(1)
        for row in halves.indices where halves[row].high != halves[row].low >> 127 && validity?[row] ?? true {
            throw misfit(buffers, row, "wider than 128 bits", "it has more digits than \(type)")
        }
        return halves.map(\.low)
    }
}

private struct WideDecimal: BitwiseCopyable {
    let low: Int128
    let high: Int128
}
