/// Writes CBOR (RFC 8949) with definite lengths; times are milliseconds under tag 1.
package enum CBOREncoder {
    /// Where a map, or a list, of unknown length begins, and where it ends.
    static let openObject: UInt8 = 0xBF
    static let openList: UInt8 = 0x9F
    static let end: UInt8 = 0xFF

    package static func encode(_ value: WireValue) -> [UInt8] {
        var bytes: [UInt8] = []
        append(value, to: &bytes)
        return bytes
    }

    package static func append(_ value: WireValue, to bytes: inout [UInt8]) {
        switch value {
        case .null: bytes.append(0xF6)
        case .boolean(let value): bytes.append(value ? 0xF5 : 0xF4)
        case .integer(let number):
            if number >= 0 { head(0, UInt64(number), &bytes) } else { head(1, UInt64(bitPattern: -1 - number), &bytes) }
        case .real(let number):
            bytes.append(0xFB)
            withUnsafeBytes(of: number.bitPattern.bigEndian) { bytes += $0 }
        case .text(let text):
            head(3, UInt64(text.utf8.count), &bytes)
            bytes += text.utf8
        case .bytes(let value):
            head(2, UInt64(value.count), &bytes)
            bytes += value
        case .time(let micros):
            bytes.append(0xC1)
            append(.integer(Int64((Double(micros) / 1_000).rounded(.down))), to: &bytes)
        case .list(let elements):
            head(4, UInt64(elements.count), &bytes)
            for element in elements { append(element, to: &bytes) }
        case .object(let members):
            head(5, UInt64(members.count), &bytes)
            for member in members {
                append(.text(member.name), to: &bytes)
                append(member.value, to: &bytes)
            }
        }
    }

    private static func head(_ major: UInt8, _ argument: UInt64, _ bytes: inout [UInt8]) {
        let kind = major << 5
        switch argument {
        case 0..<24: bytes.append(kind | UInt8(argument))
        case 24..<256: bytes += [kind | 24, UInt8(argument)]
        case 256..<65_536:
            bytes.append(kind | 25)
            withUnsafeBytes(of: UInt16(argument).bigEndian) { bytes += $0 }
        case 65_536..<4_294_967_296:
            bytes.append(kind | 26)
            withUnsafeBytes(of: UInt32(argument).bigEndian) { bytes += $0 }
        default:
            bytes.append(kind | 27)
            withUnsafeBytes(of: argument.bigEndian) { bytes += $0 }
        }
    }
}
