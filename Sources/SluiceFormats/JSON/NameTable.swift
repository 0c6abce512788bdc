import Glibc
import SluiceCore

/// Finds a name among a few by its bytes; records mostly have their keys in one order, so the one behind the last found is tried first.
struct NameTable {
    private let names: ByteRows
    /// Open addressing: positions of names, -1 where free; a power of two at least twice the names.
    private var slots: [Int32]
    private var expected = 0

    init(_ names: [String]) {
        self.names = ByteRows(texts: names)
        var capacity = 8
        while capacity < names.count * 2 { capacity *= 2 }
        slots = [Int32](repeating: -1, count: capacity)
        for index in names.indices {
            var slot = self.names.withRow(index, Self.hash) & (capacity - 1)
            while slots[slot] >= 0 { slot = (slot + 1) & (capacity - 1) }
            slots[slot] = Int32(index)
        }
    }

    /// The next name is likely the first.
    mutating func restart() { expected = 0 }

    mutating func index(of name: UnsafeBufferPointer<UInt8>) -> Int? {
        if expected < names.count, matches(expected, name) {
            expected += 1
            return expected - 1
        }
        var slot = Self.hash(name) & (slots.count - 1)
        while slots[slot] >= 0 {
            let index = Int(slots[slot])
            if matches(index, name) {
                expected = index + 1
                return index
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    @inline(__always)
    private func matches(_ index: Int, _ name: UnsafeBufferPointer<UInt8>) -> Bool {
        guard names.length(index) == name.count, let base = name.baseAddress else { return names.length(index) == name.count }
        return names.withRow(index) { memcmp($0.baseAddress!, base, name.count) == 0 }
    }

    /// FNV-1a.
    @inline(__always)
    private static func hash(_ name: UnsafeBufferPointer<UInt8>) -> Int {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in name { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return Int(truncatingIfNeeded: hash ^ hash >> 32)
    }
}
