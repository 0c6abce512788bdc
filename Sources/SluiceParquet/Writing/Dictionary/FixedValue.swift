import SluiceCore

/// A value of fixed width as columns of a Parquet file store it: INT32, INT64, FLOAT, DOUBLE, and decimals of more than 18 digits.
protocol FixedValue: BitwiseCopyable, Sendable {
    associatedtype Bits: FixedWidthInteger & UnsignedInteger & BitwiseCopyable & Sendable

    /// What tells values apart in a dictionary: -0.0 and 0.0 are two, and a NaN equals itself.
    var bits: Bits { get }
    /// Whether values that are near to each other have near bits, so that a small range can index a table.
    static var isInteger: Bool { get }
    /// The least and the greatest value.
    static func range(of values: UnsafeBufferPointer<Self>) -> ValueRange<Self>
    static func isLess(_ a: Self, _ b: Self) -> Bool
    /// The value as statistics and PLAIN pages store it, in `width` bytes.
    func plainBytes(width: Int, isLeast: Bool) -> [UInt8]
    /// Copies the values of a column's valid rows to `target`; returns how many.
    static func fill(from column: Column, _ rows: Range<Int>, to target: UnsafeMutablePointer<Self>) -> Int
    /// Appends values as PLAIN stores them.
    static func appendPlain(_ values: UnsafeBufferPointer<Self>, width: Int, to store: inout ByteStore)
    /// Appends values as DELTA_BINARY_PACKED stores them; only INT32 and INT64 can be asked for it.
    static func appendDelta(_ values: UnsafeBufferPointer<Self>, to store: inout ByteStore)
}

/// What is known about the order of some values.
enum ValueRange<Value: Sendable>: Sendable {
    case noValues
    /// There is a NaN among them: readers place it differently, so nothing is promised about such pages.
    case unknown
    case known(least: Value, most: Value)
}

extension ValueRange where Value: FixedValue {
    mutating func merge(_ other: Self) {
        switch (self, other) {
        case (_, .noValues), (.unknown, _): return
        case (.noValues, _), (_, .unknown): self = other
        case (.known(let least, let most), .known(let otherLeast, let otherMost)):
            self = .known(
                least: Value.isLess(otherLeast, least) ? otherLeast : least, most: Value.isLess(most, otherMost) ? otherMost : most)
        }
    }
}

extension FixedValue {
    /// Bits spread over a whole word, the best ones on top.
    @inline(__always) var scattered: UInt64 {
        if Bits.bitWidth <= 64 { return UInt64(truncatingIfNeeded: bits) &* 0x9E37_79B9_7F4A_7C15 }
        let high = UInt64(truncatingIfNeeded: bits >> 64)
        return (UInt64(truncatingIfNeeded: bits) ^ (high &* 0xD6E8_FEB8_6659_FD93)) &* 0x9E37_79B9_7F4A_7C15
    }

    static func appendPlain(_ values: UnsafeBufferPointer<Self>, width: Int, to store: inout ByteStore) {
        store.append(UnsafeRawBufferPointer(values))
    }

    static func appendDelta(_ values: UnsafeBufferPointer<Self>, to store: inout ByteStore) {
        preconditionFailure("\(Self.self) has no delta encoding")
    }
}

extension FixedValue where Self: FixedWidthInteger & SignedInteger {
    static var isInteger: Bool { true }

    @inline(__always) static func isLess(_ a: Self, _ b: Self) -> Bool { a < b }

    static func range(of values: UnsafeBufferPointer<Self>) -> ValueRange<Self> {
        guard let base = values.baseAddress, values.count > 0 else { return .noValues }
        // Two pairs of accumulators, because each comparison waits for the one before.
        var least = base[0]
        var most = base[0]
        var otherLeast = least
        var otherMost = most
        var index = 0
        while index + 2 <= values.count {
            least = Swift.min(least, base[index])
            most = Swift.max(most, base[index])
            otherLeast = Swift.min(otherLeast, base[index + 1])
            otherMost = Swift.max(otherMost, base[index + 1])
            index += 2
        }
        if index < values.count {
            least = Swift.min(least, base[index])
            most = Swift.max(most, base[index])
        }
        return .known(least: Swift.min(least, otherLeast), most: Swift.max(most, otherMost))
    }
}

extension FixedValue where Self: BinaryFloatingPoint {
    static var isInteger: Bool { false }

    @inline(__always) static func isLess(_ a: Self, _ b: Self) -> Bool { a < b }

    static func range(of values: UnsafeBufferPointer<Self>) -> ValueRange<Self> {
        guard values.count > 0 else { return .noValues }
        var least = Self.infinity
        var most = -Self.infinity
        var isOrdered = true
        for value in values {
            least = value < least ? value : least
            most = value > most ? value : most
            // Written so that it stays a comparison of the loop, not a branch.
            isOrdered = isOrdered && value == value
        }
        return isOrdered ? .known(least: least, most: most) : .unknown
    }
}

extension Int32: FixedValue {
    @inline(__always) var bits: UInt32 { UInt32(bitPattern: self) }
    func plainBytes(width: Int, isLeast: Bool) -> [UInt8] { withUnsafeBytes(of: littleEndian) { [UInt8]($0) } }
    static func appendDelta(_ values: UnsafeBufferPointer<Int32>, to store: inout ByteStore) { DeltaEncoder.append(values, to: &store) }
}

extension Int64: FixedValue {
    @inline(__always) var bits: UInt64 { UInt64(bitPattern: self) }
    func plainBytes(width: Int, isLeast: Bool) -> [UInt8] { withUnsafeBytes(of: littleEndian) { [UInt8]($0) } }
    static func appendDelta(_ values: UnsafeBufferPointer<Int64>, to store: inout ByteStore) { DeltaEncoder.append(values, to: &store) }
}

extension Float: FixedValue {
    @inline(__always) var bits: UInt32 { bitPattern }

    /// A least zero is written as -0.0 and a greatest as +0.0, because readers may tell the two apart (parquet.thrift, `ColumnOrder`).
    func plainBytes(width: Int, isLeast: Bool) -> [UInt8] {
        let written: Float = self == 0 ? (isLeast ? -0.0 : 0.0) : self
        return withUnsafeBytes(of: written.bitPattern.littleEndian) { [UInt8]($0) }
    }
}

extension Double: FixedValue {
    @inline(__always) var bits: UInt64 { bitPattern }

    func plainBytes(width: Int, isLeast: Bool) -> [UInt8] {
        let written: Double = self == 0 ? (isLeast ? -0.0 : 0.0) : self
        return withUnsafeBytes(of: written.bitPattern.littleEndian) { [UInt8]($0) }
    }
}

/// Decimals of more than 18 digits: FIXED_LEN_BYTE_ARRAY, two's complement, most significant byte first.
extension Int128: FixedValue {
    @inline(__always) var bits: UInt128 { UInt128(bitPattern: self) }

    func plainBytes(width: Int, isLeast: Bool) -> [UInt8] { withUnsafeBytes(of: bigEndian) { [UInt8]($0.suffix(width)) } }

    static func appendPlain(_ values: UnsafeBufferPointer<Int128>, width: Int, to store: inout ByteStore) {
        let target = store.room(for: values.count * width)
        for (index, value) in values.enumerated() {
            withUnsafeBytes(of: value.bigEndian) { bytes in
                UnsafeMutableRawBufferPointer(start: target + index * width, count: width).copyMemory(
                    from: UnsafeRawBufferPointer(rebasing: bytes[(16 - width)...]))
            }
        }
        store.advance(values.count * width)
    }
}
