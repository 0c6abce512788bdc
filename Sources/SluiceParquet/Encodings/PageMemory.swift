import SluiceCore

/// A block of memory for bytes of pages. It may be read `slack` bytes beyond its capacity, so that decoders can load whole words anywhere.
///
/// Its bytes are written by one owner only, before anybody reads them.
final class PageMemory: @unchecked Sendable {
    static let slack = 64

    let base: UnsafeMutableRawPointer
    let capacity: Int

    init(capacity: Int) {
        self.capacity = capacity
        base = .allocate(byteCount: capacity + Self.slack, alignment: 16)
        (base + capacity).initializeMemory(as: UInt8.self, repeating: 0, count: Self.slack)
    }

    deinit { base.deallocate() }

    func bytes(_ range: Range<Int>) -> PageBytes { PageBytes(base: UnsafeRawPointer(base) + range.lowerBound, count: range.count) }
}

/// Bytes inside a `PageMemory`, which whoever holds them keeps alive and does not write meanwhile; words may be loaded beyond their end.
struct PageBytes: @unchecked Sendable {
    private(set) var base: UnsafeRawPointer
    private(set) var count: Int

    static let empty = PageMemory(capacity: 0).keptForever

    var buffer: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

    @inline(__always) func byte(_ index: Int) -> UInt8 { base.load(fromByteOffset: index, as: UInt8.self) }

    /// Takes `length` bytes from the front; nil, with nothing taken, when there are not so many.
    mutating func take(_ length: Int) -> PageBytes? {
        guard length >= 0, length <= count else { return nil }
        let taken = PageBytes(base: base, count: length)
        base += length
        count -= length
        return taken
    }

    /// Takes a little-endian 32-bit length from the front.
    mutating func takeLength() -> Int? {
        guard let bytes = take(4) else { return nil }
        return Int(UInt32(littleEndian: bytes.base.loadUnaligned(as: UInt32.self)))
    }

    /// Takes a ULEB128 number of at most 64 bits from the front.
    mutating func takeVarint() -> UInt64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        var index = 0
        while index < count, shift < 64 {
            let next = byte(index)
            index += 1
            value |= UInt64(next & 0x7f) &<< shift
            if next < 0x80 {
                base += index
                count -= index
                return value
            }
            shift += 7
        }
        return nil
    }

    /// Takes a zigzag number from the front.
    mutating func takeSigned() -> Int64? {
        takeVarint().map { Int64(bitPattern: $0 >> 1) ^ -Int64(bitPattern: $0 & 1) }
    }
}

extension PageMemory {
    /// No bytes, for places that have no page yet; its memory is never given back.
    fileprivate var keptForever: PageBytes {
        let nothing = bytes(0..<0)
        _ = Unmanaged.passRetained(self)
        return nothing
    }
}

/// Errors of pages; callers add the column and the place.
enum PageError {
    static func damaged(_ what: String) -> SluiceError {
        SluiceError(.corruptFile, "a page is damaged: \(what)", remedy: "copy or download the file again")
    }

    /// DuckDB (2.0.1) writes arrays of a fixed size with nulls so: a null has as many entries as an array.
    static var listWithoutStart: SluiceError {
        SluiceError(
            .corruptFile, "a page is damaged: levels go on with a list that has not begun",
            remedy: "if DuckDB wrote arrays of a fixed size with nulls (INT[3]), write them again as lists (column::INT[]); "
                + "otherwise copy or download the file again")
    }

    static func unsupported(_ encoding: PageEncoding, _ type: String) -> SluiceError {
        SluiceError(
            .corruptFile, "a page of \(type) values has the encoding \(encoding)",
            remedy: "write the file again with a usual encoding such as PLAIN or RLE_DICTIONARY")
    }
}
