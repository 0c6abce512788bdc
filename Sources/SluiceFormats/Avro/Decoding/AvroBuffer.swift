import SluiceCore

/// A column's values while they are decoded.
///
/// An array in a class would cost two checks of exclusive access and one of uniqueness for each value, a third of the decoding time of
/// narrow columns; this memory is the owner's alone, who frees it.
struct AvroBuffer<Element: BitwiseCopyable>: @unchecked Sendable {
    private struct State {
        var values: UnsafeMutablePointer<Element>
        var count: Int
        var capacity: Int
    }

    private let state: UnsafeMutablePointer<State>

    init() {
        state = .allocate(capacity: 1)
        state.initialize(to: State(values: .allocate(capacity: 16), count: 0, capacity: 16))
    }

    /// The buffer is not used again.
    func free() {
        state.pointee.values.deallocate()
        state.deallocate()
    }

    var count: Int { state.pointee.count }

    @inline(__always)
    func append(_ value: Element) {
        if state.pointee.count == state.pointee.capacity { reserve(1) }
        state.pointee.values[state.pointee.count] = value
        state.pointee.count &+= 1
    }

    @inline(__always)
    func append(_ values: UnsafeBufferPointer<Element>) {
        guard let source = values.baseAddress else { return }
        if state.pointee.capacity &- state.pointee.count < values.count { reserve(values.count) }
        (state.pointee.values + state.pointee.count).initialize(from: source, count: values.count)
        state.pointee.count &+= values.count
    }

    /// Makes room for `more` values behind those that are there; at least doubles, so that appending stays linear.
    @inline(never)
    func reserve(_ more: Int) {
        let count = state.pointee.count
        guard state.pointee.capacity - count < more else { return }
        let capacity = max(count + more, 2 * state.pointee.capacity)
        let larger = UnsafeMutablePointer<Element>.allocate(capacity: capacity)
        larger.initialize(from: state.pointee.values, count: count)
        state.pointee.values.deallocate()
        state.pointee.values = larger
        state.pointee.capacity = capacity
    }

    /// The values; the buffer is empty then.
    func take() -> [Element] {
        defer { state.pointee.count = 0 }
        return [Element](UnsafeBufferPointer(start: state.pointee.values, count: state.pointee.count))
    }
}

/// Rows of bytes that grow. Together they are smaller than twelve times a block and a piece, which is less than `Int32` counts.
struct AvroRows: Sendable {
    private let ends = AvroBuffer<Int32>()
    private let data = AvroBuffer<UInt8>()

    func free() {
        ends.free()
        data.free()
    }

    @inline(__always)
    func append(_ bytes: UnsafeBufferPointer<UInt8>) {
        data.append(bytes)
        endRow()
    }

    func extend(_ byte: UInt8) { data.append(byte) }
    func extend(_ bytes: UnsafeBufferPointer<UInt8>) { data.append(bytes) }

    @inline(__always)
    func endRow() { ends.append(Int32(truncatingIfNeeded: data.count)) }

    func reserve(_ count: Int) { ends.reserve(count) }
    func take() -> ByteRows { ByteRows(offsets: [0] + ends.take(), data: data.take()) }
}

/// One flag a row, kept as bytes and packed at the end.
struct AvroFlags: Sendable {
    private let flags = AvroBuffer<UInt8>()

    func free() { flags.free() }
    var count: Int { flags.count }

    @inline(__always)
    func append(_ flag: Bool) { flags.append(flag ? 1 : 0) }

    func reserve(_ count: Int) { flags.reserve(count) }

    func take() -> Bitmap {
        let bytes = flags.take()
        var words = [UInt64](repeating: 0, count: (bytes.count + 63) / 64)
        bytes.withUnsafeBytes { bytes in
            for index in words.indices {
                var word: UInt64 = 0
                var row = index * 64
                var bit: UInt64 = 0
                while bit < 64, row &+ 8 <= bytes.count {
                    // Eight bytes of 0 or 1 to eight bits: each product moves one of them into the highest byte.
                    let eight = bytes.loadUnaligned(fromByteOffset: row, as: UInt64.self)
                    word |= ((eight &* 0x0102_0408_1020_4080) &>> 56) &<< bit
                    row &+= 8
                    bit &+= 8
                }
                while bit < 64, row < bytes.count {
                    word |= UInt64(bytes[row]) &<< bit
                    row &+= 1
                    bit &+= 1
                }
                words[index] = word
            }
        }
        return Bitmap(words: words, count: bytes.count)
    }
}
