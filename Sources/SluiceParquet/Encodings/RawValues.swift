/// Memory for values of a fixed width whose type only its user knows; used again and again by one reader.
///
/// The readers of fixed-width columns are not generic: generic code behind a protocol is not specialised by the compiler. Loops that only move
/// values go by their width, and those that convert them are closures made where the types are known.
final class RawScratch {
    private(set) var base: UnsafeMutableRawPointer
    private var capacity: Int

    private static let alignment = 16

    init() {
        capacity = 64
        base = .allocate(byteCount: 64, alignment: Self.alignment)
    }

    deinit { base.deallocate() }

    /// Room for `byteCount` bytes, of which the first `kept` stay as they are.
    func grown(to byteCount: Int, keeping kept: Int) -> UnsafeMutableRawPointer {
        if byteCount > capacity {
            let old = base
            capacity = byteCount + byteCount / 2
            base = .allocate(byteCount: capacity, alignment: Self.alignment)
            base.copyMemory(from: old, byteCount: kept)
            old.deallocate()
        }
        return base
    }
}

/// Loops that move values of 1, 2, 4, 8 or 16 bytes.
enum RawValues {
    /// `target[i] = entries[codes[i]]`; the codes were checked.
    static func gather(
        _ entries: UnsafeRawPointer, _ codes: UnsafePointer<Int32>, into target: UnsafeMutableRawPointer, count: Int, width: Int
    ) {
        switch width {
        case 1: gather(UInt8.self, entries, codes, target, count)
        case 2: gather(UInt16.self, entries, codes, target, count)
        case 4: gather(UInt32.self, entries, codes, target, count)
        case 8: gather(UInt64.self, entries, codes, target, count)
        default: gather(UInt128.self, entries, codes, target, count)
        }
    }

    @inline(__always)
    private static func gather<Element: BitwiseCopyable>(
        _ type: Element.Type, _ entries: UnsafeRawPointer, _ codes: UnsafePointer<Int32>, _ target: UnsafeMutableRawPointer, _ count: Int
    ) {
        let entries = entries.assumingMemoryBound(to: Element.self)
        let target = target.assumingMemoryBound(to: Element.self)
        for index in 0..<count { target[index] = entries[Int(truncatingIfNeeded: codes[index])] }
    }

    /// `target[i] = entries[code]`; the code was checked.
    static func fill(_ entries: UnsafeRawPointer, _ code: Int32, into target: UnsafeMutableRawPointer, count: Int, width: Int) {
        switch width {
        case 1: fill(UInt8.self, entries, code, target, count)
        case 2: fill(UInt16.self, entries, code, target, count)
        case 4: fill(UInt32.self, entries, code, target, count)
        case 8: fill(UInt64.self, entries, code, target, count)
        default: fill(UInt128.self, entries, code, target, count)
        }
    }

    @inline(__always)
    private static func fill<Element: BitwiseCopyable>(
        _ type: Element.Type, _ entries: UnsafeRawPointer, _ code: Int32, _ target: UnsafeMutableRawPointer, _ count: Int
    ) {
        let entry = entries.assumingMemoryBound(to: Element.self)[Int(code)]
        target.assumingMemoryBound(to: Element.self).update(repeating: entry, count: count)
    }

    /// See `spread` for elements.
    static func spread(
        _ target: UnsafeMutableRawPointer, _ run: LeafShape.Run, _ bits: UnsafePointer<UInt64>, from start: Int, width: Int
    ) {
        switch width {
        case 1: spread(target.assumingMemoryBound(to: UInt8.self), run, bits, from: start)
        case 2: spread(target.assumingMemoryBound(to: UInt16.self), run, bits, from: start)
        case 4: spread(target.assumingMemoryBound(to: UInt32.self), run, bits, from: start)
        case 8: spread(target.assumingMemoryBound(to: UInt64.self), run, bits, from: start)
        default: spread(target.assumingMemoryBound(to: UInt128.self), run, bits, from: start)
        }
    }

    /// Moves the values at the front of `target` to the slots that have one; other slots get some value. Bit `start` of `bits` is the first slot's.
    @inline(__always)
    static func spread<Element: BitwiseCopyable>(
        _ target: UnsafeMutablePointer<Element>, _ run: LeafShape.Run, _ bits: UnsafePointer<UInt64>, from start: Int
    ) {
        guard run.defined > 0 else {
            UnsafeMutableRawPointer(target).initializeMemory(as: UInt8.self, repeating: 0, count: run.slots * MemoryLayout<Element>.stride)
            return
        }
        // From the back, so that no value is overwritten before it is moved. Slots before the first value get that one.
        var source = run.defined &- 1
        var slot = run.slots &- 1
        while slot > source {
            target[slot] = target[source]
            let position = start &+ slot
            let bit = Int(truncatingIfNeeded: bits[position &>> 6] &>> UInt64(truncatingIfNeeded: position & 63) & 1)
            source = max(source &- bit, 0)
            slot &-= 1
        }
    }

    /// A copy of `count` values as an array.
    @inline(__always)
    static func array<Element: BitwiseCopyable>(_ base: UnsafeRawPointer, _ count: Int, as type: Element.Type = Element.self) -> [Element] {
        [Element](unsafeUninitializedCapacity: count) { target, initialized in
            if count > 0 {
                UnsafeMutableRawPointer(target.baseAddress!).copyMemory(from: base, byteCount: count * MemoryLayout<Element>.stride)
            }
            initialized = count
        }
    }
}
