import Glibc

/// The different texts or binaries of one column of a row group, in order of first appearance, and the code of each.
///
/// Entries point into the columns that they came from, which outlive the dictionary.
struct BytesDictionary: ~Copyable {
    private let views: UnsafeMutablePointer<UnsafeRawBufferPointer>
    private let keys: UnsafeMutablePointer<UInt64>
    private let maximumCount: Int
    private let maximumBytes: Int
    private(set) var count = 0
    /// Bytes of the dictionary's page: each entry with four bytes of length.
    private(set) var plainBytes = 0
    private var slots: UnsafeMutablePointer<UInt16>
    private var slotCount = 0
    private var shift: UInt64 = 0

    init(maximumCount: Int, maximumBytes: Int) {
        self.maximumCount = min(maximumCount, DictionaryLimits.entries)
        self.maximumBytes = maximumBytes
        views = .allocate(capacity: max(1, self.maximumCount))
        keys = .allocate(capacity: max(1, self.maximumCount))
        slots = .allocate(capacity: 1)
    }

    deinit {
        views.deallocate()
        keys.deallocate()
        slots.deallocate()
    }

    subscript(code: Int) -> UnsafeRawBufferPointer { views[code] }

    /// Writes the code of each text, and adds the new ones; false when there are more, or larger, ones than the dictionary may have.
    mutating func encode(_ page: BytesPage, into codes: UnsafeMutablePointer<UInt16>) -> Bool {
        if slotCount == 0, !rehash(DictionaryLimits.firstSlots) { return false }
        for row in 0..<page.count {
            let key = page.keys[row]
            var slot = Self.slot(of: key, shift)
            let mask = slotCount &- 1
            var code = slots[slot]
            var probes = 0
            while code != DictionaryLimits.noCode, keys[Int(code)] != key || !isSame(Int(code), page, row, key) {
                slot = (slot &+ 1) & mask
                code = slots[slot]
                probes &+= 1
                if probes > DictionaryLimits.probes { return false }
            }
            if code == DictionaryLimits.noCode {
                guard let added = add(page[row], key: key) else { return false }
                code = added
                slots[slot] = code
                if count * 2 > slotCount, !rehash(slotCount * 2) { return false }
            }
            codes[row] = code
        }
        return true
    }

    @inline(__always) private static func slot(of key: UInt64, _ shift: UInt64) -> Int {
        Int(truncatingIfNeeded: ((key ^ key &>> 29) &* 0x9E37_79B9_7F4A_7C15) &>> shift)
    }

    @inline(__always) private func isSame(_ code: Int, _ page: BytesPage, _ row: Int, _ key: UInt64) -> Bool {
        if BytesKey.isExact(key) { return true }
        let entry = views[code]
        let text = page[row]
        guard entry.count == text.count, let a = entry.baseAddress, let b = text.baseAddress else { return false }
        return memcmp(a, b, text.count) == 0
    }

    @inline(never) private mutating func add(_ text: UnsafeRawBufferPointer, key: UInt64) -> UInt16? {
        guard count < maximumCount, plainBytes + 4 + text.count <= maximumBytes else { return nil }
        (views + count).initialize(to: text)
        (keys + count).initialize(to: key)
        plainBytes += 4 + text.count
        count += 1
        return UInt16(truncatingIfNeeded: count - 1)
    }

    private mutating func rehash(_ size: Int) -> Bool {
        slots.deallocate()
        slots = .allocate(capacity: size)
        slots.initialize(repeating: DictionaryLimits.noCode, count: size)
        slotCount = size
        shift = UInt64(64 - size.trailingZeroBitCount)
        for code in 0..<count {
            var slot = Self.slot(of: keys[code], shift)
            var probes = 0
            while slots[slot] != DictionaryLimits.noCode {
                slot = (slot + 1) & (size - 1)
                probes += 1
                if probes > DictionaryLimits.probes { return false }
            }
            slots[slot] = UInt16(truncatingIfNeeded: code)
        }
        return true
    }
}
