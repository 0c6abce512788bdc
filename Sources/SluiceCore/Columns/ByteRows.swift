/// Rows of bytes of different length, one after another in one buffer: text (UTF-8) and binary columns, raw records, keys.
///
/// Row `i` is `data[offsets[i] ..< offsets[i + 1]]`.
/// - Invariant: `offsets` has `count + 1` ascending entries, from 0 to `data.count`.
public struct ByteRows: Hashable, Sendable {
    public private(set) var offsets: [Int32]
    public private(set) var data: [UInt8]

    public init() {
        offsets = [0]
        data = []
    }

    public init(reservingRows rows: Int, bytes: Int) {
        self.init()
        offsets.reserveCapacity(rows + 1)
        data.reserveCapacity(bytes)
    }

    public init(_ rows: some Sequence<some Sequence<UInt8>>) {
        self.init()
        for row in rows { append(row) }
    }

    /// Texts as UTF-8.
    public init(texts: some Sequence<String>) {
        self.init()
        for text in texts { append(text.utf8) }
    }

    /// Takes over buffers that already hold the invariant.
    public init(offsets: [Int32], data: [UInt8]) {
        precondition(offsets.first == 0 && Int(offsets[offsets.count - 1]) == data.count, "offsets must span the data")
        self.offsets = offsets
        self.data = data
    }

    @inlinable public var count: Int { offsets.count - 1 }
    @inlinable public var isEmpty: Bool { offsets.count == 1 }
    /// Bytes that the two buffers hold.
    public var byteCount: Int { data.count + offsets.count * 4 }

    @inlinable @inline(__always) public func range(_ row: Int) -> Range<Int> { Int(offsets[row])..<Int(offsets[row + 1]) }
    @inlinable @inline(__always) public func length(_ row: Int) -> Int { Int(offsets[row + 1] - offsets[row]) }

    @inlinable public subscript(row: Int) -> ArraySlice<UInt8> { data[range(row)] }

    /// The row as text; invalid UTF-8 is repaired, so check first where that matters.
    public func text(_ row: Int) -> String { String(decoding: data[range(row)], as: UTF8.self) }

    /// Calls `body` with the bytes of a row, without a copy.
    @inlinable public func withRow<Result>(_ row: Int, _ body: (UnsafeBufferPointer<UInt8>) throws -> Result) rethrows -> Result {
        try data.withUnsafeBufferPointer { try body(UnsafeBufferPointer(rebasing: $0[range(row)])) }
    }

    public mutating func append(_ bytes: some Sequence<UInt8>) {
        data.append(contentsOf: bytes)
        endRow()
    }

    // The same for what is appended most, because a generic call from another target costs some nanoseconds a byte.

    public mutating func append(_ bytes: [UInt8]) {
        data.append(contentsOf: bytes)
        endRow()
    }

    public mutating func append(_ bytes: ArraySlice<UInt8>) {
        data.append(contentsOf: bytes)
        endRow()
    }

    public mutating func append(_ text: String.UTF8View) {
        data.append(contentsOf: text)
        endRow()
    }

    public mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
        data.append(contentsOf: bytes)
        endRow()
    }

    public mutating func append(contentsOf other: ByteRows) {
        let base = Int32(data.count)
        data.append(contentsOf: other.data)
        precondition(data.count <= Int(Int32.max), "a column of bytes is over 2 GiB; batches are kept smaller")
        for row in 1..<other.offsets.count { offsets.append(base &+ other.offsets[row]) }
    }

    public mutating func append(repeating bytes: some Sequence<UInt8>, count: Int) {
        let row = Array(bytes)
        for _ in 0..<count { append(row) }
    }

    /// Appends bytes to the row that the next `endRow()` closes.
    @inline(__always) public mutating func extend(_ bytes: UnsafeBufferPointer<UInt8>) { data.append(contentsOf: bytes) }
    @inline(__always) public mutating func extend(_ byte: UInt8) { data.append(byte) }

    /// Closes the row made of the bytes since the last one.
    @inline(__always) public mutating func endRow() {
        precondition(data.count <= Int(Int32.max), "a column of bytes is over 2 GiB; batches are kept smaller")
        offsets.append(Int32(truncatingIfNeeded: data.count))
    }

    /// Drops the bytes since the last `endRow()`.
    public mutating func abandonRow() { data.removeLast(data.count - Int(offsets[offsets.count - 1])) }

    /// Whether rows `a` and `b` of two buffers hold the same bytes.
    public func equals(_ a: Int, _ other: ByteRows, _ b: Int) -> Bool {
        withRow(a) { left in other.withRow(b) { right in left.count == right.count && left.elementsEqual(right) } }
    }
}
