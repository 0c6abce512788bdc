package import SluiceCore

/// Numbers distinct keys from 0 in order of appearance: an open-addressing table over one arena of key bytes.
///
/// - Complexity: O(key length) a look-up, expected; load is kept under 7/8 … 1/2 after growth.
package struct KeyTable: Sendable {
    /// Distinct keys by number.
    package private(set) var keys = ByteRows()
    private var hashes: [UInt64] = []
    /// Number of the key in a slot, or -1.
    private var slots = [Int32](repeating: -1, count: 64)

    package init() {}

    package var count: Int { keys.count }
    package var byteCount: Int { keys.data.count + keys.count * 16 + slots.count * 4 }

    /// Numbers of the keys of all rows; unknown keys are added.
    package mutating func numbers(of rows: ByteRows) -> [Int32] {
        var result: [Int32] = []
        result.reserveCapacity(rows.count)
        for row in 0..<rows.count {
            let hash = rows.withRow(row) { Self.hash($0) }
            result.append(insert(rows, row, hash))
        }
        return result
    }

    /// Numbers of the keys of all rows, -1 for unknown ones.
    package func find(_ rows: ByteRows) -> [Int32] {
        (0..<rows.count).map { row in
            let hash = rows.withRow(row) { Self.hash($0) }
            return slots[slot(of: rows, row, hash)]
        }
    }

    private mutating func insert(_ rows: ByteRows, _ row: Int, _ hash: UInt64) -> Int32 {
        let slot = slot(of: rows, row, hash)
        if slots[slot] >= 0 { return slots[slot] }
        let number = Int32(keys.count)
        rows.withRow(row) { keys.append($0) }
        hashes.append(hash)
        slots[slot] = number
        if keys.count * 2 > slots.count { grow() }
        return number
    }

    /// The slot that holds the key, or the free one where it belongs.
    private func slot(of rows: ByteRows, _ row: Int, _ hash: UInt64) -> Int {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: hash) & mask
        while true {
            let number = slots[slot]
            if number < 0 { return slot }
            if hashes[Int(number)] == hash, keys.equals(Int(number), rows, row) { return slot }
            slot = (slot + 1) & mask
        }
    }

    private mutating func grow() {
        slots = [Int32](repeating: -1, count: slots.count * 2)
        let mask = slots.count - 1
        for (number, hash) in hashes.enumerated() {
            var slot = Int(truncatingIfNeeded: hash) & mask
            while slots[slot] >= 0 { slot = (slot + 1) & mask }
            slots[slot] = Int32(number)
        }
    }

    /// Multiply-and-fold over words of 8 bytes; mixes well enough for tables whose size is a power of two.
    static func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15 ^ UInt64(bytes.count)
        let raw = UnsafeRawBufferPointer(bytes)
        var index = 0
        while index + 8 <= raw.count {
            state = mix(state ^ raw.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            index += 8
        }
        var tail: UInt64 = 0
        while index < raw.count {
            tail = tail << 8 | UInt64(raw[index])
            index += 1
        }
        return mix(state ^ tail)
    }

    private static func mix(_ value: UInt64) -> UInt64 {
        let (high, low) = value.multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
        return high ^ low
    }
}
