import SluiceCore

final class AvroNullDecoder: AvroDecoder, @unchecked Sendable {
    private var count = 0

    override func decode(_ cursor: inout AvroCursor) { count &+= 1 }
    override func appendSlot(_ cursor: inout AvroCursor) { count &+= 1 }

    override func take() -> Column {
        defer { count = 0 }
        return Column(.null, .null(count))
    }
}

final class AvroBooleanDecoder: AvroDecoder, @unchecked Sendable {
    private let flags = AvroFlags()

    override func decode(_ cursor: inout AvroCursor) {
        let byte = cursor.byte()
        if byte > 1 { cursor.fail(.boolean) }
        flags.append(byte == 1)
    }

    override func appendSlot(_ cursor: inout AvroCursor) { flags.append(false) }
    override func reserve(_ count: Int) { flags.reserve(count) }

    override func take() -> Column { Column(.boolean, .boolean(flags.take())) }

    deinit { flags.free() }
}

/// Numbers and dates.
final class AvroIntDecoder: AvroDecoder, @unchecked Sendable {
    private let type: DataType
    private let values = AvroBuffer<Int32>()

    init(_ column: String, type: DataType) {
        self.type = type
        super.init(column)
    }

    override func decode(_ cursor: inout AvroCursor) { values.append(cursor.int()) }
    override func appendSlot(_ cursor: inout AvroCursor) { values.append(0) }
    override func reserve(_ count: Int) { values.reserve(count) }

    override func take() -> Column { Column(type, .int32(values.take())) }

    deinit { values.free() }
}

/// Numbers and timestamps, which are microseconds in a column.
final class AvroLongDecoder: AvroDecoder, @unchecked Sendable {
    enum Scale {
        case same, thousandfold
        /// What is left must be nothing, or is cut off.
        case thousandth, cutThousandth
    }

    private let type: DataType
    private let scale: Scale
    private let values = AvroBuffer<Int64>()

    init(_ column: String, type: DataType, scale: Scale) {
        self.type = type
        self.scale = scale
        super.init(column)
    }

    override func decode(_ cursor: inout AvroCursor) {
        let value = cursor.long()
        values.append(scale == .same ? value : scaled(value, &cursor))
    }

    private func scaled(_ value: Int64, _ cursor: inout AvroCursor) -> Int64 {
        if scale == .thousandfold {
            let (product, overflow) = value.multipliedReportingOverflow(by: 1_000)
            if !overflow { return product }
            cursor.reject(column, "\(value) milliseconds are beyond the range of a timestamp")
            return 0
        }
        let (quotient, rest) = value.flooredQuotientAndRemainder(1_000)
        if rest != 0, scale == .thousandth { cursor.reject(column, .belowMicrosecond(NanosecondText.text(value, zoned: false))) }
        return quotient
    }

    override func appendSlot(_ cursor: inout AvroCursor) { values.append(0) }
    override func reserve(_ count: Int) { values.reserve(count) }

    override func take() -> Column { Column(type, .int64(values.take())) }

    deinit { values.free() }
}

final class AvroFloatDecoder: AvroDecoder, @unchecked Sendable {
    private let values = AvroBuffer<Float>()

    override func decode(_ cursor: inout AvroCursor) { values.append(Float(bitPattern: cursor.word(UInt32.self))) }
    override func appendSlot(_ cursor: inout AvroCursor) { values.append(0) }
    override func reserve(_ count: Int) { values.reserve(count) }

    override func take() -> Column { Column(.float32, .float32(values.take())) }

    deinit { values.free() }
}

final class AvroDoubleDecoder: AvroDecoder, @unchecked Sendable {
    private let values = AvroBuffer<Double>()

    override func decode(_ cursor: inout AvroCursor) { values.append(Double(bitPattern: cursor.word(UInt64.self))) }
    override func appendSlot(_ cursor: inout AvroCursor) { values.append(0) }
    override func reserve(_ count: Int) { values.reserve(count) }

    override func take() -> Column { Column(.float64, .float64(values.take())) }

    deinit { values.free() }
}

final class AvroDecimalDecoder: AvroDecoder, @unchecked Sendable {
    private let decimal: AvroType.Decimal
    private let byteCount: Int?
    private let limit: UInt128
    private let values = AvroBuffer<Int128>()

    init(_ column: String, _ decimal: AvroType.Decimal, byteCount: Int?) {
        self.decimal = decimal
        self.byteCount = byteCount
        limit = NumberText.powerOfTen(decimal.precision)
        super.init(column)
    }

    override func decode(_ cursor: inout AvroCursor) {
        let bytes = byteCount.map { cursor.bytes($0) } ?? cursor.bytes()
        if let value = Self.integer(bytes), value.magnitude < limit {
            values.append(value)
        } else {
            cursor.reject(column, "a decimal of \(bytes.count) bytes has more than \(decimal.precision) digits")
            values.append(0)
        }
    }

    /// Big-endian two's complement; nil beyond 128 bits.
    private static func integer(_ bytes: UnsafeBufferPointer<UInt8>) -> Int128? {
        let isNegative = (bytes.first ?? 0) >= 0x80
        let fill: UInt8 = isNegative ? 0xFF : 0
        let digits = bytes.drop { $0 == fill }
        guard digits.count <= 16 else { return nil }
        var value: UInt128 = isNegative ? .max : 0
        for byte in digits { value = value << 8 | UInt128(byte) }
        let result = Int128(truncatingIfNeeded: value)
        return (result < 0) == isNegative ? result : nil
    }

    override func appendSlot(_ cursor: inout AvroCursor) { values.append(0) }
    override func reserve(_ count: Int) { values.reserve(count) }

    override func take() -> Column { Column(.decimal(precision: decimal.precision, scale: decimal.scale), .decimal(values.take())) }

    deinit { values.free() }
}
