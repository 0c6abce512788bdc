/// Writes a message of protocol buffers field by field.
struct MessageWriter {
    private(set) var bytes: [UInt8] = []

    mutating func put(_ field: Int, number: UInt64) {
        varint(UInt64(field) << 3)
        varint(number)
    }

    mutating func put(_ field: Int, bytes value: [UInt8]) {
        varint(UInt64(field) << 3 | 2)
        varint(UInt64(value.count))
        bytes += value
    }

    private mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}
