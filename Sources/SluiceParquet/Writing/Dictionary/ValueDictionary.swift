import Glibc

/// The different values of one column of a row group, in order of first appearance, and the code of each.
///
/// Integers whose range is small index a table directly; everything else is hashed with open addressing. Both tables hold 16-bit codes
/// only, so that they stay in the cache beside the entries.
struct ValueDictionary<Value: FixedValue>: ~Copyable {
    /// How a value finds its slot.
    private enum Addressing {
        /// The slot is the distance from the base.
        case direct(base: Value.Bits)
        /// The slot is the top bits of the scattered value, or one of the next.
        case hashed(shift: UInt64)
    }

    private let entries: UnsafeMutablePointer<Value>
    private let maximumCount: Int
    private(set) var count = 0
    private var slots: UnsafeMutablePointer<UInt16>
    private var slotCount = 0
    private var addressing = Addressing.hashed(shift: 0)
    /// The least and greatest value that direct slots were made for.
    private var span: (least: Value, most: Value)?

    /// - Parameter maximumCount: entries at most, up to `DictionaryLimits.entries`.
    init(maximumCount: Int) {
        self.maximumCount = min(maximumCount, DictionaryLimits.entries)
        entries = .allocate(capacity: max(1, self.maximumCount))
        slots = .allocate(capacity: 1)
    }

    deinit {
        entries.deallocate()
        slots.deallocate()
    }

    var values: UnsafeBufferPointer<Value> { UnsafeBufferPointer(start: entries, count: count) }

    /// Writes the code of each value, and adds the new ones.
    ///
    /// - Parameter range: the least and greatest of `values`.
    /// - Returns: false when there are more different values than the dictionary may have; it is of no use then.
    mutating func encode(
        _ values: UnsafeBufferPointer<Value>, range: ValueRange<Value>, into codes: UnsafeMutablePointer<UInt16>
    ) -> Bool {
        guard values.count > 0 else { return true }
        guard prepare(for: range) else { return false }
        switch addressing {
        case .direct(let base): return encodeDirect(values, base: base, into: codes)
        case .hashed: return encodeHashed(values, into: codes)
        }
    }

    /// The code of one value.
    mutating func code(of value: Value) -> UInt16? {
        var code: UInt16 = 0
        let found = withUnsafePointer(to: value) { pointer in
            encode(UnsafeBufferPointer(start: pointer, count: 1), range: .known(least: value, most: value), into: &code)
        }
        return found ? code : nil
    }

    private mutating func encodeDirect(
        _ values: UnsafeBufferPointer<Value>, base: Value.Bits, into codes: UnsafeMutablePointer<UInt16>
    ) -> Bool {
        let table = slots
        for index in 0..<values.count {
            let slot = Int(truncatingIfNeeded: values[index].bits &- base)
            var code = table[slot]
            if code == DictionaryLimits.noCode {
                guard let added = add(values[index]) else { return false }
                code = added
                table[slot] = code
            }
            codes[index] = code
        }
        return true
    }

    private mutating func encodeHashed(_ values: UnsafeBufferPointer<Value>, into codes: UnsafeMutablePointer<UInt16>) -> Bool {
        for index in 0..<values.count {
            let bits = values[index].bits
            guard case .hashed(let shift) = addressing else { return false }
            var slot = Int(truncatingIfNeeded: values[index].scattered &>> shift)
            let mask = slotCount &- 1
            var code = slots[slot]
            var probes = 0
            while code != DictionaryLimits.noCode, entries[Int(code)].bits != bits {
                slot = (slot &+ 1) & mask
                code = slots[slot]
                probes &+= 1
                if probes > DictionaryLimits.probes { return false }
            }
            if code == DictionaryLimits.noCode {
                guard let added = add(values[index]) else { return false }
                code = added
                slots[slot] = code
                if count * 2 > slotCount, !rehash(slotCount * 2) { return false }
            }
            codes[index] = code
        }
        return true
    }

    @inline(never) private mutating func add(_ value: Value) -> UInt16? {
        guard count < maximumCount else { return nil }
        (entries + count).initialize(to: value)
        count += 1
        return UInt16(truncatingIfNeeded: count - 1)
    }

    /// Chooses the table for values of `range` beside those that are there.
    private mutating func prepare(for range: ValueRange<Value>) -> Bool {
        guard Value.isInteger, case .known(let least, let most) = range else {
            return slotCount > 0 || rehash(DictionaryLimits.firstSlots)
        }
        if let span, !Value.isLess(least, span.least), !Value.isLess(span.most, most) { return true }
        if slotCount > 0, case .hashed = addressing { return true }
        let wide = (
            least: span.map { Value.isLess($0.least, least) ? $0.least : least } ?? least,
            most: span.map { Value.isLess(most, $0.most) ? $0.most : most } ?? most
        )
        let distance = wide.most.bits &- wide.least.bits
        guard distance < Value.Bits(DictionaryLimits.directSpan) else {
            span = nil
            return rehash(DictionaryLimits.firstSlots)
        }
        span = wide
        addressing = .direct(base: wide.least.bits)
        makeSlots(Int(distance) + 1)
        for code in 0..<count {
            slots[Int(truncatingIfNeeded: entries[code].bits &- wide.least.bits)] = UInt16(truncatingIfNeeded: code)
        }
        return true
    }

    /// Hashes all entries into at least `wanted` slots, a power of two; false where they collide too much.
    private mutating func rehash(_ wanted: Int) -> Bool {
        var size = wanted
        while size < count * 2 { size *= 2 }
        makeSlots(size)
        let shift = UInt64(64 - size.trailingZeroBitCount)
        addressing = .hashed(shift: shift)
        for code in 0..<count {
            var slot = Int(truncatingIfNeeded: entries[code].scattered &>> shift)
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

    private mutating func makeSlots(_ size: Int) {
        slots.deallocate()
        slots = .allocate(capacity: size)
        slots.initialize(repeating: DictionaryLimits.noCode, count: size)
        slotCount = size
    }
}
