import SluiceCore

/// A value of statistics or of a condition, in a form in which the two compare.
enum BoundValue: Equatable {
    /// Integers, dates, timestamps (microseconds), unscaled decimals, booleans.
    case integer(Int128)
    /// Never NaN; the zeros are equal.
    case float(Double)
    /// Texts and binaries, which order by their bytes.
    case bytes([UInt8])

    /// A constant of a condition; nil where it is of no such kind, or NaN.
    init?(_ value: Value) {
        switch value {
        case .boolean(let flag): self = .integer(flag ? 1 : 0)
        case .integer(let number): self = .integer(Int128(number))
        case .decimal(let unscaled, _): self = .integer(unscaled)
        case .date(let days): self = .integer(Int128(days))
        case .timestamp(let micros, _): self = .integer(Int128(micros))
        case .float(let number) where !number.isNaN: self = .float(number)
        case .string(let text): self = .bytes(Array(text.utf8))
        case .binary(let bytes): self = .bytes(bytes)
        default: return nil
        }
    }

    /// Whether the one is less than the other; nil where they are of different kinds.
    func isLess(than other: BoundValue) -> Bool? {
        switch (self, other) {
        case (.integer(let a), .integer(let b)): a < b
        case (.float(let a), .float(let b)): a < b
        case (.bytes(let a), .bytes(let b)): a.lexicographicallyPrecedes(b)
        default: nil
        }
    }
}

extension BoundValue {
    /// Whether a value fulfils a relation. Says true where that is not known.
    func mayFulfil(_ relation: ColumnBound.Relation) -> Bool {
        func less(_ a: BoundValue?, _ b: BoundValue?) -> Bool? { a.flatMap { a in b.flatMap { a.isLess(than: $0) } } }
        return switch relation {
        case .isIn(let values): values.contains { less(self, BoundValue($0)) != true && less(BoundValue($0), self) != true }
        case .less(let value): less(self, BoundValue(value)) != false
        case .lessOrEqual(let value): less(BoundValue(value), self) != true
        case .greater(let value): less(BoundValue(value), self) != false
        case .greaterOrEqual(let value): less(self, BoundValue(value)) != true
        case .isNull, .isNotNull: true
        }
    }
}

/// Whether a bound is from below or from above: cut values are rounded away from the values between.
enum BoundSide {
    case minimum, maximum
}

extension ParquetLeaf {
    /// A bound of the statistics, in the plain encoding (byte arrays without a length).
    ///
    /// Nil where the leaf's kind has no order that conditions share, or the bytes are no such value, or NaN.
    func bound(_ bytes: [UInt8], _ side: BoundSide) -> BoundValue? {
        switch kind {
        case .boolean: return bytes.count == 1 ? .integer(bytes[0] == 0 ? 0 : 1) : nil
        case .int8, .int16, .int32, .date, .decimal32: return integer(bytes, Int32.self)
        case .uint8, .uint16, .uint32: return integer(bytes, UInt32.self)
        case .int64, .decimal64, .timestamp(.micros), .nanoseconds(.integer): return integer(bytes, Int64.self)
        case .uint64: return integer(bytes, UInt64.self)
        case .timestamp(.millis): return number(bytes, Int64.self).map { .integer(Int128($0) * 1_000) }
        case .nanoseconds(.reject), .nanoseconds(.truncate):
            return number(bytes, Int64.self).map { nanos in
                // Bounds may be between two whole microseconds.
                let (micros, rest) = nanos.quotientAndRemainder(dividingBy: 1_000)
                return .integer(Int128(micros) + (side == .minimum && rest < 0 ? -1 : side == .maximum && rest > 0 ? 1 : 0))
            }
        case .float: return number(bytes, UInt32.self).flatMap { Self.float(Double(Float(bitPattern: $0))) }
        case .double: return number(bytes, UInt64.self).flatMap { Self.float(Double(bitPattern: $0)) }
        case .decimalBytes: return decimal(bytes)
        case .text, .binary: return .bytes(bytes)
        case .timestamp, .nanoseconds, .int96, .float16, .uuid, .time, .null: return nil
        }
    }

    private func number<Stored: FixedWidthInteger & BitwiseCopyable>(_ bytes: [UInt8], _ type: Stored.Type) -> Stored? {
        guard bytes.count == MemoryLayout<Stored>.size else { return nil }
        return bytes.withUnsafeBytes { Stored(littleEndian: $0.loadUnaligned(as: Stored.self)) }
    }

    private func integer<Stored: FixedWidthInteger & BitwiseCopyable>(_ bytes: [UInt8], _ type: Stored.Type) -> BoundValue? {
        number(bytes, type).map { .integer(Int128($0)) }
    }

    private static func float(_ number: Double) -> BoundValue? { number.isNaN ? nil : .float(number) }

    private func decimal(_ bytes: [UInt8]) -> BoundValue? {
        guard (1...16).contains(bytes.count) else { return nil }
        var value: Int128 = bytes[0] < 128 ? 0 : -1
        for byte in bytes { value = value << 8 | Int128(byte) }
        return .integer(value)
    }

    /// Whether NaN, which statistics leave out and which is above all other numbers, may be among the values.
    var mayHaveNaN: Bool { kind == .float || kind == .double || kind == .float16 }

    /// Whether the deprecated bounds, which compare with a sign, are in the column's order.
    var ordersWithSign: Bool {
        switch kind {
        case .boolean, .int8, .int16, .int32, .date, .decimal32, .int64, .decimal64, .timestamp, .nanoseconds, .float, .double: true
        default: false
        }
    }
}
