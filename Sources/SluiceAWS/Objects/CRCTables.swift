/// A cyclic redundancy check with a reflected polynomial of up to 64 bits, all bits of the initial value set and the result inverted; 8 bytes a step.
///
/// Source of the method: Intel, "Slicing-by-8"; of the polynomials: RFC 3720, section 12.1 (CRC-32C), RFC 1952 (CRC-32), and the NVM Express
/// base specification (CRC-64/NVME).
struct CRCTables: Sendable {
    static let crc32 = CRCTables(polynomial: 0xEDB8_8320, width: 32)
    static let crc32c = CRCTables(polynomial: 0x82F6_3B78, width: 32)
    static let crc64nvme = CRCTables(polynomial: 0x9A6C_9329_AC4B_C9B5, width: 64)

    /// Of a byte that 0 to 7 zero bytes follow: 8 tables of 256.
    private let tables: [UInt64]
    let width: Int

    private init(polynomial: UInt64, width: Int) {
        self.width = width
        var tables = [UInt64](repeating: 0, count: 8 * 256)
        for byte in 0..<256 {
            tables[byte] = (0..<8).reduce(UInt64(byte)) { value, _ in value & 1 == 0 ? value >> 1 : value >> 1 ^ polynomial }
        }
        for place in 256..<8 * 256 { tables[place] = tables[place - 256] >> 8 ^ tables[Int(tables[place - 256] & 0xFF)] }
        self.tables = tables
    }

    /// What `update` begins with.
    var start: UInt64 { width == 64 ? .max : .max >> UInt64(64 - width) }

    /// The remainder behind further bytes.
    func update(_ remainder: UInt64, _ bytes: UnsafeRawBufferPointer) -> UInt64 {
        tables.withUnsafeBufferPointer { tables in
            var value = remainder
            var place = 0
            while place + 8 <= bytes.count {
                let word = value ^ UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
                value = 0
                for step in 0..<8 { value ^= tables[(7 - step) * 256 + Int(word >> UInt64(8 * step) & 0xFF)] }
                place += 8
            }
            while place < bytes.count {
                value = tables[Int((value ^ UInt64(bytes[place])) & 0xFF)] ^ value >> 8
                place += 1
            }
            return value
        }
    }

    /// The check as bytes, the most significant first.
    func bytes(_ remainder: UInt64) -> [UInt8] {
        let check = remainder ^ start
        return stride(from: width - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: check >> UInt64($0)) }
    }
}
