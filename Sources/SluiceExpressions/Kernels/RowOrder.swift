import Glibc
import SluiceCore

/// The order of two single values of one type, for nested values and sorting; flat columns have their own loops.
enum RowOrder {
    /// Negative, 0 or positive. Null is below every value.
    static func compare(_ a: Column, _ i: Int, _ b: Column, _ j: Int) -> Int {
        let (leftNull, rightNull) = (a.isNull(i), b.isNull(j))
        if leftNull || rightNull { return leftNull ? (rightNull ? 0 : -1) : 1 }
        switch (a.storage, b.storage) {
        case (.boolean(let x), .boolean(let y)): return order(x[i] ? 1 : 0, y[j] ? 1 : 0)
        case (.int8(let x), .int8(let y)): return order(x[i], y[j])
        case (.int16(let x), .int16(let y)): return order(x[i], y[j])
        case (.int32(let x), .int32(let y)): return order(x[i], y[j])
        case (.int64(let x), .int64(let y)): return order(x[i], y[j])
        case (.float32(let x), .float32(let y)): return floatOrder(x[i], y[j])
        case (.float64(let x), .float64(let y)): return floatOrder(x[i], y[j])
        case (.decimal(let x), .decimal(let y)): return order(x[i], y[j])
        case (.bytes(let x), .bytes(let y)): return x.withRow(i) { left in y.withRow(j) { compare(left, $0) } }
        case (.list(let x, let left), .list(let y, let right)):
            var (p, q) = (Int(x[i]), Int(y[j]))
            let (endP, endQ) = (Int(x[i + 1]), Int(y[j + 1]))
            while p < endP, q < endQ {
                let result = compare(left, p, right, q)
                if result != 0 { return result }
                (p, q) = (p + 1, q + 1)
            }
            return order(endP - p, endQ - q)
        case (.map(let x, let leftKeys, let leftValues), .map(let y, let rightKeys, let rightValues)):
            var (p, q) = (Int(x[i]), Int(y[j]))
            let (endP, endQ) = (Int(x[i + 1]), Int(y[j + 1]))
            while p < endP, q < endQ {
                let key = compare(leftKeys, p, rightKeys, q)
                let result = key != 0 ? key : compare(leftValues, p, rightValues, q)
                if result != 0 { return result }
                (p, q) = (p + 1, q + 1)
            }
            return order(endP - p, endQ - q)
        case (.choice(let x, let left), .choice(let y, let right)):
            // Values of different types are in the order of the alternatives.
            return x[i] == y[j] ? compare(left[Int(x[i])], i, right[Int(y[j])], j) : order(x[i], y[j])
        case (.structure(let x, _), .structure(let y, _)):
            for (left, right) in zip(x, y) {
                let result = compare(left, i, right, j)
                if result != 0 { return result }
            }
            return 0
        case (.dictionary, _), (_, .dictionary): return compare(a.flattened, i, b.flattened, j)
        default: return 0
        }
    }

    /// The order of bytes; of two texts of which one starts with the other, the shorter is first.
    @inline(__always)
    static func compare(_ a: UnsafeBufferPointer<UInt8>, _ b: UnsafeBufferPointer<UInt8>) -> Int {
        let shared = min(a.count, b.count)
        if shared > 0 {
            let result = memcmp(a.baseAddress!, b.baseAddress!, shared)
            if result != 0 { return Int(result) }
        }
        return a.count - b.count
    }

    private static func order<Number: Comparable>(_ a: Number, _ b: Number) -> Int { a < b ? -1 : a == b ? 0 : 1 }

    private static func floatOrder<Number: BinaryFloatingPoint>(_ a: Number, _ b: Number) -> Int {
        if a.isNaN || b.isNaN { return a.isNaN ? (b.isNaN ? 0 : 1) : -1 }
        return order(a, b)
    }
}
