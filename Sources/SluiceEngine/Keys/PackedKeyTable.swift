/// A key of fixed size that is compared and hashed as numbers.
protocol PackedKey: BitwiseCopyable {
    static func == (a: Self, b: Self) -> Bool
    func hash(_ seed: UInt64) -> UInt64
}

struct PackedKey8: PackedKey {
    var a: UInt64
    @inline(__always) static func == (x: Self, y: Self) -> Bool { x.a == y.a }
    @inline(__always) func hash(_ seed: UInt64) -> UInt64 { KeyHash.fold(a ^ seed, 0xA076_1D64_78BD_642F) }
}

struct PackedKey16: PackedKey {
    var a: UInt64
    var b: UInt64
    @inline(__always) static func == (x: Self, y: Self) -> Bool { (x.a ^ y.a) | (x.b ^ y.b) == 0 }
    @inline(__always) func hash(_ seed: UInt64) -> UInt64 { KeyHash.fold(a ^ seed, b ^ 0xA076_1D64_78BD_642F) }
}

struct PackedKey32: PackedKey {
    var a: UInt64
    var b: UInt64
    var c: UInt64
    var d: UInt64
    @inline(__always) static func == (x: Self, y: Self) -> Bool {
        (x.a ^ y.a) | (x.b ^ y.b) | (x.c ^ y.c) | (x.d ^ y.d) == 0
    }
    @inline(__always) func hash(_ seed: UInt64) -> UInt64 {
        KeyHash.fold(a ^ seed, b ^ 0xA076_1D64_78BD_642F) ^ KeyHash.fold(c ^ 0xE703_7ED1_A0B4_28DB, d ^ seed)
    }
}

/// Numbers different packed keys from 0 in order of appearance: open addressing, keys in the slots.
final class PackedKeyTable<Key: PackedKey> {
    private struct Slot: BitwiseCopyable {
        var key: Key
        /// -1: free.
        var number: Int32
    }

    private(set) var count = 0
    private var slots: UnsafeMutablePointer<Slot>
    /// Slots are a power of two: 64 - shift bits of the hash choose one.
    private var shift: UInt64 = 64 - 8

    init() { slots = Self.free(1 << 8) }

    deinit { slots.deallocate() }

    var byteCount: Int { MemoryLayout<Slot>.stride << Int(64 - shift) }

    private static func free(_ count: Int) -> UnsafeMutablePointer<Slot> {
        let slots = UnsafeMutablePointer<Slot>.allocate(capacity: count)
        UnsafeMutableRawPointer(slots).initializeMemory(as: UInt8.self, repeating: 0xFF, count: count * MemoryLayout<Slot>.stride)
        return slots
    }

    /// Writes the number of each key; unknown keys are added, and their places appended to `fresh`.
    func number(_ keys: UnsafeBufferPointer<Key>, into numbers: UnsafeMutablePointer<Int32>, fresh: inout [Int32]) {
        let seed = KeyHash.seed
        var slots = self.slots
        var mask = (1 << Int(64 - shift)) - 1
        var shift = self.shift
        for row in 0..<keys.count {
            let key = keys.baseAddress.unsafelyUnwrapped[row]
            var slot = Int(truncatingIfNeeded: key.hash(seed) &>> shift)
            while true {
                let found = slots[slot]
                if found.number < 0 {
                    let number = Int32(truncatingIfNeeded: count)
                    slots[slot] = Slot(key: key, number: number)
                    numbers[row] = number
                    fresh.append(Int32(truncatingIfNeeded: row))
                    count &+= 1
                    if count &* 2 > mask {
                        grow()
                        (slots, shift) = (self.slots, self.shift)
                        mask = (1 << Int(64 - shift)) - 1
                    }
                    break
                }
                if found.key == key {
                    numbers[row] = found.number
                    break
                }
                slot = (slot &+ 1) & mask
            }
        }
    }

    /// Writes the number of each key, -1 for unknown ones.
    func find(_ keys: UnsafeBufferPointer<Key>, into numbers: UnsafeMutablePointer<Int32>) {
        let (seed, slots, shift) = (KeyHash.seed, slots, shift)
        let mask = (1 << Int(64 - shift)) - 1
        for row in 0..<keys.count {
            let key = keys.baseAddress.unsafelyUnwrapped[row]
            var slot = Int(truncatingIfNeeded: key.hash(seed) &>> shift)
            while slots[slot].number >= 0, !(slots[slot].key == key) { slot = (slot &+ 1) & mask }
            numbers[row] = slots[slot].number
        }
    }

    /// Makes room for so many keys at once.
    func reserve(_ keys: Int) {
        var bits: UInt64 = 0
        while (1 << Int(64 - shift + bits)) - 1 < keys * 2 { bits += 1 }
        if bits > 0 { grow(by: bits) }
    }

    /// - Parameter bits: of the hash that choose a slot, more than before.
    private func grow(by bits: UInt64 = 1) {
        let (old, oldCount) = (slots, 1 << Int(64 - shift))
        shift -= bits
        slots = Self.free(oldCount << Int(bits))
        let mask = oldCount << Int(bits) - 1
        for index in 0..<oldCount where old[index].number >= 0 {
            var slot = Int(truncatingIfNeeded: old[index].key.hash(KeyHash.seed) &>> shift)
            while slots[slot].number >= 0 { slot = (slot &+ 1) & mask }
            slots[slot] = old[index]
        }
        old.deallocate()
    }
}
