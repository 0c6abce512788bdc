import Glibc
import SluiceCore

/// Bytes that a page is made of, in one growing buffer.
///
/// An array would fill new space with zeros first and count each append; encoders write whole runs of words into `room` instead.
struct ByteStore: ~Copyable {
    private var start: UnsafeMutableRawPointer
    private var capacity: Int
    private(set) var count = 0

    init(capacity: Int = 4 << 10) {
        self.capacity = max(capacity, 64)
        start = Self.allocated(self.capacity)
    }

    deinit { free(start) }

    var isEmpty: Bool { count == 0 }

    /// What was written, valid until the next change.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: count) }

    func array() -> [UInt8] { [UInt8](bytes) }

    /// The place behind the last byte, with room for `count` more; `advance` makes them part of the store.
    @inline(__always) mutating func room(for count: Int) -> UnsafeMutableRawPointer {
        if capacity - self.count < count { grow(count) }
        return start + self.count
    }

    /// Counts bytes in that were written into `room(for:)`.
    @inline(__always) mutating func advance(_ count: Int) { self.count += count }

    mutating func removeAll() { count = 0 }

    @inline(__always) mutating func append(_ byte: UInt8) {
        room(for: 1).storeBytes(of: byte, as: UInt8.self)
        count += 1
    }

    @inline(__always) mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard let base = bytes.baseAddress, bytes.count > 0 else { return }
        room(for: bytes.count).copyMemory(from: base, byteCount: bytes.count)
        count += bytes.count
    }

    mutating func append(_ bytes: [UInt8]) { bytes.withUnsafeBytes { append($0) } }

    /// Appends an integer, least significant byte first.
    @inline(__always) mutating func append<Number: FixedWidthInteger & BitwiseCopyable>(littleEndian number: Number) {
        let size = MemoryLayout<Number>.size
        room(for: size).storeBytes(of: number.littleEndian, as: Number.self)
        count += size
    }

    /// Appends an unsigned LEB128 number: seven bits a byte, the lowest first.
    mutating func append(varint number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(truncatingIfNeeded: rest))
    }

    /// Appends a signed number in zigzag form as LEB128.
    mutating func append(zigzag number: Int64) { append(varint: UInt64(bitPattern: (number << 1) ^ (number >> 63))) }

    /// Overwrites four bytes that are there already.
    mutating func replace(littleEndian number: UInt32, at offset: Int) {
        precondition(offset >= 0 && offset + 4 <= count, "four bytes at \(offset) are not there")
        (start + offset).storeBytes(of: number.littleEndian, as: UInt32.self)
    }

    private mutating func grow(_ more: Int) {
        capacity = max(capacity * 2, count + more + 64)
        guard let moved = realloc(start, capacity) else { preconditionFailure("no memory for a page of \(capacity) bytes") }
        start = moved
    }

    private static func allocated(_ bytes: Int) -> UnsafeMutableRawPointer {
        guard let start = malloc(bytes) else { preconditionFailure("no memory for a page of \(bytes) bytes") }
        return start
    }
}
