extension EventMessage {
    /// The message as it goes over the wire; headers in the order of their names.
    package var encoded: [UInt8] {
        var fields: [UInt8] = []
        for (name, value) in headers.sorted(by: { $0.key < $1.key }) {
            precondition((1...255).contains(name.utf8.count), "a header's name has 1 to 255 bytes")
            fields.append(UInt8(name.utf8.count))
            fields += name.utf8
            Self.append(value, to: &fields)
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(16 + fields.count + payload.count)
        Self.append(UInt32(16 + fields.count + payload.count), to: &bytes)
        Self.append(UInt32(fields.count), to: &bytes)
        Self.append(EventChecksum.of(bytes[...]), to: &bytes)
        bytes += fields
        bytes += payload
        Self.append(EventChecksum.of(bytes[...]), to: &bytes)
        return bytes
    }

    private static func append(_ value: Value, to bytes: inout [UInt8]) {
        switch value {
        case .boolean(let value): bytes.append(value ? 0 : 1)
        case .integer(let number):
            bytes.append(5)
            append(number, to: &bytes)
        case .bytes(let value):
            bytes.append(6)
            append(UInt16(value.count), to: &bytes)
            bytes += value
        case .text(let text):
            bytes.append(7)
            append(UInt16(text.utf8.count), to: &bytes)
            bytes += text.utf8
        case .time(let millis):
            bytes.append(8)
            append(millis, to: &bytes)
        case .uuid(let id):
            bytes.append(9)
            append(id, to: &bytes)
        }
    }

    private static func append(_ number: some FixedWidthInteger, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: number.bigEndian) { bytes += $0 }
    }
}
