/// The fields of a message of protocol buffers (encoding of versions 2 and 3), without a schema.
struct MessageReader {
    struct Field {
        var number: Int
        var value: Value
    }

    enum Value {
        case number(UInt64)
        case bytes(ArraySlice<UInt8>)
        /// Four or eight bytes; nothing here needs them.
        case fixed
    }

    private var rest: ArraySlice<UInt8>
    /// False once something was no message.
    private(set) var isWhole = true

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    /// Nil at the end, or where the bytes are no message.
    mutating func next() -> Field? {
        if rest.isEmpty { return nil }
        guard let key = varint(), key >> 3 > 0, key >> 3 < 1 << 29, let value = value(wireType: key & 7) else {
            isWhole = false
            return nil
        }
        return Field(number: Int(key >> 3), value: value)
    }

    private mutating func value(wireType: UInt64) -> Value? {
        switch wireType {
        case 0: varint().map { .number($0) }
        case 1: take(8).map { _ in .fixed }
        case 2: varint().flatMap { Int(exactly: $0) }.flatMap { take($0) }.map { .bytes($0) }
        case 5: take(4).map { _ in .fixed }
        default: nil
        }
    }

    private mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
        guard count <= rest.count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    private mutating func varint() -> UInt64? {
        var result: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard let byte = rest.popFirst() else { return nil }
            result |= UInt64(byte & 0x7F) << shift
            if byte & 0x80 == 0 { return result }
        }
        return nil
    }
}
