import SluiceCore

/// Casts to float32 and float64.
enum FloatCasts {
    static func toFloat(_ column: Column, _ type: DataType, _ failures: inout Failures) -> Column {
        let values: [Double] =
            switch column.storage {
            case .int8(let source): source.map { Double($0) }
            case .int16(let source): source.map { Double($0) }
            case .int32(let source): source.map { Double($0) }
            case .int64(let source): source.map { Double($0) }
            case .float32(let source): source.map { Double($0) }
            case .float64(let source): source
            case .decimal(let source): decimals(source, column.type)
            case .bytes(let rows):
                rows.withReader { reader in CastKernel.checkedRows(column, type, &failures) { NumberText.float(reader[$0]) } }
            default: preconditionFailure("\(column.type) is not cast to \(type)")
            }
        if type == .float64 { return Column(.float64, .float64(values), validity: column.validity) }
        let narrow = values.map { Float($0) }
        for row in narrow.indices where narrow[row].isInfinite && values[row].isFinite && !column.isNull(row) {
            CastKernel.refuse(column, row, type, &failures)
        }
        return Column(.float32, .float32(narrow), validity: column.validity)
    }

    /// Correctly rounded: small ones by one division of exact numbers, the others by way of their text.
    static func decimals(_ source: [Int128], _ type: DataType) -> [Double] {
        guard case .decimal(_, let scale) = type else { return [] }
        let power = scale <= 22 ? Double(NumberText.powerOfTen(scale)) : 0
        return source.map { value in
            if scale <= 22, value.magnitude < 1 << 53 { return Double(Int64(value)) / power }
            return Double(DecimalKernels.text(value, scale)) ?? .nan
        }
    }
}

/// Casts to decimals.
enum DecimalCasts {
    static func toDecimal(_ column: Column, _ precision: Int, _ scale: Int, _ failures: inout Failures) -> Column {
        let type = DataType.decimal(precision: precision, scale: scale)
        let values: [Int128] =
            switch column.storage {
            case .int8(let source): lifted(source, column, type, precision, scale, &failures)
            case .int16(let source): lifted(source, column, type, precision, scale, &failures)
            case .int32(let source): lifted(source, column, type, precision, scale, &failures)
            case .int64(let source): lifted(source, column, type, precision, scale, &failures)
            case .float32(let source): CastKernel.checked(source, column, type, &failures) { text($0.description, precision, scale) }
            case .float64(let source): CastKernel.checked(source, column, type, &failures) { text($0.description, precision, scale) }
            case .decimal(let source): rescaled(source, column, type, precision, scale, &failures)
            case .bytes(let rows):
                rows.withReader { reader in
                    CastKernel.checkedRows(column, type, &failures) { NumberText.decimal(reader[$0], precision: precision, scale: scale) }
                }
            default: preconditionFailure("\(column.type) is not cast to \(type)")
            }
        return Column(type, .decimal(values), validity: column.validity)
    }

    private static func lifted<Source: FixedWidthInteger & SignedInteger>(
        _ source: [Source], _ column: Column, _ type: DataType, _ precision: Int, _ scale: Int, _ failures: inout Failures
    ) -> [Int128] {
        let (power, limit) = (DecimalKernels.power(scale), NumberText.powerOfTen(precision))
        return CastKernel.checked(source, column, type, &failures) { value in
            let (product, overflow) = Int128(value).multipliedReportingOverflow(by: power)
            return !overflow && product.magnitude < limit ? product : nil
        }
    }

    private static func rescaled(
        _ source: [Int128], _ column: Column, _ type: DataType, _ precision: Int, _ scale: Int, _ failures: inout Failures
    ) -> [Int128] {
        guard case .decimal(let ownPrecision, let ownScale) = column.type else { return [] }
        if ownScale == scale, ownPrecision <= precision { return source }
        let (power, limit) = (DecimalKernels.power(abs(scale - ownScale)), NumberText.powerOfTen(precision))
        return CastKernel.checked(source, column, type, &failures) { value in
            if scale >= ownScale {
                let (product, overflow) = value.multipliedReportingOverflow(by: power)
                return !overflow && product.magnitude < limit ? product : nil
            }
            let (quotient, remainder) = value.quotientAndRemainder(dividingBy: power)
            return remainder == 0 && quotient.magnitude < limit ? quotient : nil
        }
    }

    /// A float by its shortest text, so that 0.1 is exactly 0.1; nil where that has more places than the target.
    private static func text(_ written: String, _ precision: Int, _ scale: Int) -> Int128? {
        guard let plain = plainDigits(written) else { return nil }
        return plain.withUnsafeBufferPointer { NumberText.decimal($0, precision: precision, scale: scale) }
    }

    /// `1.5e+20` without its exponent; nil for infinities, NaN and exponents that no decimal has.
    private static func plainDigits(_ written: String) -> [UInt8]? {
        guard let mark = written.utf8.firstIndex(of: UInt8(ascii: "e")) else {
            return written.utf8.contains(UInt8(ascii: "n")) ? nil : Array(written.utf8)
        }
        guard let exponent = Int(written[written.utf8.index(after: mark)...]), abs(exponent) < 60 else { return nil }
        let mantissa = Array(written.utf8[..<mark])
        let isNegative = mantissa.first == UInt8(ascii: "-")
        let parts = mantissa.drop { $0 == UInt8(ascii: "-") }.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        var digits = parts.flatMap { $0 }
        var point = parts[0].count + exponent
        if point < 0 { digits.insert(contentsOf: [UInt8](repeating: 0x30, count: -point), at: 0) }
        point = max(point, 0)
        if point > digits.count { digits.append(contentsOf: [UInt8](repeating: 0x30, count: point - digits.count)) }
        return (isNegative ? [UInt8(ascii: "-")] : []) + digits[..<point] + [UInt8(ascii: ".")] + digits[point...]
    }
}
