import SluiceCore
import SluicePipelines

/// The order of the rows of one batch as one number of 128 bits each: a row with a smaller number stands before one with a greater number.
///
/// From the most significant bit on, each key has a bit for null and its value: 32 bits for small integers and dates, 64 for other numbers and
/// times, 7 bytes and their count in 60 bits for texts. What does not fit any more is left out; so is what is behind a longer text, or behind a
/// decimal that 64 bits do not hold.
struct SortDigests {
    private(set) var values: [UInt128]
    /// Whether rows with equal numbers are equal in all keys; otherwise they have to be compared.
    private(set) var isExact = true

    private static let bits = 128

    /// - Parameters:
    ///   - rows: those of the batch that get a number.
    ///   - keyCount: so many of the keys count.
    init(_ words: SortWords, _ rows: Range<Int>, keyCount: Int) {
        values = Array(repeating: 0, count: rows.count)
        let numbers = rows.map { UInt32(truncatingIfNeeded: $0) }
        var filled = [UInt64](repeating: 0, count: rows.count)
        /// Rows with a text that goes on behind what fits: what follows must not count for them.
        var open: [Bool] = []
        var used = 0
        for key in 0..<keyCount {
            guard used + 1 < Self.bits, let width = words.digestBits(key) else {
                isExact = false
                return
            }
            if words.hasNulls(key) {
                words.fill(SortWords.Level(key: key, part: -1), numbers, into: &filled)
                let nullsFirst = words.nullsFirst(key)
                add(filled, open, at: Self.bits - used - 1) { nullsFirst ? min($0, 1) : $0 >> 1 }
            } else if words.nullsFirst(key) {
                add(filled, open, at: Self.bits - used - 1) { _ in 1 }
            }
            used += 1
            if width > 0 {
                words.fillDigest(key, numbers, into: &filled)
                add(filled, width, words.isText(key), open, endingAt: Self.bits - used - width)
                words.markOpen(key, numbers, &open)
                used += width
            }
            if used > Self.bits { isExact = false }
        }
        if open.contains(true) { isExact = false }
    }

    /// Whether 128 bits tell all of columns of these types.
    static func areAlwaysExact(_ types: [DataType]) -> Bool {
        let widths = types.map { type in
            switch type {
            case .null: 1
            case .boolean, .int8, .int16, .int32, .date: 33
            case .int64, .timestamp, .float32, .float64: 65
            default: bits + 1
            }
        }
        return widths.reduce(0, +) <= bits
    }

    /// Adds the value of a key; low bits that do not fit are left out.
    private mutating func add(_ words: [UInt64], _ width: Int, _ isText: Bool, _ open: [Bool], endingAt shift: Int) {
        switch width {
        case 32: add(words, open, at: shift) { UInt64(UInt32(truncatingIfNeeded: $0) ^ 1 << 31) }
        case 60 where isText: add(words, open, at: shift) { ($0 >> 8) << 4 | $0 & 0xF }
        default: add(words, open, at: shift) { $0 }
        }
    }

    @inline(__always)
    private mutating func add(_ words: [UInt64], _ open: [Bool], at shift: Int, _ part: (UInt64) -> UInt64) {
        for row in values.indices where open.isEmpty || !open[row] {
            let bits = UInt128(part(words[row]))
            values[row] |= shift >= 0 ? bits << UInt128(shift) : bits >> UInt128(-shift)
        }
    }
}

extension SortWords {
    /// Bits that the value of a key takes in a digest; 0: it has none. Nil for types that have no order there.
    func digestBits(_ key: Int) -> Int? {
        switch storage(key) {
        case .null: 0
        case .boolean, .int8, .int16, .int32: 32
        case .int64, .float32, .float64, .decimal: 64
        case .bytes: 60
        default: nil
        }
    }

    /// The first word of a key's values; a decimal's as an integer of 64 bits, or the nearest of these.
    func fillDigest(_ key: Int, _ rows: [UInt32], into words: inout [UInt64]) {
        guard case .decimal(let values) = storage(key) else { return fill(Level(key: key, part: 0), rows, into: &words) }
        for (index, row) in rows.enumerated() {
            let ordered = UInt64(bitPattern: Int64(clamping: values[Int(row)])) ^ 1 << 63
            words[index] = isNull(key, Int(row)) ? 0 : isDescending(key) ? ~ordered : ordered
        }
    }

    /// Notes the rows whose value the first word does not tell wholly: a longer text, a decimal at or beyond the bounds of 64 bits.
    func markOpen(_ key: Int, _ rows: [UInt32], _ open: inout [Bool]) {
        let goesOn: (Int) -> Bool
        switch storage(key) {
        case .bytes(let texts): goesOn = { texts.length($0) > Self.textBytes }
        case .decimal(let values): goesOn = { values[$0] >= Int128(Int64.max) || values[$0] <= Int128(Int64.min) }
        default: return
        }
        for (index, row) in rows.enumerated() where goesOn(Int(row)) && !isNull(key, Int(row)) {
            if open.isEmpty { open = Array(repeating: false, count: rows.count) }
            open[index] = true
        }
    }
}
