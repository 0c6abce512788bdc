import SluiceCore

/// Why a block's bytes are not what the schema says.
enum AvroFault: Equatable {
    case cut, number, length, union, boolean, symbol, tooManyEmptyItems, tooManySlots

    var reason: String {
        switch self {
        case .cut: "it ends within a record"
        case .number: "a number is too long"
        case .length: "a length or count is greater than what is left"
        case .union: "a union names a type that it does not have"
        case .boolean: "a boolean is neither 0 nor 1"
        case .symbol: "an enumeration names a symbol that it does not have"
        case .tooManyEmptyItems: "more than \(AvroLimits.emptyItems) items take no bytes"
        case .tooManySlots: "nulls and choices of wide types take more than \(AvroLimits.emptySlots) slots"
        }
    }

    var isLimit: Bool { self == .tooManyEmptyItems || self == .tooManySlots }
}

/// A place in a block's plain bytes. After a fault it stands at the end, where all that is read is 0 and empty, so that decoders need not
/// look at every step.
struct AvroCursor {
    private let block: UnsafeBufferPointer<UInt8>
    private(set) var position: Int
    private let end: Int
    /// The first fault; the row that was begun is of no use then.
    private(set) var fault: AvroFault?
    /// Why the current row's values do not fit their columns; the bytes are in order.
    var rowError: RowError?
    private var emptyItems = 0
    private var emptySlots = 0

    /// - Parameter bytes: Stays where it is as long as the cursor is used.
    init(_ bytes: UnsafeBufferPointer<UInt8>, from position: Int) {
        block = bytes
        self.position = position
        end = bytes.count
    }

    var rest: Int { end - position }

    mutating func fail(_ fault: AvroFault) {
        if self.fault == nil { self.fault = fault }
        position = end
    }

    /// Keeps the row's first error.
    mutating func reject(_ column: String, _ message: @autoclosure () -> String, _ code: SluiceError.Code = .valueDoesNotFit) {
        if rowError == nil { rowError = RowError(code, message(), column: column) }
    }

    /// Keeps the row's first error, which gets the column's name.
    mutating func reject(_ column: String, _ error: @autoclosure () -> RowError) {
        guard rowError == nil else { return }
        rowError = error()
        rowError?.column = column
    }

    /// A zigzag varint (Avro specification, "Primitive Types").
    @inline(__always)
    mutating func long() -> Int64 {
        if position < end, block[position] < 0x80 {
            let byte = UInt64(block[position])
            position &+= 1
            return Int64(bitPattern: byte &>> 1) ^ -Int64(bitPattern: byte & 1)
        }
        return longerLong()
    }

    @inline(never)
    private mutating func longerLong() -> Int64 {
        var bits: UInt64 = 0
        var shift: UInt64 = 0
        var index = position
        while index < end {
            let byte = UInt64(block[index])
            index &+= 1
            bits |= (byte & 0x7F) &<< shift
            if byte < 0x80 {
                if shift == 63, byte > 1 { break }
                position = index
                return Int64(bitPattern: bits &>> 1) ^ -Int64(bitPattern: bits & 1)
            }
            shift &+= 7
            if shift > 63 { break }
        }
        fail(shift >= 63 ? .number : .cut)
        return 0
    }

    @inline(__always)
    mutating func int() -> Int32 {
        let value = long()
        if let int = Int32(exactly: value) { return int }
        fail(.number)
        return 0
    }

    @inline(__always)
    mutating func byte() -> UInt8 {
        guard position < end else {
            fail(.cut)
            return 0
        }
        defer { position &+= 1 }
        return block[position]
    }

    /// Little-endian.
    @inline(__always)
    mutating func word<Word: FixedWidthInteger & BitwiseCopyable>(_ type: Word.Type) -> Word {
        guard rest >= MemoryLayout<Word>.size else {
            fail(.cut)
            return 0
        }
        defer { position &+= MemoryLayout<Word>.size }
        return Word(littleEndian: UnsafeRawBufferPointer(block).loadUnaligned(fromByteOffset: position, as: Word.self))
    }

    /// The next `count` bytes.
    @inline(__always)
    mutating func bytes(_ count: Int) -> UnsafeBufferPointer<UInt8> {
        guard count <= rest else {
            fail(.length)
            return UnsafeBufferPointer(start: nil, count: 0)
        }
        defer { position &+= count }
        return UnsafeBufferPointer(rebasing: block[position..<(position &+ count)])
    }

    /// Bytes with their length before them.
    @inline(__always)
    mutating func bytes() -> UnsafeBufferPointer<UInt8> {
        let count = long()
        guard count >= 0, count <= rest else {
            fail(.length)
            return UnsafeBufferPointer(start: nil, count: 0)
        }
        return bytes(Int(truncatingIfNeeded: count))
    }

    /// The count of the next run of an array's or map's items; 0 behind the last run and after a fault.
    ///
    /// - Parameter leastBytes: What an item takes at least.
    mutating func itemCount(leastBytes: Int) -> Int {
        var count = long()
        if count < 0 {
            guard count != .min else {
                fail(.length)
                return 0
            }
            count = -count
            let size = long()
            guard size >= 0, size <= rest else {
                fail(.length)
                return 0
            }
        }
        guard count > 0 else { return 0 }
        guard count <= Int64(leastBytes == 0 ? AvroLimits.emptyItems : rest / leastBytes) else {
            fail(leastBytes == 0 ? .tooManyEmptyItems : .length)
            return 0
        }
        if leastBytes == 0 {
            emptyItems += Int(count)
            if emptyItems > AvroLimits.emptyItems { fail(.tooManyEmptyItems) }
        }
        return fault == nil ? Int(count) : 0
    }

    /// Counts slots that no bytes stand for.
    @inline(__always)
    mutating func takeSlots(_ count: Int) {
        emptySlots &+= count
        if emptySlots > AvroLimits.emptySlots { fail(.tooManySlots) }
    }
}
