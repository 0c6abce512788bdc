import SluiceCore

/// Hashes of columns that are those of Spark's `xxhash64`, row by row: each value is hashed with the hash so far as the seed, a null leaves it.
///
/// Integers up to 32 bits, booleans and dates count as four bytes, 64-bit integers, timestamps and decimals of up to 18 digits as eight; larger
/// decimals as the bytes of their shortest two's complement, highest first; lists, maps and structs as their parts in order (Spark's
/// `HashExpression` and `XXH64`, as its documentation's examples confirm).
enum HashKernel {
    static func fold(_ column: Column, into hashes: inout [UInt64]) {
        switch column.storage {
        case .null: break
        case .boolean(let bits): each(column, &hashes) { XXHash64.hash(UInt32(bits[$0] ? 1 : 0), seed: $1) }
        case .int8(let values): each(column, &hashes) { XXHash64.hash(UInt32(bitPattern: Int32(values[$0])), seed: $1) }
        case .int16(let values): each(column, &hashes) { XXHash64.hash(UInt32(bitPattern: Int32(values[$0])), seed: $1) }
        case .int32(let values): each(column, &hashes) { XXHash64.hash(UInt32(bitPattern: values[$0]), seed: $1) }
        case .int64(let values): each(column, &hashes) { XXHash64.hash(UInt64(bitPattern: values[$0]), seed: $1) }
        case .float32(let values): each(column, &hashes) { XXHash64.hash(plain(values[$0]).bitPattern, seed: $1) }
        case .float64(let values): each(column, &hashes) { XXHash64.hash(plain(values[$0]).bitPattern, seed: $1) }
        case .decimal(let values): decimals(column, values, &hashes)
        case .bytes(let rows):
            rows.withReader { reader in each(column, &hashes) { XXHash64.hash(UnsafeRawBufferPointer(reader[$0]), seed: $1) } }
        case .dictionary: fold(column.flattened, into: &hashes)
        case .list(let offsets, let values): elements(column, offsets, [values], &hashes)
        case .map(let offsets, let keys, let values): elements(column, offsets, [keys, values], &hashes)
        case .structure(let members, _):
            for member in members { fold(member.masked(column.validity), into: &hashes) }
        case .choice(let tags, let alternatives):
            for (index, alternative) in alternatives.enumerated() {
                let rows = ComparisonKernel.packed(tags.count) { Int(tags[$0]) == index } & column.explicitValidity
                fold(alternative.masked(rows), into: &hashes)
            }
        }
    }

    @inline(__always)
    private static func each(_ column: Column, _ hashes: inout [UInt64], _ hash: (Int, UInt64) -> UInt64) {
        hashes.withUnsafeMutableBufferPointer { hashes in
            for row in hashes.indices where !column.isNull(row) { hashes[row] = hash(row, hashes[row]) }
        }
    }

    /// Both zeros are one, and all that are not numbers are one.
    @inline(__always)
    private static func plain<Number: BinaryFloatingPoint>(_ value: Number) -> Number { value == 0 ? 0 : value.isNaN ? .nan : value }

    private static func decimals(_ column: Column, _ values: [Int128], _ hashes: inout [UInt64]) {
        if case .decimal(let precision, _) = column.type, precision <= 18 {
            return each(column, &hashes) { XXHash64.hash(UInt64(bitPattern: Int64(truncatingIfNeeded: values[$0])), seed: $1) }
        }
        each(column, &hashes) { row, seed in
            withUnsafeBytes(of: values[row].bigEndian) { bytes in
                var start = 0
                let sign: UInt8 = values[row] < 0 ? 0xFF : 0
                // A leading byte that only repeats the sign bit of the next is left out.
                while start < 15, bytes[start] == sign, (bytes[start + 1] ^ sign) & 0x80 == 0 { start += 1 }
                return XXHash64.hash(UnsafeRawBufferPointer(rebasing: bytes[start...]), seed: seed)
            }
        }
    }

    /// The elements of a row one after another, each of all `parts`: element `k` of all rows at once.
    private static func elements(_ column: Column, _ offsets: [Int32], _ parts: [Column], _ hashes: inout [UInt64]) {
        var open = (0..<column.count).filter { !column.isNull($0) && offsets[$0] < offsets[$0 + 1] }
        var step: Int32 = 0
        while !open.isEmpty {
            var seeds = open.map { hashes[$0] }
            let places = open.map { offsets[$0] + step }
            for part in parts { fold(part.gather(places), into: &seeds) }
            for (row, seed) in zip(open, seeds) { hashes[row] = seed }
            step += 1
            open.removeAll { offsets[$0] + step >= offsets[$0 + 1] }
        }
    }
}
