import SluiceCore

/// The smallest hashes of a column's values: an exact count of different values while they are few, then an estimate, and always the same
/// one whatever the order of the values (Bar-Yossef et al., "Counting Distinct Elements in a Data Stream", 2002: the k minimum values).
package struct DistinctSketch: Hashable, Sendable {
    /// Open addressing; 0 is empty.
    private var slots: [UInt64] = []
    private var used = 0
    let wanted: Int
    /// Hashes from here on are not kept; `max` while none was dropped.
    private(set) var bound = UInt64.max

    /// - Parameter wanted: Hashes that are kept.
    package init(wanted: Int = EvidenceLimits.distinctHashes) { self.wanted = wanted }

    /// One like it that saw nothing.
    var emptied: DistinctSketch { DistinctSketch(wanted: wanted) }
    var isEmpty: Bool { used == 0 }

    private static let fewest = 16

    /// Takes in one value's hash.
    @inline(__always)
    mutating func insert(_ hash: UInt64) {
        // 0 marks an empty slot.
        let hash = hash | 1
        if hash >= bound { return }
        if !slots.isEmpty {
            let mask = slots.count &- 1
            var place = Int(truncatingIfNeeded: hash &>> 32) & mask
            while true {
                let found = slots[place]
                if found == hash { return }
                if found == 0 { break }
                place = (place &+ 1) & mask
            }
        }
        add(hash)
    }

    @inline(never)
    private mutating func add(_ hash: UInt64) {
        if 2 * (used + 1) > slots.count { grow() }
        if hash >= bound { return }
        place(hash)
    }

    private mutating func place(_ hash: UInt64) {
        let mask = slots.count - 1
        var place = Int(truncatingIfNeeded: hash &>> 32) & mask
        while slots[place] != 0 { place = (place + 1) & mask }
        slots[place] = hash
        used += 1
    }

    /// Makes room: more of it up to twice what is wanted, then by dropping the largest.
    private mutating func grow() {
        var kept = slots.filter { $0 != 0 }
        var size = max(Self.fewest, slots.count)
        if kept.count >= 2 * wanted {
            kept.sort()
            bound = kept[wanted]
            kept.removeLast(kept.count - wanted)
        } else if !slots.isEmpty {
            size *= 2
        }
        slots = [UInt64](repeating: 0, count: size)
        used = 0
        for hash in kept { place(hash) }
    }

    /// Takes in what another one saw.
    mutating func merge(_ other: DistinctSketch) {
        if other.bound < bound { restrict(to: other.bound) }
        for hash in other.slots where hash != 0 { insert(hash) }
    }

    private mutating func restrict(to bound: UInt64) {
        self.bound = bound
        let kept = slots.filter { $0 != 0 && $0 < bound }
        slots = [UInt64](repeating: 0, count: slots.count)
        used = 0
        for hash in kept { place(hash) }
    }

    /// Whether `estimate` is a count.
    package var isExact: Bool { bound == .max && used <= wanted }

    /// How many different values there were.
    package var estimate: Int64 {
        if isExact { return Int64(used) }
        let hashes = slots.filter { $0 != 0 }.sorted().prefix(wanted)
        guard let last = hashes.last, hashes.count > 1 else { return Int64(used) }
        return Int64((Double(hashes.count - 1) / (Double(last) * 0x1p-64)).rounded())
    }

    /// The hashes that count, ascending: equal for equal sets of values.
    package var hashes: [UInt64] { Array(slots.filter { $0 != 0 }.sorted().prefix(wanted)) }

    /// One that saw what another one saw, of which `hashes` is all that is known.
    package init(hashes: [UInt64], isExact: Bool, wanted: Int) {
        self.init(wanted: wanted)
        for hash in hashes { insert(hash) }
        if !isExact, let last = hashes.last { bound = last == .max ? last : last + 1 }
    }
}

/// A hash of bytes by multiplication to 128 bits (the principle of wyhash, github.com/wangyi-fudan/wyhash, in the public domain).
enum ValueHash {
    private static let first: UInt64 = 0xA076_1D64_78BD_642F
    private static let second: UInt64 = 0xE703_7ED1_A0B4_28DB

    @inline(__always)
    static func of(_ text: UnsafeBufferPointer<UInt8>) -> UInt64 {
        guard let base = text.baseAddress else { return mixed(first, second) }
        let raw = UnsafeRawPointer(base)
        let count = text.count
        if count <= 16 {
            let (low, high) = words(raw, count)
            return mixed(low ^ first ^ UInt64(truncatingIfNeeded: count), high ^ second)
        }
        return long(raw, count)
    }

    /// Up to sixteen bytes as two words.
    @inline(__always)
    private static func words(_ raw: UnsafeRawPointer, _ count: Int) -> (UInt64, UInt64) {
        if count >= 8 {
            return (raw.loadUnaligned(as: UInt64.self), raw.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self))
        }
        if count >= 4 {
            return (UInt64(raw.loadUnaligned(as: UInt32.self)), UInt64(raw.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self)))
        }
        if count == 0 { return (0, 0) }
        let start = UInt64(raw.load(as: UInt8.self))
        let middle = UInt64(raw.load(fromByteOffset: count &>> 1, as: UInt8.self))
        let end = UInt64(raw.load(fromByteOffset: count &- 1, as: UInt8.self))
        return (start &<< 16 | middle &<< 8 | end, 0)
    }

    @inline(never)
    private static func long(_ raw: UnsafeRawPointer, _ count: Int) -> UInt64 {
        var state = first ^ UInt64(truncatingIfNeeded: count)
        var place = 0
        while place &+ 16 < count {
            state = mixed(
                raw.loadUnaligned(fromByteOffset: place, as: UInt64.self) ^ state,
                raw.loadUnaligned(fromByteOffset: place &+ 8, as: UInt64.self) ^ second)
            place &+= 16
        }
        return mixed(
            raw.loadUnaligned(fromByteOffset: count &- 16, as: UInt64.self) ^ state,
            raw.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self) ^ second)
    }

    @inline(__always)
    private static func mixed(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let product = a.multipliedFullWidth(by: b)
        let once = product.high ^ product.low
        let again = (once ^ first).multipliedFullWidth(by: second)
        return again.high ^ again.low
    }
}
