import Glibc
import SluiceCore

/// Numbers different byte strings from 0 in order of appearance: open addressing over an arena of the keys' bytes.
final class ByteKeyTable {
    private struct Slot: BitwiseCopyable {
        /// The hash's low half: most different keys are told apart without a look at their bytes.
        var tag: UInt32
        /// -1: free.
        var number: Int32
    }

    private var bytes: [UInt8] = []
    private var ends: [Int] = []
    private var hashes: [UInt64] = []
    private var slots: [Slot]

    /// - Parameter slots: A power of two; twice as many as keys are expected.
    init(slots: Int = 256) { self.slots = [Slot](repeating: Slot(tag: 0, number: -1), count: slots) }

    var count: Int { ends.count }
    var byteCount: Int { bytes.capacity + ends.capacity * 16 + slots.count * 8 }

    /// Writes the number of each row; unknown ones are added, and their places appended to `fresh`. Rows that are null get -1.
    func number(_ rows: ByteRows, _ validity: Bitmap?, into numbers: UnsafeMutablePointer<Int32>, fresh: inout [Int32]) {
        rows.data.withUnsafeBufferPointer { data in
            for row in 0..<rows.count {
                if let validity, !validity[row] {
                    numbers[row] = -1
                    continue
                }
                let key = UnsafeBufferPointer(rebasing: data[rows.range(row)])
                let hash = KeyHash.hash(key, seed: KeyHash.seed)
                let slot = self.slot(of: key, hash)
                if slots[slot].number >= 0 {
                    numbers[row] = slots[slot].number
                    continue
                }
                numbers[row] = Int32(truncatingIfNeeded: count)
                slots[slot] = Slot(tag: UInt32(truncatingIfNeeded: hash), number: Int32(truncatingIfNeeded: count))
                fresh.append(Int32(truncatingIfNeeded: row))
                bytes.append(contentsOf: key)
                ends.append(bytes.count)
                hashes.append(hash)
                if count * 2 > slots.count { grow() }
            }
        }
    }

    /// Writes the number of each row, -1 for unknown and null ones.
    func find(_ rows: ByteRows, _ validity: Bitmap?, into numbers: UnsafeMutablePointer<Int32>) {
        rows.data.withUnsafeBufferPointer { data in
            for row in 0..<rows.count {
                if let validity, !validity[row] {
                    numbers[row] = -1
                    continue
                }
                let key = UnsafeBufferPointer(rebasing: data[rows.range(row)])
                numbers[row] = slots[slot(of: key, KeyHash.hash(key, seed: KeyHash.seed))].number
            }
        }
    }

    /// The number of a key with its hash; nil for an unknown one.
    func number(of key: UnsafeBufferPointer<UInt8>, _ hash: UInt64) -> Int32? {
        let number = slots[slot(of: key, hash)].number
        return number < 0 ? nil : number
    }

    /// Gives the next number to a key that is not there.
    func add(_ key: UnsafeBufferPointer<UInt8>, _ hash: UInt64) {
        slots[slot(of: key, hash)] = Slot(tag: UInt32(truncatingIfNeeded: hash), number: Int32(truncatingIfNeeded: count))
        bytes.append(contentsOf: key)
        ends.append(bytes.count)
        hashes.append(hash)
        if count * 2 > slots.count { grow() }
    }

    func key(_ number: Int) -> ArraySlice<UInt8> { bytes[(number == 0 ? 0 : ends[number - 1])..<ends[number]] }

    /// The slot that holds the key, or the free one where it belongs.
    @inline(__always)
    private func slot(of key: UnsafeBufferPointer<UInt8>, _ hash: UInt64) -> Int {
        let mask = slots.count - 1
        let tag = UInt32(truncatingIfNeeded: hash)
        var slot = Int(truncatingIfNeeded: hash &>> 32) & mask
        while true {
            let found = slots[slot]
            if found.number < 0 { return slot }
            if found.tag == tag, equals(Int(found.number), key) { return slot }
            slot = (slot + 1) & mask
        }
    }

    @inline(__always)
    private func equals(_ number: Int, _ key: UnsafeBufferPointer<UInt8>) -> Bool {
        let start = number == 0 ? 0 : ends[number - 1]
        guard ends[number] - start == key.count else { return false }
        return bytes.withUnsafeBytes { held in
            key.count == 0 || memcmp(held.baseAddress! + start, key.baseAddress!, key.count) == 0
        }
    }

    private func grow() {
        slots = [Slot](repeating: Slot(tag: 0, number: -1), count: slots.count * 2)
        let mask = slots.count - 1
        for (number, hash) in hashes.enumerated() {
            var slot = Int(truncatingIfNeeded: hash &>> 32) & mask
            while slots[slot].number >= 0 { slot = (slot + 1) & mask }
            slots[slot] = Slot(tag: UInt32(truncatingIfNeeded: hash), number: Int32(truncatingIfNeeded: number))
        }
    }
}
