import SluiceCore
import SluicePipelines

/// What an as-of join compares: numbers and times, which have distances.
protocol AsOfPoint: Comparable, Sendable {
    associatedtype Distance: Comparable & Sendable

    func distance(to other: Self) -> Distance
    static func distance(_ tolerance: AsOfMatch.Tolerance) -> Distance
    /// The points of a column; anything where it is null.
    static func values(of column: Column) -> [Self]
}

extension Int64: AsOfPoint {
    func distance(to other: Int64) -> UInt64 { self < other ? UInt64(bitPattern: other &- self) : UInt64(bitPattern: self &- other) }

    static func distance(_ tolerance: AsOfMatch.Tolerance) -> UInt64 {
        switch tolerance {
        case .whole(let distance): UInt64(clamping: distance)
        case .fraction(let distance): UInt64(clamping: Int128(distance))
        }
    }

    static func values(of column: Column) -> [Int64] { column.integers ?? [] }
}

extension Int128: AsOfPoint {
    func distance(to other: Int128) -> UInt128 { self < other ? UInt128(bitPattern: other &- self) : UInt128(bitPattern: self &- other) }

    static func distance(_ tolerance: AsOfMatch.Tolerance) -> UInt128 {
        switch tolerance {
        case .whole(let distance): UInt128(clamping: distance)
        case .fraction(let distance): UInt128(clamping: Int128(distance))
        }
    }

    static func values(of column: Column) -> [Int128] { if case .decimal(let values) = column.storage { values } else { [] } }
}

extension Double: AsOfPoint {
    func distance(to other: Double) -> Double { self == other ? 0 : abs(self - other) }

    static func distance(_ tolerance: AsOfMatch.Tolerance) -> Double {
        switch tolerance {
        case .whole(let distance): Double(distance)
        case .fraction(let distance): distance
        }
    }

    static func values(of column: Column) -> [Double] {
        switch column.storage {
        case .float32(let values): values.map { Double($0) }
        case .float64(let values): values
        default: []
        }
    }
}
