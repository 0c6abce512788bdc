import Glibc
import SluiceCore

/// Comparisons of columns of one type, 64 rows to a word of the result.
///
/// Texts compare by their bytes, which for UTF-8 is the order of code points. NaN equals itself and is above every other float, so that
/// comparing, sorting and grouping agree. Lists compare element by element, structs member by member, null members first.
enum ComparisonKernel {
    /// Bits of the rows for which the comparison holds; of null rows the bit means nothing.
    static func bits(_ operation: BinaryOperator, _ a: Vector, _ b: Vector, count: Int) -> Bitmap {
        switch operation {
        case .notEqual: ~equal(a, b, count)
        case .less: less(a, b, count)
        case .greater: less(b, a, count)
        case .lessOrEqual: ~less(b, a, count)
        case .greaterOrEqual: ~less(a, b, count)
        default: equal(a, b, count)
        }
    }

    private static func equal(_ a: Vector, _ b: Vector, _ count: Int) -> Bitmap {
        switch (a.column.storage, b.column.storage) {
        case (.boolean, .boolean): ~(bits(a, count) ^ bits(b, count))
        case (.int8(let x), .int8(let y)): words(x, a.stride, y, b.stride, count) { $0 == $1 }
        case (.int16(let x), .int16(let y)): words(x, a.stride, y, b.stride, count) { $0 == $1 }
        case (.int32(let x), .int32(let y)): words(x, a.stride, y, b.stride, count) { $0 == $1 }
        case (.int64(let x), .int64(let y)): words(x, a.stride, y, b.stride, count) { $0 == $1 }
        case (.float32(let x), .float32(let y)): words(x, a.stride, y, b.stride, count) { $0 == $1 || ($0 != $0 && $1 != $1) }
        case (.float64(let x), .float64(let y)): words(x, a.stride, y, b.stride, count) { $0 == $1 || ($0 != $0 && $1 != $1) }
        case (.decimal(let x), .decimal(let y)): words(x, a.stride, y, b.stride, count) { $0 == $1 }
        case (.bytes(let x), .bytes(let y)): equalTexts(x, a, y, b, count)
        default: Bitmap((0..<count).lazy.map { RowOrder.compare(a.column, $0 &* a.stride, b.column, $0 &* b.stride) == 0 })
        }
    }

    private static func equalTexts(_ x: ByteRows, _ a: Vector, _ y: ByteRows, _ b: Vector, _ count: Int) -> Bitmap {
        if b.isConstant, !a.isConstant, let text = y.withRow(0, { ShortText($0) }) { return x.rows(equalTo: [text]) }
        if a.isConstant, !b.isConstant, let text = x.withRow(0, { ShortText($0) }) { return y.rows(equalTo: [text]) }
        return byteWords(x, a.stride, y, b.stride, count) { left, right in
            left.count == right.count && (left.count == 0 || memcmp(left.baseAddress!, right.baseAddress!, left.count) == 0)
        }
    }

    private static func less(_ a: Vector, _ b: Vector, _ count: Int) -> Bitmap {
        switch (a.column.storage, b.column.storage) {
        case (.boolean, .boolean): ~bits(a, count) & bits(b, count)
        case (.int8(let x), .int8(let y)): words(x, a.stride, y, b.stride, count) { $0 < $1 }
        case (.int16(let x), .int16(let y)): words(x, a.stride, y, b.stride, count) { $0 < $1 }
        case (.int32(let x), .int32(let y)): words(x, a.stride, y, b.stride, count) { $0 < $1 }
        case (.int64(let x), .int64(let y)): words(x, a.stride, y, b.stride, count) { $0 < $1 }
        case (.float32(let x), .float32(let y)): words(x, a.stride, y, b.stride, count) { $0 < $1 || ($0 == $0 && $1 != $1) }
        case (.float64(let x), .float64(let y)): words(x, a.stride, y, b.stride, count) { $0 < $1 || ($0 == $0 && $1 != $1) }
        case (.decimal(let x), .decimal(let y)): words(x, a.stride, y, b.stride, count) { $0 < $1 }
        case (.bytes(let x), .bytes(let y)): byteWords(x, a.stride, y, b.stride, count) { RowOrder.compare($0, $1) < 0 }
        default: Bitmap((0..<count).lazy.map { RowOrder.compare(a.column, $0 &* a.stride, b.column, $0 &* b.stride) < 0 })
        }
    }

    private static func bits(_ vector: Vector, _ count: Int) -> Bitmap {
        vector.isConstant ? Bitmap(repeating: vector.column.bits[0], count: count) : vector.column.bits
    }

    /// The loop for fixed-width values, with a copy of its own for a constant on either side.
    @inline(__always)
    private static func words<Element>(
        _ a: [Element], _ strideA: Int, _ b: [Element], _ strideB: Int, _ count: Int, _ holds: (Element, Element) -> Bool
    ) -> Bitmap {
        guard count > 0 else { return Bitmap() }
        return a.withUnsafeBufferPointer { x in
            b.withUnsafeBufferPointer { y in
                if strideB == 0 {
                    let constant = y[0]
                    if strideA == 0 { return Bitmap(repeating: holds(x[0], constant), count: count) }
                    return packed(count) { holds(x[$0], constant) }
                }
                if strideA == 0 {
                    let constant = x[0]
                    return packed(count) { holds(constant, y[$0]) }
                }
                return packed(count) { holds(x[$0], y[$0]) }
            }
        }
    }

    @inline(__always)
    private static func byteWords(
        _ a: ByteRows, _ strideA: Int, _ b: ByteRows, _ strideB: Int, _ count: Int,
        _ holds: (UnsafeBufferPointer<UInt8>, UnsafeBufferPointer<UInt8>) -> Bool
    ) -> Bitmap {
        a.withReader { x in
            b.withReader { y in packed(count) { holds(x[$0 &* strideA], y[$0 &* strideB]) } }
        }
    }

    /// A bitmap from a condition of the row number.
    @inline(__always)
    static func packed(_ count: Int, _ holds: (Int) -> Bool) -> Bitmap {
        let words = [UInt64](unsafeUninitializedCapacity: (count + 63) / 64) { words, initialized in
            var row = 0
            while row < count {
                let end = min(row &+ 64, count)
                var word: UInt64 = 0
                var shift: UInt64 = 0
                while row < end {
                    word |= (holds(row) ? 1 : 0) &<< shift
                    shift &+= 1
                    row &+= 1
                }
                words.initializeElement(at: initialized, to: word)
                initialized += 1
            }
        }
        return Bitmap(words: words, count: count)
    }
}

extension Bitmap {
    /// Bit-wise exclusive or; both have the same count.
    static func ^ (a: Bitmap, b: Bitmap) -> Bitmap { (a & ~b) | (~a & b) }
}

/// The rows of a `ByteRows` by number, without a copy, while its buffers are held.
struct ByteRowReader {
    let offsets: UnsafeBufferPointer<Int32>
    let bytes: UnsafeBufferPointer<UInt8>

    @inline(__always) subscript(row: Int) -> UnsafeBufferPointer<UInt8> {
        let start = Int(offsets[row])
        return UnsafeBufferPointer(start: bytes.baseAddress.map { $0 + start }, count: Int(offsets[row &+ 1]) &- start)
    }
}

extension ByteRows {
    @inline(__always)
    func withReader<Result>(_ body: (ByteRowReader) -> Result) -> Result {
        offsets.withUnsafeBufferPointer { offsets in
            data.withUnsafeBufferPointer { bytes in body(ByteRowReader(offsets: offsets, bytes: bytes)) }
        }
    }
}
