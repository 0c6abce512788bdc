import SluiceCore

/// Hashes of keys: multiply to 128 bits and fold (the core of wyhash, github.com/wangyi-fudan/wyhash, public domain).
enum KeyHash {
    /// Drawn once a process, so that nobody can send keys that all meet in one place of a table.
    static let seed = UInt64.random(in: .min ... .max) | 1

    @inline(__always) static func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let (high, low) = a.multipliedFullWidth(by: b)
        return high ^ low
    }

    /// Hash of a byte string.
    static func hash(_ bytes: UnsafeBufferPointer<UInt8>, seed: UInt64) -> UInt64 {
        var state = seed ^ UInt64(bytes.count)
        let raw = UnsafeRawBufferPointer(bytes)
        var index = 0
        while index &+ 8 <= raw.count {
            state = fold(state ^ raw.loadUnaligned(fromByteOffset: index, as: UInt64.self), 0xA076_1D64_78BD_642F)
            index &+= 8
        }
        var tail: UInt64 = 0
        while index < raw.count {
            tail = tail << 8 | UInt64(raw[index])
            index &+= 1
        }
        return fold(state ^ tail, 0xE703_7ED1_A0B4_28DB)
    }

    /// A hash of each row's key that is the same in every table and every part, for spreading keys over partitions.
    static func partitionHashes(_ columns: [Column], rowCount: Int) -> [UInt64] {
        var hashes = [UInt64](repeating: 0x9E37_79B9_7F4A_7C15, count: rowCount)
        for column in columns { mix(column, &hashes) }
        return hashes
    }

    private static func mix(_ column: Column, _ hashes: inout [UInt64]) {
        switch column.storage {
        case .null: break
        case .boolean(let bits): each(column, &hashes) { bits[$0] ? 1 : 2 }
        case .int8(let values): each(column, &hashes) { UInt64(bitPattern: Int64(values[$0])) }
        case .int16(let values): each(column, &hashes) { UInt64(bitPattern: Int64(values[$0])) }
        case .int32(let values): each(column, &hashes) { UInt64(bitPattern: Int64(values[$0])) }
        case .int64(let values): each(column, &hashes) { UInt64(bitPattern: values[$0]) }
        case .float32(let values): each(column, &hashes) { Double(values[$0]).keyBits }
        case .float64(let values): each(column, &hashes) { values[$0].keyBits }
        case .decimal(let values):
            each(column, &hashes) { UInt64(truncatingIfNeeded: values[$0]) ^ UInt64(truncatingIfNeeded: values[$0] >> 64) }
        case .bytes(let rows):
            rows.data.withUnsafeBufferPointer { data in
                each(column, &hashes) { hash(UnsafeBufferPointer(rebasing: data[rows.range($0)]), seed: 1) }
            }
        default:
            let rows = HashKeyEncoder.encode([column], rowCount: column.count)
            each(Column(.binary, .bytes(rows)), &hashes) { row in rows.withRow(row) { hash($0, seed: 1) } }
        }
    }

    @inline(__always)
    private static func each(_ column: Column, _ hashes: inout [UInt64], _ value: (Int) -> UInt64) {
        for row in hashes.indices {
            let bits = column.isNull(row) ? 0x5851_F42D_4C95_7F2D : value(row)
            hashes[row] = fold(hashes[row] ^ bits, 0xA076_1D64_78BD_642F)
        }
    }
}

extension BinaryFloatingPoint {
    /// The number with one zero and one NaN: equal keys have equal bits.
    @inline(__always) var asKey: Self { isNaN ? .nan : self + 0 }
}

extension Double {
    @inline(__always) var keyBits: UInt64 { asKey.bitPattern }
}
