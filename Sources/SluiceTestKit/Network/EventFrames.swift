/// Messages of an event stream (`application/vnd.amazon.eventstream`), written without the code under test.
package enum EventFrames {
    /// CRC-32 bit by bit (polynomial 0x04C11DB7, reflected).
    package static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var value = UInt32.max
        for byte in bytes {
            value ^= UInt32(byte)
            for _ in 0..<8 { value = value & 1 == 1 ? (value >> 1) ^ 0xEDB8_8320 : value >> 1 }
        }
        return ~value
    }

    /// Big-endian.
    package static func number(_ value: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: value.bigEndian) { Array($0) } }

    /// A header whose value is a text.
    package static func header(_ name: String, _ text: String) -> [UInt8] {
        header(name, type: 7, number(UInt16(text.utf8.count)) + text.utf8)
    }

    /// A header with the bytes of a value of any type.
    package static func header(_ name: String, type: UInt8, _ value: [UInt8] = []) -> [UInt8] {
        [UInt8(name.utf8.count)] + name.utf8 + [type] + value
    }

    /// - Parameters:
    ///   - total: What the message says of its length where that is not the truth.
    ///   - headerBytes: The same of its headers.
    package static func frame(
        headers: [UInt8] = [], payload: [UInt8] = [], total: UInt32? = nil, headerBytes: UInt32? = nil
    ) -> [UInt8] {
        let lengths = number(total ?? UInt32(16 + headers.count + payload.count)) + number(headerBytes ?? UInt32(headers.count))
        let body = lengths + number(checksum(lengths)) + headers + payload
        return body + number(checksum(body))
    }

    /// An event of a type with a payload in JSON.
    package static func event(_ type: String, _ payload: String) -> [UInt8] {
        frame(
            headers: header(":message-type", "event") + header(":event-type", type) + header(":content-type", "application/json"),
            payload: Array(payload.utf8))
    }
}
