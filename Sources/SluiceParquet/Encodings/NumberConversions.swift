import SluiceCore

/// How a stored number becomes an element of a column. Numbers are little-endian, as the machines are on which Sluice runs.
protocol NumberConversion {
    associatedtype Stored: FixedWidthInteger & BitwiseCopyable
    associatedtype Element: BitwiseCopyable

    /// The element, or anything where the number does not fit.
    func element(_ stored: Stored) -> Element
    func fits(_ stored: Stored) -> Bool
    /// What is wrong with a number that does not fit.
    func complaint(_ stored: Stored) -> String
    /// The error of a number that does not fit.
    func error(_ stored: Stored) -> RowError
}

extension NumberConversion {
    @inline(__always) func fits(_ stored: Stored) -> Bool { true }
    func complaint(_ stored: Stored) -> String { "number \(stored) does not fit" }
    func error(_ stored: Stored) -> RowError { RowError(.valueDoesNotFit, complaint(stored), stored: "\(stored)") }

    /// Names the numbers that do not fit.
    @inline(never)
    func report(_ source: UnsafeRawPointer, _ count: Int, from position: Int, to misfits: inout Misfits) {
        for index in 0..<count {
            let stored = source.loadUnaligned(fromByteOffset: index * MemoryLayout<Stored>.size, as: Stored.self)
            if !fits(stored) { misfits.add(position + index, error(stored)) }
        }
    }
}

/// Numbers that a column has as the file has them.
struct SameInteger<Stored: FixedWidthInteger & BitwiseCopyable>: NumberConversion {
    @inline(__always) func element(_ stored: Stored) -> Stored { stored }
}

struct SameFloat: NumberConversion {
    @inline(__always) func element(_ stored: UInt32) -> Float { Float(bitPattern: stored) }
}

struct SameDouble: NumberConversion {
    @inline(__always) func element(_ stored: UInt64) -> Double { Double(bitPattern: stored) }
}

/// Integers of 8 or 16 bits, signed or not, which are stored in 32 bits.
///
/// `Narrow` is the type whose values may occur, `Element` the column's, which holds all of them.
struct NarrowInteger<Narrow: FixedWidthInteger, Element: FixedWidthInteger & BitwiseCopyable>: NumberConversion {
    @inline(__always) func element(_ stored: Int32) -> Element { Element(truncatingIfNeeded: stored) }
    @inline(__always) func fits(_ stored: Int32) -> Bool { Int32(truncatingIfNeeded: Narrow(truncatingIfNeeded: stored)) == stored }
    func complaint(_ stored: Int32) -> String { "number \(stored) does not fit \(Narrow.isSigned ? "int" : "uint")\(Narrow.bitWidth)" }
}

/// 32 bits without a sign.
struct UnsignedInteger32: NumberConversion {
    @inline(__always) func element(_ stored: UInt32) -> Int64 { Int64(stored) }
}

/// 64 bits without a sign.
struct UnsignedInteger64: NumberConversion {
    @inline(__always) func element(_ stored: UInt64) -> Int128 { Int128(stored) }
}

/// Decimals in 32 or 64 bits.
struct DecimalInteger<Stored: FixedWidthInteger & SignedInteger & BitwiseCopyable>: NumberConversion {
    /// The largest unscaled number of the column's digits, or of what is stored if that is less.
    private let largest: Stored
    private let precision: Int

    init(precision: Int) {
        self.precision = precision
        largest = Stored(clamping: NumberText.powerOfTen(precision) - 1)
    }

    @inline(__always) func element(_ stored: Stored) -> Int128 { Int128(stored) }
    @inline(__always) func fits(_ stored: Stored) -> Bool { stored <= largest && (stored >= -largest || largest == .max) }
    func complaint(_ stored: Stored) -> String { "decimal \(stored) (unscaled) has more than \(precision) digits" }
}

/// Timestamps in milliseconds.
struct MillisecondTimestamp: NumberConversion {
    private static let largest = Int64.max / 1_000
    @inline(__always) func element(_ stored: Int64) -> Int64 { stored &* 1_000 }
    @inline(__always) func fits(_ stored: Int64) -> Bool { stored >= -Self.largest && stored <= Self.largest }
    func complaint(_ stored: Int64) -> String { "timestamp \(stored) ms is too far from 1970 for microseconds" }
}
