import SluiceCore

/// Bytes that grow while rows are encoded: room is looked for once a value, not once a byte.
struct AvroBytes: ~Copyable {
    private static let longestNumber = 10
    private var room: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private(set) var count = 0

    init(capacity: Int = 1 << 10) {
        self.capacity = capacity
        room = .allocate(capacity: capacity)
    }

    deinit { room.deallocate() }

    @inline(__always)
    private mutating func reserve(_ more: Int) {
        if capacity &- count < more { grow(more) }
    }

    @inline(never)
    private mutating func grow(_ more: Int) {
        let larger = max(count + more, 2 * capacity)
        let target = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
        target.initialize(from: room, count: count)
        room.deallocate()
        room = target
        capacity = larger
    }

    /// A zigzag varint.
    @inline(__always)
    mutating func append(_ value: Int64) {
        reserve(Self.longestNumber)
        var bits = UInt64(bitPattern: value &<< 1) ^ UInt64(bitPattern: value &>> 63)
        var end = count
        while bits >= 0x80 {
            room[end] = UInt8(truncatingIfNeeded: bits) | 0x80
            bits &>>= 7
            end &+= 1
        }
        room[end] = UInt8(truncatingIfNeeded: bits)
        count = end &+ 1
    }

    @inline(__always)
    mutating func append(byte: UInt8) {
        reserve(1)
        room[count] = byte
        count &+= 1
    }

    /// Little-endian.
    @inline(__always)
    mutating func append<Word: FixedWidthInteger & BitwiseCopyable>(word: Word) {
        reserve(MemoryLayout<Word>.size)
        UnsafeMutableRawPointer(room + count).storeBytes(of: word.littleEndian, as: Word.self)
        count &+= MemoryLayout<Word>.size
    }

    @inline(__always)
    mutating func append(contentsOf bytes: UnsafeBufferPointer<UInt8>) {
        guard let source = bytes.baseAddress else { return }
        reserve(bytes.count)
        (room + count).initialize(from: source, count: bytes.count)
        count &+= bytes.count
    }

    mutating func append(contentsOf bytes: [UInt8]) { bytes.withUnsafeBufferPointer { append(contentsOf: $0) } }

    /// A row's bytes with their length before them.
    @inline(__always)
    mutating func append(_ rows: ByteRows, _ row: Int) {
        append(Int64(rows.length(row)))
        rows.withRow(row) { append(contentsOf: $0) }
    }

    /// The bytes so far; it begins anew.
    mutating func take() -> [UInt8] {
        defer { count = 0 }
        return [UInt8](UnsafeBufferPointer(start: room, count: count))
    }
}
